"""Downloads of the ledger: cells, entries, over-claims, control totals, ages and claims, filtered as the page is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from dashboard.components.ledger_filters import LedgerFilter, keep_of_ledger, read_ledger_filter
from dashboard.components.ledger_words import line_name
from dashboard.context import current_store, known_on_of
from dashboard.page import Export, ExportTable
from models.domain.ledger import Ledger
from models.domain.ledger_proof import AGE_LABELS
from models.domain.money import to_major
from models.domain.people import Permission, Person
from models.domain.valuation import LedgerView
from models.queries.portfolio import ledger_view
from models.store.unit_of_work import read

Row = list[object]
Rows = Callable[[Ledger, LedgerFilter, str], Iterator[Row]]

#: What stands at the end of every row: the currency and basis of the books, the dates, and the filters in words.
_STANDING = ("currency", "ledger_basis", "as_of", "as_known_on", "filters")


def _cells(ledger: Ledger, chosen: LedgerFilter, currency: str) -> Iterator[Row]:
    for line in ledger.lines:
        for cell in line.cells:
            if not cell.period.startswith(chosen.fiscal_year):
                continue
            for row in cell.rows:
                yield [
                    line.pl_line,
                    line_name(line),
                    line.entity,
                    line.cost_centre,
                    line.level.value,
                    line.is_roll_up,
                    cell.period,
                    cell.reference_scenario,
                    row.component.value,
                    row.initiative,
                    to_major(row.amount_minor, currency),
                    cell.is_closed,
                    cell.control,
                ]


def _entries(ledger: Ledger, chosen: LedgerFilter, currency: str) -> Iterator[Row]:
    for entry in ledger.entries:
        for part in entry.parts:
            if chosen.keeps_state(part.state):
                yield [
                    entry.initiative,
                    entry.benefit_line,
                    entry.benefit_class.value,
                    entry.grade.label,
                    entry.pl_line,
                    entry.entity,
                    entry.cost_centre,
                    entry.fiscal_year,
                    part.state.value,
                    to_major(part.amount_minor, currency),
                    part.reason,
                ]
    for shared in ledger.unshared:
        for state, amount in (("tied_out", shared.tied_minor), (shared.rest_state.value, -shared.tied_minor)):
            if amount and chosen.state in {"", state}:
                yield [
                    " + ".join(shared.initiatives),
                    "",
                    "",
                    "",
                    shared.pl_line,
                    shared.entity,
                    shared.cost_centre,
                    shared.fiscal_year,
                    state,
                    to_major(amount, currency),
                    shared.reason,
                ]


def _over_claims(ledger: Ledger, _chosen: LedgerFilter, currency: str) -> Iterator[Row]:
    for claim in ledger.over_claims:
        for own in claim.entries:
            amounts = (claim.entries_minor, claim.movement_minor, claim.excess_minor)
            yield [
                claim.pl_line,
                claim.name,
                claim.entity,
                claim.cost_centre,
                claim.fiscal_year,
                own.initiative,
                to_major(own.amount_minor, currency),
                *(to_major(amount, currency) for amount in amounts),
                claim.is_double_count,
            ]


def _controls(ledger: Ledger, _chosen: LedgerFilter, _currency: str) -> Iterator[Row]:
    for control in ledger.controls:
        yield [
            control.entity,
            control.period,
            control.scenario,
            control.currency,
            to_major(control.rows_minor, control.currency),
            to_major(control.stated_minor, control.currency),
            to_major(control.difference_minor, control.currency),
            control.row_count,
            control.stated_count,
            control.agrees,
        ]


def _ages(ledger: Ledger, _chosen: LedgerFilter, currency: str) -> Iterator[Row]:
    for row in ledger.ageing:
        amounts = [to_major(amount, currency) for amount in (*row.amounts_minor, row.total_minor)]
        yield [row.initiative, row.state, row.oldest_period, *amounts]


def _claims(ledger: Ledger, _chosen: LedgerFilter, currency: str) -> Iterator[Row]:
    for claim in ledger.claims:
        yield [
            claim.claimant,
            claim.initiative,
            claim.benefit_line,
            claim.pl_line,
            claim.entity,
            claim.cost_centre,
            claim.fiscal_year,
            "E0",
            to_major(claim.amount_minor, currency),
        ]


def _export(name: str, columns: Sequence[str], rows: Rows) -> Export:
    def build(person: Person, query: Mapping[str, str]) -> ExportTable:
        known_on, chosen = known_on_of(query), read_ledger_filter(query)
        with read(current_store()) as session:
            view = ledger_view(session, person, known_on=known_on)
        heads = (*columns, *_STANDING)
        if view is None:
            return ExportTable(f"tieout-{name}", heads, [])
        kept = keep_of_ledger(view.ledger, chosen)
        standing = _standing(view, chosen)
        table = [[*row, *standing] for row in rows(kept, chosen, view.context.currency)]
        return ExportTable(f"tieout-{name}-{view.context.as_of.isoformat()}", heads, table)

    return Export(name, Permission.VIEW_LEDGER, build)


def _standing(view: LedgerView, chosen: LedgerFilter) -> Row:
    context = view.context
    return [
        context.currency,
        view.ledger.basis.label,
        context.as_of,
        context.as_known_on,
        f"{context.scope}; {chosen.in_words() or 'no filter'}",
    ]


_PLACE = ("pl_line", "name", "entity", "cost_centre")
EXPORTS = (
    _export(
        "ledger",
        (
            *_PLACE,
            "level",
            "is_roll_up",
            "period",
            "reference",
            "component",
            "initiative",
            "amount",
            "is_closed",
            "control",
        ),
        _cells,
    ),
    _export(
        "ledger-entries",
        (
            "initiative",
            "benefit_line",
            "benefit_class",
            "grade",
            "pl_line",
            "entity",
            "cost_centre",
            "fiscal_year",
            "state",
            "amount",
            "reason",
        ),
        _entries,
    ),
    _export(
        "ledger-over-claims",
        (*_PLACE, "fiscal_year", "initiative", "own_entries", "entries", "movement", "excess", "is_double_count"),
        _over_claims,
    ),
    _export(
        "ledger-controls",
        (
            "entity",
            "period",
            "scenario",
            "books_currency",
            "pl_rows",
            "trial_balance",
            "difference",
            "row_count",
            "stated_row_count",
            "agrees",
        ),
        _controls,
    ),
    _export(
        "ledger-ageing",
        ("initiative", "state", "oldest_period", *(f"periods {label}" for label in AGE_LABELS), "all"),
        _ages,
    ),
    _export(
        "ledger-claims",
        (
            "claimant",
            "initiative",
            "benefit_line",
            "pl_line",
            "entity",
            "cost_centre",
            "fiscal_year",
            "grade",
            "claimed",
        ),
        _claims,
    ),
)
