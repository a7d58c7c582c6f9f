# Every sentence of the report and of the command line's headline, in English.
# Values arrive written out (numbers with sign, unit and range); a whole number that chooses a plural arrives as a number.
# Isolates around values are added when a sentence is filled; none is typed here.

## Economies whose name takes an article inside a sentence (ISO codes)

takes-article = ARE CAF COD COM CZE DOM GBR GMB MDV MHL NLD PHL SLB USA
with-article = the { $name }
without-article = { $name }

## Headline

year-unknown = an unstated year
headline = { $who } { $clauses }, against the world of { $year } ({ $world }).
headline-nothing = Nothing changes: no real income moves by { $size } against the world of { $year } ({ $world }).
headline-companion = Of the others named, { $who } has most at stake in dollars: it { $clauses }.
headline-companion-all = Of all others, { $who } has most at stake in dollars: it { $clauses }.
clauses = { $first }; { $rest }
clause-in-branch = { $clause } in “{ $branch }”
clause-more =
    { $count ->
        [one] one more branch is in the table
       *[other] { $count } more branches are in the table
    }
clause-would-gain = would gain { $size } ({ $range })
clause-could-gain = could gain { $size } ({ $range })
clause-would-lose = would lose { $size } ({ $range })
clause-could-lose = could lose { $size } ({ $range })
clause-either = could gain or lose ({ $size }, { $range })
clause-open = could gain or lose, sign open (median { $size }, central value { $central }, { $range })
clause-hardly = hardly changes ({ $size }, { $range })
clause-hardly-wide = hardly changes at the median and could gain or lose ({ $size }, { $range })
clause-hardly-open = hardly changes, sign open (median { $size }, central value { $central }, { $range })
clause-unsolved = has no solved answer
size-of-income = { $size } of real income
size-dollars = { $size } bn USD a year
range-first = 80 % range { $low } to { $high }
range = { $low } to { $high }
range-none = central value, no draws
range-none-again = central value

## The grey line and the three numbers

run-line = Scenario { $scenario } · data of { $year } · world { $world } · { $draws } · horizon { $horizon } · multipolar { $version } · inputs { $digest }
run-horizon = { $set }, { $from } to { $to }
draws =
    { $count ->
        [0] no draws
        [one] one draw
       *[other] { $count } draws
    }
number-world = World income
number-subject = Income of { $who }
number-reach = Clear of zero
number-reach-plain = Gain and lose
number-dollars = { $size } bn USD
number-range = 80 % range { $low } to { $high }
number-central = central value, no draws
number-counts = { $gain } gain, { $lose } lose
number-counts-note = of { $all } economies, by at least { $limit }
numbers-for = For “{ $branch }”. Income in dollars of { $year }, a year.
numbers-plain = Income in dollars of { $year }, a year.
no-number = not solved
none-here = none

## What stands beside the headline

beside = What stands beside these numbers
beside-conditional = Conditional
beside-conditional-text = Every number is what follows if the scenario happens. How likely that is, no number on this page says.
beside-probabilities = The probabilities of its branches are those of its author and weigh nothing here: { $list }.
stated-probability = { $branch } { $value } ({ $low } to { $high })
stated-probability-fixed = { $branch } { $value }
beside-static = Comparative static
beside-static-text = The economy of { $to } with every measure fully phased in, set against the reference. No path between them, no cost of transition, no year in between.
beside-path = Last year of a path
beside-path-text = The economy of { $to }, the last year of a path: each year is an equilibrium with what is in force at its end, and knowledge links the years. Capital takes no time to move, nor do workers unless the labour option says otherwise; there is no cost of transition.
beside-reference = Reference
beside-reference-text = The world of { $year } ({ $world }), { $rule }.
beside-reference-baseline = The world of { $year } ({ $world }) with { $baseline } in force, { $rule }.
deficits-closed = with every trade balance closed
deficits-fixed = with trade balances kept as shares of world value added
deficits-own = with trade balances kept as shares of own value added
deficits-other = trade balances by the rule “{ $rule }”
beside-closing = Closing all trade balances comes before any measure and is left out of every effect. By itself it changes real income between { $low } ({ $lowest }) and { $high } ({ $highest }); for { $who } by { $own }.
beside-set = Trade elasticities
beside-set-text = Set { $name }: { $source }. The horizon scales them together, draws move each.
beside-customs = Customs base
beside-customs-text = Tariffs, those of the world and those of the scenario, are levied on goods together with the trade and transport margins between the two countries; without this option they fall on basic prices.
beside-elasticity = Other closures and elasticities
beside-elasticity-text = The number for { $who } becomes { $list }.
beside-elasticity-branch = The number for { $who } in “{ $branch }” becomes { $list }.
beside-signs = Sign of the draws
beside-signs-text = { $who }: { $list }.
beside-sign = { $gain } gain, { $lose } lose
beside-sign-branch = “{ $branch }” { $gain } gain, { $lose } lose
beside-failed = Solves
beside-failed-none = All { $all } draws were solved in every case.
beside-failed-some = { $failed } of { $all } draws were not solved in some case; ranges and medians use the others.
beside-failed-undrawn = There are no draws: every number is the central value, and no range is known.
beside-notes = How it was computed
beside-not-computed = Not computed
beside-not-computed-text =
    { $count ->
        [one] One of { $all } measures has no mechanism yet and no effect here: { $list }.
       *[other] { $count } of { $all } measures have no mechanism yet and no effect here: { $list }.
    }
beside-not-computed-also = Also asked for and not computed, whole or in part: { $list }.
beside-more = { $count } more
not-in-numbers =
    { $count ->
        [one] One of the { $all } measures has no mechanism yet and is not in these numbers.
       *[other] { $count } of the { $all } measures have no mechanism yet and are not in these numbers.
    }
beside-assumptions = Assumptions
beside-assumptions-text = { $count } of the { $all } stated numbers are assumptions, or rest on one in part. Their share of the variance is not computed yet.
beside-rents = Rents
beside-rents-text = Unless a measure says otherwise, restrictions are computed without rents: nobody, importer or exporter, earns from what is blocked. The table of other closures has a row with rents, where anything is blocked.
beside-data = Data
beside-data-text = Some blocks of the world are estimated; its known flaws are listed under “{ $data }”.
beside-evidence = Evidence
beside-evidence-text = Estimated data touched. By value these numbers rest on { $list }.
beside-evidence-touched = What the measures act on: { $list }.
beside-evidence-none = The world states no grade for any block of its data: how good they are is not on record.
evidence-legend = Observed: a published figure as it is. Scaled: a published figure brought to another year or level by a published total. Estimated: made from other figures by a stated procedure. Assumption: ours.
evidence-rule = Under each economy stands the weakest grade that holds for { $least } or more of the value of its sales, cost shares of inputs or tariffs, and where; trade elasticities are the same for all and are graded above.
evidence-share = { $size } { $grade }
evidence-block = { $block } ({ $list })
evidence-economy = { $grade }: { $blocks }
grade-observed = observed
grade-scaled = scaled
grade-estimated = estimated
grade-assumption = assumption
grade-none = not on record
block-trade = sales
block-input-share = inputs
block-tariff = tariffs
block-trade-elasticity = trade elasticities
block-employment = jobs
block-emissions = CO2
block-research = research
block-population = population
block-knowledge = knowledge
beside-outside = Outside the model
beside-outside-text = Capital flows, reserve freezes, the exchange rate and the oil price; military and dual-use effects, which are the stated motive of sanctions and have no number here; financial crises; politics.

## Figures and tables

figure-source = Source: { $sources }; own computation, multipolar { $version }.
table-twin = The figure as a table
ranked = Who gains and who loses
ranked-title-both = { $gainer } gains most ({ $gain }), { $loser } loses most ({ $loss })
ranked-title-gain = { $gainer } gains most ({ $gain }); no economy loses clear of zero
ranked-title-lose = { $loser } loses most ({ $loss }); no economy gains clear of zero
ranked-title-flat = No economy moves clear of zero by { $limit } or more
ranked-title-in = { $title } in “{ $branch }”
ranked-subtitle = Real income, change in per cent against the reference of { $year }. Marks: { $mark }; lines: { $lines }.
mark-median = median of the draws
mark-central = central value
lines-range = 80 % of the draws
lines-none = none, there are no draws
ranked-alt = Dots for { $count } of { $all } economies from the largest gain to the largest loss. { $facts }
fact = { $who } { $clauses }.
ranked-cut = Both ends of the order, and the economies the scenario names as far as there is room. All { $all } are in the next table.
axis-income = Change in real income, %
key-gain = gain
key-loss = loss
key-open = hollow: the range holds zero
key-open-central = hollow: no range is known
key-other = other economies
economies = All economies
economies-intro = Real income in per cent{ $ranges }, and the same in billions of USD of { $year } (equivalent variation). Economies from the largest gain to the largest loss.
economies-caption = “{ $branch }”: { $title }
branches = Branches side by side
branches-title = { $who }: from { $low } in “{ $worst }” to { $high } in “{ $best }”
branches-title-unsolved = { $who } has no solved answer in any branch
branches-subtitle = Real income, change in per cent against the reference of { $year }. Marks: { $mark }; lines: { $lines }. One scale in all panels.
branches-alt = One panel a branch, the same economies in each. { $facts }
branches-caption = Real income in per cent, by branch{ $ranges }
with-ranges = , with 80 % ranges
without-ranges = , central values without ranges
variants-caption = Alternatives of the scenario: where two measures exclude each other, the other one in force
years = Year by year
years-title = { $who }: from { $first } in { $from } to { $last } in { $to }
years-subtitle = Real income, change in per cent against the same year of the baseline path, world of { $year }. Points: { $mark }; band: { $lines }. One panel an economy, each with its own scale.
years-alt = Lines by year, one panel an economy. { $title }.
years-note = A year is computed as it stands at its end. Knowledge moves slowly: most of what is shared, kept back or found is still to come after the last year.
years-fact = { $who } in { $year }: { $size }
axis-years = %
technology = Technology, ventures and national income
technology-intro = What is learnt rests on these figures more than on any measure: how far the partners are ahead (stocks of knowledge per output), how much the source's stock counts (b), what part of the ideas a learner meets is theirs, and how slow knowledge moves. Stocks follow from trade and costs; they are estimates.
technology-caption = Learners and their partners, for every measure by which knowledge passes; the last columns are productivity from knowledge with all measures of this branch, or of the branch that holds the measure
research-caption = Learners by their own research; the last columns are productivity from knowledge with all measures of this branch, or of the branch that holds the measure
ventures-intro = A venture is a share of the new output of its sector, found together with the economy. Its royalties and profits leave the host once, as part of national income. The capital of the investor is not modelled. The venture’s technology moves with the host’s own; the last column is its share where it stays as it is.
ventures-caption = Joint ventures in every branch and variant
national-intro = GDP is what is made in a country, national income what its residents earn, real income what they can buy less what research costs them: three numbers. Between the first two stand royalties and the prices of what is sold and bought abroad.
national-caption = GDP, national income and real income
label-unit = { $label }, { $unit }
indices = Indices, jobs and emissions
indices-intro = Indices describe; they are no verdict. “In average years” is the change in units of what an average year from 2018 to 2022 brought anyway; evidence is the weakest grade of the data behind each number. Dependence is proportional: every user of a product in a country has the same mix of origins, and processing trade is not seen.
indices-caption = Reference world of { $year } and scenario{ $ranges }
flows-caption = Flows of goods that moved dependence in the use of high technology most; proportional
jobs-intro = People at work by sector. Workers are of one kind and go where their work is wanted; the total of a country stays unless participation or rigid wages are asked for. The evidence is that of the employment behind the number: a total is published, a sector is an estimate wherever its workers are known only together with those of others.
jobs-caption = Total, and sectors with most jobs gained and lost against the reference world of { $year }, thousand persons{ $ranges }
jobs-total = all sectors
idle-intro = Where wages do not fall below their floor, those who find no work at it are without. In the reference world everyone works.
idle-caption = Without work, per cent of all heads
idle-none = No wage meets its floor: nobody is without work.
co2-scope = CO2 of production. Households and the use of goods, most of an electric car's effect included, are not in it. The totals are known, power and the rest; how the rest spreads over sectors is an estimate, and with it the change.
co2-caption = CO2 of production against the reference world of { $year }, Mt{ $ranges }
no-yardstick = no yardstick
structural = With other closures and elasticities
structural-intro = These rows are not part of the ranges: each is one central solution with one choice made differently. Where they change the sign, the sentence at the top says “could”.
structural-caption = Real income in per cent, one central solution a row
structural-none = This run holds no structural rows.
structural-headline = as in the headline
not-computed = Not computed
not-computed-intro = What the scenario asks for, is read and checked, but has no mechanism yet. It changes no number on this page.
not-computed-none = Everything the scenario asks for is computed.
assumptions = Assumptions
assumptions-intro = Every number the scenario states, with its range and its source. Where the source begins with “assumption”, the number itself is one.
assumptions-none = The scenario states no numbers.
assumption = assumption
fixed = fixed
data = Data
data-intro = { $countries } economies and { $sectors } sectors of { $year }, in { $unit }.
data-flaws = Known flaws
data-grades = How good each block of the world is
data-none = The world names no sources.
data-digest = Digest of the world's arrays: { $digest }.
method = Method and limits
method-model = A general equilibrium of trade with input-output links, solved in exact changes (Caliendo and Parro 2015, doi 10.1093/restud/rdu035; the hat algebra of Dekle, Eaton and Kortum 2008): one representative household a country, one wage in it unless another labour option was asked for, perfect competition, goods that differ by origin. A hat is new over old; n is the destination, i the origin, s the sector supplied, k the sector that uses it.
method-cost = Unit cost: wages and inputs, in their cost shares β and γ, over productivity A. Where sigma, eps or sigma_c of this run is not 1, these shares and those of final demand move with prices (CES).
method-price = Price in the destination: the offers of all origins, with trade cost κ, and tariff and export tax in τ. An embargo is an infinite κ: that flow is exactly zero.
method-share = Share of an origin: its offer against the price, with trade elasticity θ.
method-market = Spending and sales: final demand out of income, and inputs of all users; sellers receive it net of tariff and export tax.
method-income = Income: value added, tax revenue R, the trade deficit D by its rule, transfers T.
method-welfare = Real income: income, less what extra research F costs, over the price index of final demand. In dollars: the equivalent variation, income of the world as loaded times its change.
method-solve = The iteration ends when every equation holds to { $tolerance } in logs. The residuals are then computed again by separate code; where one is more than a hundred times that, there is no result. The numeraire is world value added.
method-draws = Draws vary the numbers with a range in the scenario and the trade elasticity (seed { $seed }). The number shown is the median; ranges hold 80 % of the draws. “Would” is said only where nine tenths of the draws and all structural rows share the sign, else “could”; below { $limit } an economy “hardly changes”.
method-limits = Workers do not move between countries; how they move between sectors is a parameter of the run. Capital, firms and payments stand still unless a measure moves them, technology too but for what knowledge does along years. Effects are often small; a small number with its range is the answer.
method-parameters = Parameters of this run
repeat = How to repeat
repeat-intro = Save the scenario below as scenario.yaml; a run directory holds it too. Then, on any machine with this version, the same inputs and seed give the same bytes on one machine, and the same numbers to 1e-9 elsewhere.
repeat-commands = Three commands
repeat-python = In Python
repeat-yaml = The scenario as read
repeat-yaml-note = Digest { $digest }. Characters that cannot be seen are written as \u and their number.
skip = Skip to the numbers

## Which measure does what

attribution = Which measure does what
attribution-intro = Three answers for each measure: what it does alone, what it adds as the last one to all others, and its share over all orders (Shapley 1953). They are taken in logs of real income and shown in per cent: shares add up to the whole; the other two leave a remainder, which is what measures do to one another. Measures that undo or replace others count as one with them. Central values, no draws.
attribution-static = Attributed is one comparison: all that is in force at the end of { $to }, fully phased in.
attribution-beside-path = Attributed is one comparison, all that is in force at the end of { $to }, fully phased in and without what knowledge adds along the years. The whole below is that of this comparison and not the number at the top, which is the last year of the path: --attribution path takes every set of measures along the years.
attribution-path = Attributed is the last year, { $to }, of the path that each set of measures takes.
attribution-sampled = With { $count } measures the shares are estimates from { $orders } orders; ± is their standard error.
attribution-idle = Without effect in these numbers, and so no part of them: { $list }.
attribution-failed =
    { $count ->
        [one] One of { $all } sets of measures has no solved answer: { $list }. Shares are over the { $used } of orders that do not meet it.
       *[other] { $count } of { $all } sets of measures have no solved answer, among them { $list }. Shares are over the { $used } of orders that meet none of them.
    }
attribution-title = “{ $measure }” does most to the real income of { $who } ({ $size } %)
attribution-title-unsolved = No measure has a solved share
attribution-subtitle = Share of each measure in the change of real income of { $who }, per cent. Together, in logs, they make { $total }.
attribution-alt = A bar for each of { $count } measures, from the largest gain to the largest loss. { $facts }
attribution-fact = { $measure }: { $size } %.
attribution-caption = Real income of { $who } by measure, per cent
attribution-economies = Share of each measure (Shapley) in real income, per cent, by economy
attribution-error = ± { $size }
attribution-rest = remainder
attribution-total = all together
attribution-world = World

## Indices in plain words

index-words = What the indices mean, in English and Arabic
index-of = { $index }: { $country }, { $bloc }
index-for = { $index }: { $country }
index-moved = { $meaning } In the reference world { $base }, in the scenario { $value }: a change of { $change }, which in { $level } of the draws lies between { $low } and { $high }.
index-moved-undrawn = { $meaning } In the reference world { $base }, in the scenario { $value }: a change of { $change }; no range is known.
index-usual =
    { $count ->
        [one] That is what one average year from 2018 to 2022 brought.
       *[other] That is what { $number } average years from 2018 to 2022 brought.
    }
index-unit = Unit: { $unit }.
index-between = Unit: { $unit }, from { $low } to { $high }.
index-from = Unit: { $unit }, { $low } or more.
index-upto = Unit: { $unit }, { $high } at most.
explain-plainly = In plain words
explain-scale = Scale
explain-symbol = Symbol
explain-source = Source
unit-number = number
unit-share = share
unit-percent = per cent
unit-index = index
unit-ratio = ratio
unit-mt = million tonnes
unit-thousand = thousand persons
unit-dollars = million US dollars

## Column heads

col-economy = Economy
col-bloc = Bloc
col-change = %
col-dollars = bn USD
col-choice = Choice
col-year = Year
col-sector = Sector
col-gap = Gap
col-diffusion = b
col-partner-weight = Partners' part of ideas
col-gain = Gain of a meeting, G
col-own-ideas = Own part of ideas
col-research-alone = Elasticity to its own research alone
col-by-year = Productivity by { $year }
col-long-run = In the long run
col-case = Branch
col-host = Host
col-investor = Investor
col-venture-share = Share of the sector
col-venture-output = Output, million USD
col-royalty = Royalties, million USD
col-venture-cost = Unit cost of the sector
col-venture-weight = Weight with buyers, factor
col-venture-still = Share if its technology stays
col-half-life = Half-life, years
col-ten-years = Reached in ten years
col-index = Index
col-base = Reference
col-scenario = Scenario
col-difference = Change
col-usual = In average years
col-from = From
col-to = To
col-moved = Points
col-moved-whole = Of, in all
col-jobs = Jobs, reference
col-jobs-change = Change
col-idle = Without work
col-co2 = Reference
col-co2-change = Change
col-co2-gdp = Per unit of real GDP
col-measure = Measure
col-type = Type
col-line = Line
col-why = Why
col-number = Number
col-value = Value
col-range = Range
col-source = Source
col-used = Used
col-alone = Alone
col-last = Added last
col-shapley = Shapley
col-dataset = Data set
col-licence = Licence
col-vintage = Vintage
col-provider = Provider
col-parameter = Parameter
col-block = Block
col-grade = Grade
col-evidence = Evidence
col-evidence-change = Evidence of the change
yes = yes
no = no
none = none
