"""World: the economy as it is. Four required arrays, everything else derived or a named field (DESIGN 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from multipolar.base.arrays import Array, frozen
from multipolar.base.axes import Axes, Labels
from multipolar.base.problems import WorldError, shown
from multipolar.world import aggregate as aggregation
from multipolar.world.evidence import Evidence, checked_evidence, graded, worst
from multipolar.world.identities import Accounts, Identity, derive, identities
from multipolar.world.intake import Field as Field  # a part of the record
from multipolar.world.intake import checked_arrays, checked_fields, checked_name, checked_year
from multipolar.world.knowledge import again

if TYPE_CHECKING:
    from multipolar.world.provenance import Provenance


class Solved(Protocol):
    """What ``World.after`` reads of an outcome."""

    @property
    def world(self) -> World: ...
    @property
    def trade(self) -> Array: ...
    @property
    def input_share(self) -> Array: ...
    @property
    def tariff(self) -> Array: ...
    @property
    def export_tax(self) -> Array | None: ...
    @property
    def final_trade(self) -> Array | None: ...
    @property
    def rents_of_others(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Report:
    """What ``World.check`` found: identities with residuals, and cells listed because they are unusual, not wrong."""

    identities: tuple[Identity, ...]
    without_output: tuple[tuple[str, str], ...]
    without_inputs: tuple[tuple[str, str], ...]
    high_value_added: tuple[tuple[str, str, float], ...]

    @property
    def ok(self) -> bool:
        """True when every identity holds."""
        return all(identity.holds for identity in self.identities)


@dataclass(frozen=True, eq=False)
class World:
    """A world economy of one year, in million US dollars at basic prices.

    ``trade`` [i,n,s] sales of sector s from origin i to destination n, taxes excluded; ``input_share`` [n,k,s] cost
    share of input s in sector k of n, taxes included; ``tariff`` [i,n,s] ad valorem rate on a base that includes the
    export tax; ``trade_elasticity`` [s] theta; ``export_tax`` [i,n,s] or None. Derived arrays (``output``,
    ``spending``, ``trade_share``, ``value_added``, ``final_share``, ``income``, ``revenue``, ``deficit``) and fields
    (``employment`` ...) read as attributes. ``provenance``: source and balancing log of a world built from files.
    ``evidence``: grades stated for its blocks, by country and sector; ``world/evidence.py`` tells them for any world.
    ``customs_base`` [i,n,s] or None: what tariffs are levied on, as a multiple of the price at the border; ``tariff``
    is over that price in any case (``world/margins.py``; set by ``with_customs_base`` alone). All arrays are read-only.
    """

    name: str
    year: int | None
    axes: Axes
    trade: Array
    input_share: Array
    tariff: Array
    trade_elasticity: Array
    export_tax: Array | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)
    provenance: Provenance | None = None
    evidence: Evidence | None = None
    customs_base: Array | None = None

    @classmethod
    def from_arrays(
        cls,
        *,
        countries: Sequence[str],
        sectors: Sequence[str],
        trade: object,
        input_share: object,
        tariff: object,
        trade_elasticity: object,
        value_added: object = None,
        export_tax: object = None,
        name: str = "world",
        year: int | None = None,
        fields: Mapping[str, Field] | None = None,
        provenance: Provenance | None = None,
        evidence: Mapping[str, object] | None = None,
    ) -> World:
        """A world from arrays in memory; axes as in the class.

        ``value_added`` [n,k], if given, must equal ``output (1 - sum input_share)`` to 1e-9: it is a check, not a
        second truth. ``evidence``: block -> one grade, or positions in ``GRADES`` [country, sector]. Raises
        ``WorldError`` with every bad field named.
        """
        axes = Axes(Labels("country", countries), Labels("sector", sectors))
        name, year = checked_name(name), checked_year(year)
        arrays, accounts = checked_arrays(axes, trade, input_share, tariff, trade_elasticity, value_added, export_tax)
        world = cls(
            name=name,
            year=year,
            axes=axes,
            fields=checked_fields(fields, axes),
            provenance=provenance,
            evidence=checked_evidence(evidence, axes),
            **arrays,
        )
        world.__dict__["accounts"] = _frozen_accounts(accounts)  # derived to be checked: not derived again
        return world

    @property
    def countries(self) -> tuple[str, ...]:
        """Country labels, in the order of every country axis."""
        return self.axes.country.names

    @property
    def sectors(self) -> tuple[str, ...]:
        """Sector labels, in the order of every sector axis."""
        return self.axes.sector.names

    @cached_property
    def accounts(self) -> Accounts:
        """Every derived array (computed once)."""
        return _frozen_accounts(derive(self.trade, self.input_share, self.tariff, self.export_tax))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of labels, arrays and fields: the key of every cache."""
        import hashlib  # start-up time counts, and loading a world needs no digest

        digest = hashlib.sha256(repr((self.countries, self.sectors)).encode())
        for array in (self.trade, self.input_share, self.tariff, self.trade_elasticity, self.export_tax):
            digest.update(b"none" if array is None else np.ascontiguousarray(array).data)
        if self.customs_base is not None:
            digest.update(np.ascontiguousarray(self.customs_base).data)
        for name, each in sorted(self.fields.items()):
            digest.update(repr((name, each.axes, each.unit)).encode())
            digest.update(np.ascontiguousarray(each.values).data)
        return digest.hexdigest()

    def __getattr__(self, name: str) -> Array:
        if name in Accounts.__slots__:
            array: Array = getattr(self.accounts, name)
            return array
        found = self.__dict__.get("fields", {}).get(name)
        if found is not None:
            values: Array = found.values
            return values
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(f"world `{self.__dict__.get('name', '')}` has no `{name}`")

    def needed(self, name: str, by: str) -> Array:
        """The values of a field that ``by`` (an output, in words) cannot do without.

        Raises ``WorldError`` naming the field where the world has none.
        """
        if name not in self.fields:
            raise WorldError.of(f"world `{self.name}` has no `{name}`: {by} needs it")
        return self.fields[name].values

    def check(self) -> Report:
        """Recompute every identity in float64 and list unusual cells.

        Raises ``WorldError`` naming each identity that does not hold, with its residual and place.
        """
        with np.errstate(all="ignore"):  # a residual that is no number does not hold
            found = identities(self.trade, self.accounts, self.tariff, self.export_tax)
        broken = [identity for identity in found if not identity.holds]
        if broken:
            raise WorldError.of(
                f"world `{self.name}`: "
                + "; ".join(f"{b.name}: residual {b.residual:.1e} at {self._labelled(b.where)}" for b in broken)
            )
        accounts = self.accounts
        used = accounts.output > 0
        bare = used & (self.input_share.sum(axis=2) <= 0)
        high = used & (accounts.value_added_share > 0.95)
        return Report(found, self._cells(~used), self._cells(bare), self._shares(high, accounts.value_added_share))

    def aggregate(
        self,
        countries: Mapping[str, str] | None = None,
        sectors: Mapping[str, str] | None = None,
        name: str | None = None,
    ) -> World:
        """Countries and sectors summed by maps old label -> new label; every label must be mapped.

        Trade and inputs are summed in value; tariffs are import-weighted, export taxes by sales, elasticities by
        cross-border trade. Fields that are amounts are summed, ``knowledge`` is made anew by its route, others are
        means weighted by value added. Every
        identity is kept. Inside a new group former border taxes stay as the group's own: they are moved into the price
        (see ``world/aggregate.py``). ``name`` is that of the new world, by default ``NAME-aggregate``. Raises
        ``WorldError`` for labels that are unknown or missing, and on the customs base: sum first, then ask for it.
        """
        if self.customs_base is not None:
            raise WorldError.of(f"world `{self.name}` is on the customs base: sum it up first, then ask for the base")
        country = aggregation.grouping(self.axes.country, countries)
        sector = aggregation.grouping(self.axes.sector, sectors)
        arrays = aggregation.aggregate(
            self.trade,
            self.input_share,
            self.tariff,
            self.export_tax,
            self.trade_elasticity,
            country.member,
            sector.member,
        )
        worth = self.value_added
        fields = {
            key: replace(f, values=frozen(aggregation.field(f.values, f.axes, f.unit, worth, country.member,
                                                            sector.member)))
            for key, f in self.fields.items()
        }  # fmt: skip
        evidence = {block: worst(cells, country.member, sector.member) for block, cells in graded(self).items()}
        world = World.from_arrays(
            countries=country.names,
            sectors=sector.names,
            name=f"{self.name}-aggregate" if name is None else name,
            year=self.year,
            fields=fields,
            evidence=evidence,
            provenance=self.provenance,
            **arrays,
        )
        return world if world.trade.shape == self.trade.shape else again(world)

    def after(self, outcome: Solved) -> World:
        """The world of a solved outcome as a new reference world, exact again (ECONOMICS 0.1).

        Trade, input shares, tariffs and export taxes are the outcome's; fields are carried. Raises the outcome's own
        error when it is not converged, ``WorldError`` when it belongs to another world, or when rents of licences go
        to third countries: a reference world keeps them as tariff or export tax only (ECONOMICS 0.8).
        """
        if not hasattr(outcome, "rents_of_others"):
            raise WorldError.of(f"after: {shown(outcome)} is no outcome of a solve")
        if outcome.world is not self and outcome.world.digest != self.digest:
            raise WorldError.of(f"after: the outcome belongs to another world than `{self.name}`")
        if outcome.rents_of_others:
            raise WorldError.of("after: rents of licences that go to named countries cannot be kept in a world")
        fields = dict(self.fields)
        if outcome.final_trade is not None:
            fields["final_trade"] = replace(fields["final_trade"], values=frozen(outcome.final_trade))
        return replace(
            self,
            fields=fields,
            trade=frozen(outcome.trade),
            input_share=outcome.input_share,
            tariff=outcome.tariff,
            export_tax=outcome.export_tax,
        )

    def _labelled(self, where: tuple[int, ...]) -> str:
        axes = {1: (self.countries,), 2: (self.countries, self.sectors)}.get(len(where), ())
        return " x ".join(labels[k] for labels, k in zip(axes, where, strict=True)) or "the world"

    def _cells(self, mask: np.ndarray) -> tuple[tuple[str, str], ...]:
        return tuple((self.countries[n], self.sectors[k]) for n, k in np.argwhere(mask))

    def _shares(self, mask: np.ndarray, share: Array) -> tuple[tuple[str, str, float], ...]:
        return tuple((self.countries[n], self.sectors[k], float(share[n, k])) for n, k in np.argwhere(mask))


def _frozen_accounts(accounts: Accounts) -> Accounts:
    for name in Accounts.__slots__:
        frozen(getattr(accounts, name))
    return accounts
