"""The filters of the ledger: entity, cost centre, fiscal year and state; they live in the address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from dash.development.base_component import Component

from dashboard.components.filter_fields import choice_field, filter_form, known_on_field
from dashboard.ids import LEDGER
from models.domain.errors import InvalidInputError
from models.domain.ledger import Entry, Ledger, TieState
from models.domain.valuation import LedgerView

#: Filters of an address, as text.
FILTERS = ("entity", "cost_centre", "fiscal_year", "state")


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What of the ledger is shown; empty means all, but for the fiscal year of the lines: then the one of as-of."""

    entity: str = ""
    cost_centre: str = ""
    fiscal_year: str = ""
    state: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return bool(self.entity or self.cost_centre or self.fiscal_year or self.state)

    def keeps_place(self, entity: str, cost_centre: str) -> bool:
        """Tell whether something that stands on an entity and cost centre is shown."""
        return self.entity in {"", entity} and self.cost_centre in {"", cost_centre}

    def keeps(self, entity: str, cost_centre: str, fiscal_year: str) -> bool:
        """Tell whether something of a place and fiscal year is shown."""
        return self.keeps_place(entity, cost_centre) and self.fiscal_year in {"", fiscal_year}

    def keeps_entry(self, entry: Entry) -> bool:
        """Tell whether any part of an entry is shown."""
        if not self.keeps(entry.entity, entry.cost_centre, entry.fiscal_year):
            return False
        return any(self.keeps_state(part.state) for part in entry.parts)

    def keeps_state(self, state: TieState) -> bool:
        """Tell whether amounts of a state are shown."""
        return self.state in {"", state.value}

    def year_of(self, view: LedgerView) -> str:
        """Return the fiscal year of which lines are shown: that of the filter, else of as-of."""
        return self.fiscal_year or view.context.as_of_period.split("-", maxsplit=1)[0]

    def in_words(self) -> str:
        """Return the filters as they are printed; empty if none is set."""
        parts = [
            f"entity {self.entity}" if self.entity else "",
            f"cost centre {self.cost_centre}" if self.cost_centre else "",
            self.fiscal_year,
            TieState(self.state).label if self.state else "",
        ]
        return ", ".join(part for part in parts if part)


def read_ledger_filter(query: Mapping[str, str]) -> LedgerFilter:
    """Return the filter of an address.

    Raises
    ------
    InvalidInputError
        If the state is no word of the list.
    """
    chosen = LedgerFilter(*(query.get(name, "") for name in FILTERS))
    if chosen.state and chosen.state not in {state.value for state in TieState}:
        raise InvalidInputError(f"state '{chosen.state}': choose one of {', '.join(state.value for state in TieState)}")
    return chosen


def keep_of_ledger(ledger: Ledger, chosen: LedgerFilter) -> Ledger:
    """Return what passes the filters; lines are those that hold an entry of the state, whatever its year."""
    entries = tuple(entry for entry in ledger.entries if chosen.keeps_entry(entry))
    holding = {(entry.pl_line, entry.entity, entry.cost_centre) for entry in entries}
    return replace(
        ledger,
        lines=tuple(
            line
            for line in ledger.lines
            if chosen.keeps_place(line.entity, line.cost_centre) and (not chosen.state or line.key in holding)
        ),
        entries=entries,
        unshared=tuple(row for row in ledger.unshared if chosen.keeps(row.entity, row.cost_centre, row.fiscal_year)),
        over_claims=tuple(
            claim for claim in ledger.over_claims if chosen.keeps(claim.entity, claim.cost_centre, claim.fiscal_year)
        ),
        held_by_budget=tuple(
            held for held in ledger.held_by_budget if chosen.keeps(held.entity, held.cost_centre, held.fiscal_year)
        ),
        controls=tuple(
            control
            for control in ledger.controls
            if chosen.entity in {"", control.entity} and control.period.startswith(chosen.fiscal_year)
        ),
        ageing=tuple(row for row in ledger.ageing if chosen.keeps_state(TieState(row.state))),
        claims=tuple(
            claim for claim in ledger.claims if chosen.keeps(claim.entity, claim.cost_centre, claim.fiscal_year)
        ),
    )


def ledger_filter_bar(view: LedgerView, chosen: LedgerFilter, *, known_on: date | None) -> Component:
    """Return the form of filters over what the ledger holds."""
    ledger = view.ledger
    years = {cell.period.split("-", maxsplit=1)[0] for line in ledger.lines for cell in line.cells}
    years |= {entry.fiscal_year for entry in ledger.entries}
    return filter_form(
        [
            choice_field("entity", "Entity", "All entities", _own(line.entity for line in ledger.lines), chosen.entity),
            choice_field(
                "cost_centre",
                "Cost centre",
                "All cost centres",
                _own(line.cost_centre for line in ledger.lines),
                chosen.cost_centre,
            ),
            choice_field("fiscal_year", "Fiscal year", "Year to date", _own(years), chosen.fiscal_year),
            choice_field(
                "state", "State", "All states", [(state.value, state.label) for state in TieState], chosen.state
            ),
            known_on_field(known_on),
        ],
        path=LEDGER,
        has_clear=chosen.is_set or known_on is not None,
    )


def _own(values: Iterable[str]) -> list[tuple[str, str]]:
    return [(value, value) for value in sorted(set(values)) if value]
