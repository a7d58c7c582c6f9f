"""US tariff increases: the table is what its figures say; a day gives each partner's dated mean, spread by sector."""

from __future__ import annotations

import csv
import statistics
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipolar.base.problems import WorldError
from multipolar.world import groups, us_tariffs
from multipolar.world.library import DATA
from multipolar.world.readers import us_tariffs as reader

DAYS = st.dates(us_tariffs.first_day(), us_tariffs.LAST)


@pytest.fixture(scope="module")
def figures(shared: Path) -> Path:
    if not (shared / "data" / reader.FOLDER).is_dir():
        pytest.skip("needs us_tariffs_2024_2026 of the shared data")
    return shared / "data"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_building_again_gives_the_same_tables(figures: Path) -> None:
    for name, built in zip((reader.DAYS, reader.SECTORS), reader.build(figures), strict=True):
        text = "".join(f"{','.join(row)}\n" for row in built)
        assert (DATA / name).read_text(encoding="utf-8") == text, name


def test_every_dated_mean_is_that_of_the_source(figures: Path) -> None:
    """On all 23 days, not only on those with a row; the Union and single countries (the rest is a mean of several)."""
    found = 0
    for row in rows(figures / reader.FOLDER / "country-by-time.csv"):
        partner = reader._partner(row["country_name"])
        if partner and partner != reader.REST:
            mean = us_tariffs.mean_on(partner, date.fromisoformat(row["date"]))
            assert mean.points == pytest.approx(float(row["effective tariff"]), abs=6e-4), (partner, row["date"])
            found += 1
    assert found == 23 * (51 - len(reader.IN_REST) - len(reader.LEFT_OUT))


def test_the_last_day_is_the_last_of_the_daily_series(figures: Path) -> None:
    daily = rows(figures / reader.FOLDER / "daily-tariff-latest-data.csv")
    assert us_tariffs.LAST.isoformat() == daily[-1]["date"]


def test_no_partner_of_the_source_is_lost(figures: Path) -> None:
    names = {row["country_name"] for row in rows(figures / reader.FOLDER / "country-by-time.csv")}
    assert set(reader.IN_REST) | set(reader.LEFT_OUT) | set(reader.UNION) | set(reader.SPELLED) <= names
    held = {reader._partner(name) for name in names} - {""}
    assert held == set(us_tariffs.means()) == set(us_tariffs.snapshot())
    assert held - {"EU27"} <= set(groups.countries())
    assert not any(groups.country_code(name) in groups.countries() for name in reader.IN_REST)


def test_the_snapshot_is_that_of_7_august_2025_but_for_some_partners() -> None:
    """What the file of a new scenario says of it: the means agree on that day, and on no other regime's."""
    day = date(2025, 8, 7)
    gaps = {p: abs(us_tariffs.mean_on(p, day).points - us_tariffs.snapshot_mean(p)) for p in us_tariffs.means()}
    assert statistics.median(gaps.values()) < 0.05
    assert {partner for partner, gap in gaps.items() if gap > 1.0} == {"CAN", "MEX", "TUR", "BRA"}
    for other in (date(2025, 6, 3), date(2025, 11, 14), date(2026, 7, 1)):
        gaps = {p: abs(us_tariffs.mean_on(p, other).points - us_tariffs.snapshot_mean(p)) for p in us_tariffs.means()}
        assert statistics.median(gaps.values()) > 1.0


@given(DAYS)
def test_each_partners_mean_is_kept_and_each_sector_has_one_increase(day: date) -> None:
    weights = {p: {s: w for s, (_, w) in cells.items()} for p, cells in us_tariffs.snapshot().items()}
    parts = {part: (code, len(split)) for code, split in us_tariffs.SPLIT.items() for part in split}
    sums: dict[str, float] = dict.fromkeys(weights, 0.0)
    seen: set[tuple[str, str]] = set()
    for each in us_tariffs.in_force(day):
        assert us_tariffs.first_day() <= each.since <= day
        for sector in each.sectors:
            assert (each.partner, sector) not in seen
            seen.add((each.partner, sector))
            code, count = parts.get(sector, (sector, 1))
            sums[each.partner] += each.points * weights[each.partner][code] / count
    for partner, total in sums.items():
        mean = total / sum(weights[partner].values())
        assert mean == pytest.approx(us_tariffs.mean_on(partner, day).points, abs=1e-9)


def test_the_steps_of_2025_and_2026_by_hand() -> None:
    """First China and Hong Kong; the peak of April 2025; the ruling of 20 February 2026 leaves Angola with none."""
    assert {each.partner for each in us_tariffs.in_force(date(2025, 2, 4))} == {"CHN", "HKG"}
    assert us_tariffs.mean_on("CHN", date(2025, 4, 10)) == us_tariffs.Mean(date(2025, 4, 9), 112.186)
    assert us_tariffs.mean_on("CHN", date(2025, 4, 8)).since == date(2025, 4, 8)
    assert us_tariffs.mean_on("AGO", date(2026, 2, 19)).points == 2.625
    assert us_tariffs.mean_on("AGO", date(2026, 2, 20)).points == 0.0
    assert not any(each.partner == "AGO" for each in us_tariffs.in_force(date(2026, 2, 20)))


def test_aircraft_and_other_vehicles_share_the_increase_of_the_source() -> None:
    found = {s: e.points for e in us_tariffs.in_force(date(2025, 8, 7), 0.0) if e.partner == "CHN" for s in e.sectors}
    assert found["C303"] == found["C302_304_309"] > 0
    assert "C302T309" not in found


def test_days_outside_the_table_are_refused() -> None:
    for wrong, right in (
        (us_tariffs.first_day() - timedelta(1), us_tariffs.first_day()),
        (us_tariffs.LAST + timedelta(1), us_tariffs.LAST),
    ):
        with pytest.raises(WorldError, match="US tariffs are known from 2025-02-04 to 2026-09-21"):
            us_tariffs.in_force(wrong)
        assert us_tariffs.in_force(right)


def test_countries_without_a_dated_rate_are_named() -> None:
    assert us_tariffs.without_rates(("USA", "CHN", "FRA", "ROW", "KAZ")) == ("KAZ",)


def test_a_partner_that_is_no_country_is_named(tmp_path: Path) -> None:
    folder = tmp_path / reader.FOLDER
    folder.mkdir()
    head = "date,country_name,effective tariff,total imports,2024 tariff\n"
    (folder / "us_tariff_by_country_icio27.csv").write_text("CTY_NAME,sector,imports,tariff_increase_2025_26\n")
    panel = folder / "country-by-time.csv"
    panel.write_text(f"{head}2025-02-04,CHINNA,20.0,1,1\n")
    with pytest.raises(WorldError, match="no country of the table for CHINNA"):
        reader.build(tmp_path)
    panel.write_text(f"{head}2025-02-04,CHINA,20.0,1,1\n")
    assert reader.build(tmp_path)[0][1] == ("CHN", "2025-02-04", "20.000")
