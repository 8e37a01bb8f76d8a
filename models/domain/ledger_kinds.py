"""The words of the ledger: states of entries, components of cells, levels of lines."""

from __future__ import annotations

from enum import StrEnum


class TieState(StrEnum):
    """The state of an entry: a realised amount held against a P&L line."""

    TIED_OUT = "tied_out"
    LOCATED_NOT_SUPPORTED = "located_not_supported"
    DRIVERS_MISSING = "drivers_missing"
    LEDGER_OPEN = "ledger_open"
    TOO_SMALL_TO_SEE = "too_small_to_see"
    OVERLAP_OPEN = "overlap_open"
    UNLOCATED = "unlocated"
    NON_CASH = "non_cash"
    BALANCE_SHEET = "balance_sheet"

    @property
    def label(self) -> str:
        """The state in words."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    TieState.TIED_OUT: "tied out",
    TieState.LOCATED_NOT_SUPPORTED: "located, not supported",
    TieState.DRIVERS_MISSING: "located, drivers missing",
    TieState.LEDGER_OPEN: "ledger open",
    TieState.TOO_SMALL_TO_SEE: "too small to see in this line",
    TieState.OVERLAP_OPEN: "overlap open",
    TieState.UNLOCATED: "unlocated",
    TieState.NON_CASH: "non-cash",
    TieState.BALANCE_SHEET: "balance sheet",
}


class LedgerComponent(StrEnum):
    """The rows between reference and actual, in the order in which they are shown and flexed."""

    REFERENCE = "reference"
    EMBEDDED = "embedded"  # benefits (and costs) that the reference already holds, added back
    VOLUME = "volume"
    PRICE = "price"
    FX = "fx"
    MIX = "mix"
    WAGE = "wage"
    SCOPE = "scope"
    RECLASSIFICATION = "reclassification"
    OTHER_PROGRAMMES = "other_programmes"
    INITIATIVE = "initiative"
    RUN_COST = "run_cost"
    BUILD_COST = "build_cost"
    COST_TO_ACHIEVE = "cost_to_achieve"
    AMORTISATION = "amortisation"
    IMPAIRMENT = "impairment"
    UNEXPLAINED = "unexplained"
    ACTUAL = "actual"

    @property
    def label(self) -> str:
        """The row in words."""
        return _COMPONENT_LABELS.get(self, self.value.replace("_", " "))

    @property
    def is_flex(self) -> bool:
        """Whether the row belongs to the flexed reference."""
        return self in _FLEX

    @property
    def is_cost(self) -> bool:
        """Whether the row is a cost of an initiative."""
        return self in _COSTS


_COMPONENT_LABELS = {
    LedgerComponent.EMBEDDED: "already in the reference, added back",
    LedgerComponent.FX: "FX",
    LedgerComponent.WAGE: "wage inflation",
}
_FLEX = frozenset(
    {
        LedgerComponent.REFERENCE,
        LedgerComponent.EMBEDDED,
        LedgerComponent.VOLUME,
        LedgerComponent.PRICE,
        LedgerComponent.FX,
        LedgerComponent.MIX,
        LedgerComponent.WAGE,
        LedgerComponent.SCOPE,
        LedgerComponent.RECLASSIFICATION,
        LedgerComponent.OTHER_PROGRAMMES,
    }
)


_COSTS = frozenset(
    {
        LedgerComponent.RUN_COST,
        LedgerComponent.BUILD_COST,
        LedgerComponent.COST_TO_ACHIEVE,
        LedgerComponent.AMORTISATION,
        LedgerComponent.IMPAIRMENT,
    }
)


class LedgerLevel(StrEnum):
    """How finely a line is looked at."""

    WHOLE = "whole"
    GROUP = "group"
    ENTITY = "entity"
    COST_CENTRE = "cost_centre"

    @property
    def label(self) -> str:
        """Whole P&L, group, entity, cost centre."""
        return "whole P&L" if self is LedgerLevel.WHOLE else self.value.replace("_", " ")
