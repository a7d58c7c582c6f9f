# Sentences about indices in Arabic: a draft, to be read by an economist whose language it is. Numbers come isolated.

## Indices in plain words

index-words = معنى المؤشرات بعبارة بسيطة
index-of = { $index }: { $country }، { $bloc }
index-for = { $index }: { $country }
index-moved = { $meaning } القيمة في العالم المرجعي { $base } وفي السيناريو { $value }، أي بتغيّر قدره { $change }، ويقع التغيّر في { $level } من السحبات بين { $low } و{ $high }.
index-moved-undrawn = { $meaning } القيمة في العالم المرجعي { $base } وفي السيناريو { $value }، أي بتغيّر قدره { $change }، ولا يُعرف له نطاق.
index-usual =
    { $count ->
        [zero] لا يعادل ذلك شيئا مما أحدثته سنة متوسطة بين عامي 2018 و2022.
        [one] يعادل ذلك ما أحدثته سنة متوسطة واحدة بين عامي 2018 و2022.
        [two] يعادل ذلك ما أحدثته سنتان متوسطتان بين عامي 2018 و2022.
        [few] يعادل ذلك ما أحدثته { $number } سنوات متوسطة بين عامي 2018 و2022.
        [many] يعادل ذلك ما أحدثته { $number } سنةً متوسطةً بين عامي 2018 و2022.
       *[other] يعادل ذلك ما أحدثته { $number } سنة متوسطة بين عامي 2018 و2022.
    }
index-unit = الوحدة: { $unit }.
index-between = الوحدة: { $unit }، من { $low } إلى { $high }.
index-from = الوحدة: { $unit }، بحد أدنى { $low }.
index-upto = الوحدة: { $unit }، بحد أقصى { $high }.
explain-plainly = بعبارة بسيطة
explain-scale = المقياس
explain-symbol = الرمز
explain-source = المصدر
unit-number = عدد
unit-share = حصة
unit-percent = نسبة مئوية
unit-index = مؤشر
unit-ratio = نسبة
unit-mt = مليون طن
unit-thousand = ألف شخص
unit-dollars = مليون دولار أمريكي
