"""Tables beside the embedded world: trade elasticities, invoicing currencies, dated sanctions.

Built from the figures in ``fields`` and ``boz_invoicing`` as they are: air and spacecraft take the elasticity of
C302T309, invoicing the latest year that has a figure, and an assumed coverage of a sanction a range of 0.2 to each side
within 0 and 1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from multipolar.base.problems import WorldError
from multipolar.world.elasticities import elasticity_sets
from multipolar.world.library import load_world

SPLIT = {"C303": "C302T309", "C302_304_309": "C302T309"}
ASSUMED = 0.2  # range to each side of an assumed coverage
GOODS = "all goods"


def tables(data: Path) -> dict[str, str]:
    """Each table by file name as CSV text. Raises ``OSError`` where a file is missing, ``WorldError`` for a gap."""
    sectors = load_world().sectors
    return {
        "elasticities.csv": _text(_elasticities(_read(data / "fields" / "trade_elasticities.csv"), sectors)),
        "invoicing.csv": _text(_invoicing(_read(data / "boz_invoicing" / "boz_invoicing_currency_1990_2019.csv"))),
        "sanctions.csv": _text(_sanctions(_read(data / "fields" / "russia_sanctions_measures.csv"), sectors)),
    }


def _elasticities(rows: Sequence[Mapping[str, str]], sectors: Sequence[str]) -> Iterable[Mapping[str, str]]:
    held = {(row["source_key"], row["sector"]): row["theta"] for row in rows}
    names = [each.name for each in elasticity_sets()]
    gaps = [f"{name} {sector}" for name in names for sector in sectors if (name, SPLIT.get(sector, sector)) not in held]
    if gaps:
        raise WorldError.of(f"trade_elasticities.csv has no value for {', '.join(gaps)}")
    return [{"sector": s} | {name: held[name, SPLIT.get(s, s)] for name in names} for s in sectors]


def _invoicing(rows: Sequence[Mapping[str, str]]) -> Iterable[Mapping[str, str]]:
    latest: dict[tuple[str, str], Mapping[str, str]] = {}
    for row in rows:
        key = (row["ISO3C"], row["flow"].lower())
        if _figure(row["USD"]) and (key not in latest or row["year"] > latest[key]["year"]):
            latest[key] = row
    columns = {"usd": "USD", "eur": "EUR", "home": "Home", "other": "Other", "unclassified": "Unclassified"}
    return [
        {"iso3": iso3, "flow": flow, "year": row["year"]} | {ours: _figure(row[name]) for ours, name in columns.items()}
        for (iso3, flow), row in sorted(latest.items())
    ]


def _figure(text: str) -> str:
    return "" if text in ("", "NA") else f"{float(text):.2f}"


def _sanctions(rows: Sequence[Mapping[str, str]], sectors: Sequence[str]) -> Iterable[Mapping[str, str]]:
    found = []
    for row in rows:
        stated, assumed = row["coverage"].removesuffix("(assumption)").strip(), "(assumption)" in row["coverage"]
        try:
            share = float(stated)
            text = ""
        except ValueError:
            share, text = None, row["coverage"]
        spread = ASSUMED if assumed else 0.0
        what = "; ".join(filter(None, (row["what"], f"coverage: {text}" if text else "")))
        goods = [s for s in sectors if s[0] in "ABC"]
        named = goods if row["sectors"] == GOODS else [
            part for code in row["sectors"].split(";") for part in sectors if SPLIT.get(part, part) == code
        ]  # fmt: skip
        found.append({
            "sender": row["sender"], "type": row["type"], "sectors": " ".join(named), "from": row["from"],
            "until": row["until"], "what": what, "coverage": "" if share is None else f"{share:g}",
            "low": "" if share is None else f"{max(0.0, share - spread):g}",
            "high": "" if share is None else f"{min(1.0, share + spread):g}",
            "grade": "assumption" if assumed else "observed",
            "how_seen": row["how_seen"].replace("from memory", "memory"),
        })  # fmt: skip
    return found


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _text(rows: Iterable[Mapping[str, str]]) -> str:
    listed = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return out.getvalue()
