"""All types of measure, and the reading of one measure from a file."""

from __future__ import annotations

from typing import Any

from multipolar.base.documents import MapNode, Node, Scalar
from multipolar.base.forms import Kind, Reading, join, listed, odd_character, read_record, record_schema
from multipolar.base.problems import nearest, shown
from multipolar.scenario.measures.changes import Cancel, Lift
from multipolar.scenario.measures.finance import AssetFreeze, FinancialSanction, PaymentRail, Transfer
from multipolar.scenario.measures.firms import Boycott, ContractLoss
from multipolar.scenario.measures.measure import Measure
from multipolar.scenario.measures.technology import JointVenture, Productivity, Research, TechnologySharing
from multipolar.scenario.measures.trade import ExportControl, ExportTax, ImportBan, Tariff, TradeCost

__all__ = ["TYPES", "Cancel", "Lift", "Measure", "MeasureKind", "measure_schema"]

TYPES: dict[str, type[Measure]] = {
    kind.type: kind
    for kind in (
        Tariff,
        ExportTax,
        TradeCost,
        ImportBan,
        ExportControl,
        FinancialSanction,
        AssetFreeze,
        TechnologySharing,
        JointVenture,
        Research,
        Productivity,
        Transfer,
        PaymentRail,
        Boycott,
        ContractLoss,
        Cancel,
        Lift,
    )
}
SEE = "(see: multipolar explain measures)"


class MeasureKind(Kind):
    """One measure: its ``type`` says which keys it may have. A misspelt type is checked as its nearest type."""

    def read(self, node: Node, path: str, reading: Reading) -> Measure | None:
        if not isinstance(node, MapNode):
            reading.wrong(node, path, "must be a measure: a mapping with the keys `id`, `type` and those of its type.")
            return None
        kind = self.type_of(node, path, reading)
        if kind is None:
            return None
        without_type = MapNode(node.line, node.column, {k: v for k, v in node.entries.items() if k != "type"})
        found: Measure | None = read_record(kind, without_type, path, reading, kind.called())
        return found

    def type_of(self, node: MapNode, path: str, reading: Reading) -> type[Measure] | None:
        """The class of a measure, or of the type most like the one written; None where none is like it."""
        found = node.get("type")
        if found is None:
            close = nearest("type", (key for key in node.entries if key not in Measure.entries))
            named = "" if close is None else f" Did you mean `type` where `{shown(close, 40)}` stands?"
            reading.wrong(node, join(path, "type"), f"missing. It is one of {listed(TYPES, 'or')}.{named}")
            return None
        text = found.value if isinstance(found, Scalar) else ""
        if text in TYPES:
            return TYPES[text]
        close = nearest(text, TYPES)
        end = f"Did you mean `{close}`?" if close else f"It is one of {listed(TYPES, 'or')}."
        odd = odd_character(text)
        holds = f", which holds {odd}" if odd else ""
        reading.wrong(found, join(path, "type"), f"no measure `{shown(text)}`{holds}. {end}  {SEE}")
        return TYPES[close] if close else None

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [measure_schema(kind) for kind in TYPES.values()]}


def measure_schema(kind: type[Measure]) -> dict[str, Any]:
    """JSON Schema of one type of measure."""
    schema = record_schema(kind)
    schema["properties"] = {"type": {"const": kind.type}, **schema["properties"]}
    schema["required"] = ["type", *schema["required"]]
    return schema
