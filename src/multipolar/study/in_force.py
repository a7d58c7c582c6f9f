"""Writes the ready baseline ``in-force-2024``: dated measures whose coverage is known, and two calibrated shares.

Read is ``fields/russia_sanctions_measures.csv``. A row becomes a measure where its coverage of a sector is a number.
The flows of 2022 hold part of a measure that began in that year: with coverage ``c`` and the share ``w`` of 2022 it was
in force, what is left to close of them is ``b = 1 - (1 - c) / (1 - c w)`` (trade even over the year, effect at once);
``b = 1`` for ``c = 1``, ``b = c`` for a later start. Everything else (other measures, finance, firms that left) is in
two shares of all trade of the West with Russia, set so that the targets of ``baselines.csv`` are met.
"""

from __future__ import annotations

import csv
import logging
import re
import sys
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from multipolar.scenario.scenario import CATALOG, read_scenario
from multipolar.study.baseline import calibrated, targets
from multipolar.world.library import load_world
from multipolar.world.world import World

NAME = "in-force-2024"
LIST = Path("fields") / "russia_sanctions_measures.csv"
FIRST, LAST = date(2022, 1, 1), date(2024, 12, 31)
SENDERS = {"EU": "EU27", "USA": "USA", "GBR": "GBR", "JPN": "JPN"}
TYPES = {"import_ban": "import_ban", "export_ban": "export_control"}
# Rows on C302T309 name aircraft and spacecraft: that part of the sector is C303, and it is closed.
SPLIT, WHOLE = {"C302T309": "C303"}, ("aviation and space",)
MARGIN, MOST = 0.15, 0.95  # range of a coverage that is an assumption

log = logging.getLogger(__name__)

HEAD = """multipolar: 1
title:
  en: Measures on Russia in force in 2024
  ar: التدابير السارية على روسيا في عام 2024
summary:
  en: >-
    What the bans and controls of 2022 to 2024 left of trade between the West and Russia: dated measures where their
    coverage is known, and two blocked shares for all the rest. Most of them are not in the flows of 2022. Meant as a
    baseline: `baseline: [in-force-2024]`.
  ar: >-
    ما أبقته إجراءات الحظر والرقابة بين عامي 2022 و2024 من التجارة بين الغرب وروسيا: تدابير مؤرخة حيث يُعرف نطاقها،
    وحصتان محجوبتان لما سواها.
actors:
  blocs:
    WEST: {list: [USA, GBR, JPN, CAN, AUS, CHE, NOR, NZL, ISL, UKR, EU27]}
deficits: closed
measures:
"""
NOTES = (
    "The two shares are set so that, with deficits closed and at horizon `medium`, the West's share of Russian goods "
    "trade comes out at {exports:g} of exports (range {exports_range}; after EU customs figures) and {imports:g} of "
    "imports (range {imports_range}; an assumption); their ranges reach those of the targets. They close that share of "
    "what the dated measures below let through. `multipolar world check --baseline in-force-2024` shows what is "
    "reached.",
    "A coverage below 1 is an assumption, here as what is left to close on the flows of 2022: 1 - (1 - c) / (1 - c w), "
    "where w is the share of 2022 it was in force; its range is that of c -0.15 to +0.15.",
    "Listed, and left to the two shares: {left}.",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A dated measure with known coverage: ``sectors`` of the world, coverage, whether it is an assumption."""

    sender: str
    type: str
    sectors: tuple[str, ...]
    start: date
    what: str
    coverage: float
    assumed: bool
    seen: str

    @property
    def id(self) -> str:
        return f"{self.sender.lower()}_{self.type}_{self.sectors[0]}"

    def left_of_2022(self, coverage: float) -> float:
        """The share of the flows of 2022 that is still to be closed (see the module)."""
        days = max(0, (date(2022, 12, 31) - self.start).days + 1)
        return 1.0 - (1.0 - coverage) / (1.0 - coverage * min(days / 365.0, 1.0)) if coverage < 1.0 else 1.0


def dated(data: Path) -> tuple[list[Row], list[str]]:
    """Rows with known coverage, and what is left out with the reason, from the folder that holds ``fields``."""
    rows: list[Row] = []
    left: list[str] = []
    what = ""
    with (data / LIST).open(encoding="utf-8", newline="") as file:
        for raw in csv.DictReader(file):
            what = raw["what"] or what  # an empty cell goes on with the text above it
            row, why = _row(raw, what)
            if row is not None:
                rows.append(row)
            else:
                left.append(f"{raw['sender']} {raw['type'].replace('_', ' ')} {raw['sectors']} ({why})")
    return rows, left


def _row(raw: Mapping[str, str], what: str) -> tuple[Row | None, str]:
    start = date.fromisoformat(raw["from"])
    if start < FIRST:
        return None, "in the flows of 2022"
    if start > LAST:
        return None, f"from {start}"
    if raw["type"] not in TYPES or raw["sender"] not in SENDERS:
        return None, "no ban or control of the West"
    found = re.fullmatch(r"(1|0?\.[0-9]+)( \(assumption\))?", raw["coverage"])
    if found is None and raw["coverage"] not in WHOLE:
        return None, "coverage of the sector not known"
    coverage, assumed = (1.0, False) if found is None else (float(found[1]), found[2] is not None)
    sectors = tuple(SPLIT.get(code, code) for code in raw["sectors"].split(";"))
    return Row(raw["sender"], raw["type"], sectors, start, what, coverage, assumed, raw["how_seen"]), ""


def text(data: Path, world: World) -> str:
    """The whole file: measures as listed, the two shares calibrated on ``world`` at the targets and at their ranges."""
    rows, left = dated(data)
    wanted = {target.flow: target for target in targets(NAME)}
    body = "".join(_measure(row) for row in rows)
    draft = read_scenario(HEAD + _calibrated({}) + body, world)
    centre = {target: target.target for target in wanted.values()}
    shares = calibrated(world, draft, centre)
    ranges: dict[str, tuple[float, float, float]] = {}
    for target in wanted.values():  # a higher target blocks less
        low = calibrated(world, draft, {**centre, target: target.high})[target.measure]
        high = calibrated(world, draft, {**centre, target: target.low})[target.measure]
        ranges[target.measure] = shares[target.measure], low, high
    stated = {
        "exports": wanted["exports"].target,
        "imports": wanted["imports"].target,
        "exports_range": f"{wanted['exports'].low:g} to {wanted['exports'].high:g}",
        "imports_range": f"{wanted['imports'].low:g} to {wanted['imports'].high:g}",
        "left": "; ".join(left),
    }
    notes = "".join(_comment(note.format(**stated)) for note in NOTES)
    return HEAD + notes + _calibrated(ranges) + body


def _calibrated(shares: Mapping[str, tuple[float, float, float]]) -> str:
    """The two calibrated measures; a share of a half, between 0 and 1, where none is given yet."""
    found = ""
    for target in targets(NAME):
        value, low, high = shares.get(target.measure, (0.5, 0.0, 1.0))
        kind = "import_ban" if target.flow == "exports" else "export_control"
        found += f"  - id: {target.measure}\n    type: {kind}\n" + ("    what: goods\n" * (kind == "export_control"))
        found += "    who: [WEST]\n    to: [RUS]\n    sectors: all\n"
        found += f"    share: {{value: {value:.4f}, range: [{low:.3f}, {high:.3f}]}}\n    coverage: thin\n"
        found += f'    source: "assumption, set to a target; {target.source}"\n'
    return found


def _measure(row: Row) -> str:
    value = row.left_of_2022(row.coverage)
    share = f"{value:g}"
    if row.assumed:
        low, high = (row.left_of_2022(c) for c in (row.coverage - MARGIN, min(row.coverage + MARGIN, MOST)))
        share = f"{{value: {value:.3f}, range: [{low:.3f}, {high:.3f}]}}"
    kind = TYPES[row.type]
    said = row.what.replace('"', "'")
    source = f"{said}; {row.seen.partition(' (')[0]}" + (f"; coverage {row.coverage:g}: assumption" * row.assumed)
    lines = [f"id: {row.id}", f"type: {kind}", *(["what: goods"] * (kind == "export_control")),
             f"who: {SENDERS[row.sender]}", "to: RUS", f"sectors: [{', '.join(row.sectors)}]", f"share: {share}",
             "coverage: thin", f"from: {row.start}", *(["group: coverage"] * row.assumed),
             f'source: "{source}"']  # fmt: skip
    return "  - " + "\n    ".join(lines) + "\n"


def _comment(note: str) -> str:
    return textwrap.indent(textwrap.fill(note, 114, break_on_hyphens=False), "  # ") + "\n"


def main() -> None:
    """``python -m multipolar.study.in_force DATA_FOLDER``: writes the package's own file and says what it reaches."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    target = CATALOG / f"{NAME}.yaml"
    target.write_text(text(Path(sys.argv[1]), load_world()), encoding="utf-8")
    log.info("%s: %d bytes", target.name, target.stat().st_size)


if __name__ == "__main__":
    main()
