"""Writes ``docs/data.md`` from the embedded world and the tables beside it.

    python docs/generate.py                        write the page
    python docs/generate.py --check                is the page what it would be? exit 1 where it is not
    python docs/generate.py --figures DATA_FOLDER  build docs/ncses2019.csv anew from published figures first

The page compares value added with GDP, and value added of nine sectors with published figures of 2019; what misses the
stated limits is shown as a miss.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from textwrap import fill

import numpy as np

from multipolar.world import groups
from multipolar.world.balance import SPLIT_SPREAD, SPREAD
from multipolar.world.elasticities import elasticities, elasticity_sets
from multipolar.world.evidence import GRADES, graded
from multipolar.world.library import load_world
from multipolar.world.margins import customs_gap
from multipolar.world.sources import flaws, reasons, sources
from multipolar.world.world import World

PAGE = Path(__file__).with_name("data.md")
NCSES = Path(__file__).with_name("ncses2019.csv")
GDP_LIMIT, LARGE = 0.15, 1e5  # of GDP, for economies above 100 billion USD
SECTOR_LIMIT = 2.0  # a factor: three years lie between the two, and their definitions differ
SMALL = 1_000.0  # million USD: below it no ratio is shown
TAXES = "taxes on products: gross value added over GDP of UN national accounts 2015 is kept"
EXCEPTIONS = {"BRA": TAXES, "HUN": TAXES, "UKR": TAXES}
INDUSTRIES = {
    "chemicals and chemical products industry": "C20",
    "pharmaceuticals industry": "C21",
    "computer, electronic, and optical products industry": "C26",
    "electrical equipment industry": "C27",
    "machinery and equipment industry": "C28",
    "motor vehicles, trailers, and semi-trailers industry": "C29",
    "air and spacecraft and related machinery industry": "C303",
    "railroad, military vehicles, and other transport industry": "C302_304_309",
    "IT and other information services industry": "J62_63",
}
HEAD = """# Data: where every number comes from

Made by `docs/generate.py` from the embedded world and the tables in `src/multipolar/world/data`; not edited by hand.

    multipolar explain USA.C26.tariff   one number: value, year, unit, source, grade, what was done to it
    multipolar world check              identities with residuals, unusual cells, grades, known flaws
    make world                          builds the same files again from the published figures

A grade is one of four. *observed*: a published figure as it is. *scaled*: a published figure brought to another year or
level by a published total. *estimated*: made from other figures by a stated procedure. *assumption*: ours, with a range
where it is drawn. A number that rests on several blocks has the worst of their grades, a group that of its worst cell.
Missing is missing, never 0: what needs a field that is not there names it.
"""
KNOWLEDGE = """## Knowledge

`world.knowledge` [country, sector] is the relative stock lam at the baseline, summing to 1 over countries in each
sector. It is extensive: two countries that were one have half of it each. The default route is `revealed`:

    S_i - S_n = 1/2 [ln(pi_in/pi_nn) - ln(pi_ni/pi_ii)], taxes added back, by weighted least squares over all pairs
    ln P_n = (ln pi_nn - S_n) / theta,  ln c = beta ln w + sum of input shares x ln P,  ln lam = S + theta ln c

pi are spending shares by origin, w is value added per worker, weights are products of value added, and costs are
compared by the index of Caves, Christensen and Diewert (Eaton and Kortum 2002; Head and Ries 2001). Trade costs that
are the same in both directions drop out. Where a country does not trade a sector both ways nothing is revealed: it gets
the world's mean stock per value added, marked as an assumption. Other routes, by
`multipolar.world.knowledge.with_knowledge(world, route)`: `workers` (value added per worker to the power theta, within
a gap of 16; where the gap is larger the cap is the datum) and `patents` (US grants; the US office has a home bias).
"""


def page(world: World) -> str:
    """The page in Markdown."""
    parts = [HEAD, *_blocks(world), *_fields(world), KNOWLEDGE, *_elasticities(), *_customs(world), *_draws(),
             *_gdp(world), *_ncses(world), *_flaws(world), *_sources()]  # fmt: skip
    return "\n".join(parts).rstrip("\n") + "\n"


def _words(text: str) -> str:
    """A paragraph, wrapped, with a blank line after it."""
    return fill(text, 118, break_long_words=False, break_on_hyphens=False) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "/") for cell in row) + " |"
    yield ""


def _shares(cells: np.ndarray) -> str:
    return ", ".join(f"{grade} {np.mean(cells == k):.1%}" for k, grade in enumerate(GRADES) if (cells == k).any())


def _blocks(world: World) -> Iterator[str]:
    yield "## Grades of the embedded world\n"
    size = f"{len(world.countries)} economies x {len(world.sectors)} sectors, {world.year}"
    yield _words(f"{size}, million US dollars at basic prices. Share of country x sector cells by grade:")
    yield from _table(("block", "grades"), ((f"`{block}`", _shares(cells)) for block, cells in graded(world).items()))
    yield _words("What they rest on; of the rows that speak of a cell the last one holds:")
    rows = ((f"`{g.block}`", g.part, g.grade, g.year, g.why) for g in reasons(world.name))
    yield from _table(("block", "part", "grade", "year", "what was done"), rows)


def _fields(world: World) -> Iterator[str]:
    yield "## Fields\n"
    rows = [(f"`{name}`", ", ".join(each.axes), each.unit, str(int(np.isnan(each.values).sum())))
            for name, each in world.fields.items()]  # fmt: skip
    yield from _table(("field", "axes", "unit", "missing"), rows)
    yield _words(
        "Jobs are known by 42 industries for USA and AUS, by 12 sectors for 33 economies, for agriculture and the rest "
        "for 45, and as a total for the rest of the world; CO2 for power (D) and the rest. Below that they are "
        "estimates: `known_sum` of `world/levels.py` gives them only where they are marked so. Beside the world stand "
        "`blocs.csv` (dated membership), `sanctions.csv` (dated, with how each row was seen) and `invoicing.csv` "
        "(currencies of invoice, 1990 to 2019)."
    )


def _elasticities() -> Iterator[str]:
    yield "## Trade elasticities\n"
    yield _words(
        "`run --elasticities NAME`, `load_world(elasticities=NAME)`, `multipolar world elasticities`; sets differ by "
        "a factor of three or more in a sector. No set states its own standard errors by sector: 0.3 of the mean is "
        "assumed."
    )
    rows = []
    for each in elasticity_sets():
        theta = sorted(elasticities(each.name).values())
        spread = f"{theta[0]:g} / {theta[len(theta) // 2]:g} / {theta[-1]:g}"
        rows.append((f"`{each.name}`", each.citation, spread, each.how_seen, each.note))
    yield from _table(("set", "source", "lowest / median / highest", "how seen", "note"), rows)


def _customs(world: World) -> Iterator[str]:
    gap = customs_gap(world)
    customs, goods, wide = gap.at_customs or float("nan"), gap.goods, gap.goods + gap.margins
    yield "## The customs gap\n"
    yield _words(
        f"Goods that cross borders come to {goods / 1e6:.1f} trillion USD at basic prices, {wide / 1e6:.1f} with the "
        f"trade and transport margins between the two countries, about {customs / 1e6:.1f} at customs. A tariff "
        f"therefore bites on {goods / customs:.0%} of what customs report. "
        "`run --customs-base`, off by default (`load_world(customs_base=True)` in Python), levies the same rates, also "
        f"those of a scenario, on goods and margins, by t (1+m) on basic prices: {wide / customs:.0%}; the rest are "
        "re-exports. One m for all goods of a pair of countries is an assumption; tariffs are then graded estimated."
    )


def _draws() -> Iterator[str]:
    yield "## Estimated blocks as draws\n"
    yield _words(
        "`world.balance.moved(world, normals)` moves use tables (RAS back to purchases and input costs), the split of "
        "C303, and jobs (inside sums that are known); every identity holds. Standard deviations, assumptions of ours, "
        "of the log of a cell by grade and of the log odds of the split by its source:"
    )
    rows = [(f"cell, {name}", f"{value:g}") for name, value in SPREAD.items()]
    rows += [(f"split of C302T309, {name}", f"{value:g}") for name, value in SPLIT_SPREAD.items()]
    yield from _table(("what", "standard deviation"), rows)


def misses(world: World) -> dict[str, float]:
    """Value added over GDP of the economies above 100 billion USD that miss it by more than 15 %."""
    ratio = world.value_added.sum(axis=1) / world.gdp
    wrong = (world.gdp > LARGE) & (np.abs(ratio - 1.0) > GDP_LIMIT)
    return {world.countries[n]: float(ratio[n]) for n in np.flatnonzero(wrong)}


def _gdp(world: World) -> Iterator[str]:
    worth, found = world.value_added.sum(axis=1), misses(world)
    large = int((world.gdp > LARGE).sum())
    yield "## Value added and GDP\n"
    yield _words(
        f"Of {large} economies above 100 billion USD {large - len(found)} have value added within {GDP_LIMIT:.0%} of "
        f"GDP 2022 (World Bank); GDP includes taxes on products, value added does not. World: "
        f"{worth.sum() / world.gdp.sum():.3f}. Misses: {', '.join(found) or 'none'}."
    )
    rows = []
    for n in np.argsort(-world.gdp):
        code = world.countries[n]
        ratio = worth[n] / world.gdp[n]
        mark = f"**miss**: {EXCEPTIONS.get(code, 'not explained')}" if code in found else ""
        rows.append((code, f"{world.gdp[n] / 1e3:,.1f}", f"{worth[n] / 1e3:,.1f}", f"{ratio:.3f}", mark))
    yield from _table(("economy", "GDP, bn USD", "value added, bn USD", "ratio", ""), rows)


def compared(world: World) -> list[tuple[str, str, float, float]]:
    """Economy, sector, value added of 2019 as published and of the world, million USD; above 1 billion in one."""
    found = []
    with NCSES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = world.axes.country.index(row["iso3"]), world.axes.sector.index(row["sector"])
            theirs, ours = float(row["value_added_musd"]), float(world.value_added[at])
            if max(theirs, ours) >= SMALL:
                found.append((row["iso3"], row["sector"], theirs, ours))
    return found


def _ncses(world: World) -> Iterator[str]:
    pairs = compared(world)
    ratios = [ours / theirs if theirs > 0 else float("inf") for _, _, theirs, ours in pairs]
    wrong = [(*p, r) for p, r in zip(pairs, ratios, strict=True) if not 1 / SECTOR_LIMIT <= r <= SECTOR_LIMIT]
    yield "## Value added of nine sectors and NCSES\n"
    yield _words(
        f"NCSES (2019) against the world (2022), {len(pairs)} cells above 1 billion USD: median ratio "
        f"{np.median(ratios):.2f}; {len(pairs) - len(wrong)} within a factor of {SECTOR_LIMIT:g}, {len(wrong)} outside"
        ". By sector, all these economies together:"
    )
    sums = []
    for sector in INDUSTRIES.values():
        theirs, ours = (sum(p[k] for p in pairs if p[1] == sector) for k in (2, 3))
        sums.append((sector, f"{theirs / 1e3:,.0f}", f"{ours / 1e3:,.0f}", f"{ours / theirs:.2f}"))
    yield from _table(("sector", "NCSES 2019, bn USD", "world 2022, bn USD", "ratio"), sums)
    yield _words("The misses, one by one:")
    rows = [(iso3, sector, f"{theirs / 1e3:,.1f}", f"{ours / 1e3:,.1f}", f"{ratio:.2f}")
            for iso3, sector, theirs, ours, ratio in wrong]  # fmt: skip
    yield from _table(("economy", "sector", "NCSES 2019, bn USD", "world 2022, bn USD", "ratio"), rows)


def _flaws(world: World) -> Iterator[str]:
    yield "## Known flaws\n"
    yield "\n".join(f"- {text}" for text in flaws(world.name)) + "\n"


def _sources() -> Iterator[str]:
    yield "## Sources\n"
    rows = [(f"`{s.key}`", s.title, s.provider, s.vintage, "; ".join(filter(None, (s.licence, s.licence_note))),
             s.citation, f"{s.address} {s.sha256[:12]}".strip()) for s in sources()]  # fmt: skip
    yield from _table(("key", "title", "provider", "vintage", "terms", "cite", "address, start of SHA-256"), rows)


def ncses_rows(data: Path) -> list[dict[str, str]]:
    """Rows of ``ncses2019.csv`` from the published table: economies of the world only, by their plain names."""
    path = data / "ncses_tech" / "kti_value_added_by_industry_country_2002_2019.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["year"] == "2019" and row["item"] in INDUSTRIES]
    found = []
    for row in rows:
        code = groups.country_code(row["economy"].strip())
        if code in groups.countries():
            found.append({"iso3": code, "sector": INDUSTRIES[row["item"]], "value_added_musd": row["value"]})
    return sorted(found, key=lambda row: (row["iso3"], list(INDUSTRIES.values()).index(row["sector"])))


def main() -> int:
    """The command line of this file."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--check", action="store_true")
    reader.add_argument("--figures", type=Path)
    asked = reader.parse_args()
    if asked.figures is not None:
        with NCSES.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, ("iso3", "sector", "value_added_musd"), lineterminator="\n")
            writer.writeheader()
            writer.writerows(ncses_rows(asked.figures))
    text = page(load_world())
    if asked.check:
        return 0 if PAGE.read_text(encoding="utf-8") == text else 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
