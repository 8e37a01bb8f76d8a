"""The sheets of the ledger: what is held against each line, each cell from reference to actual, entries and tests."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.components.ledger_words import line_name
from dashboard.packs.cells import FIRST_ROW, Cell, Column, Formula, Number, Sheet, Typed, letter_of, rounded
from dashboard.packs.content import PackContent
from dashboard.packs.sheet_inputs import last_day
from models.domain.ledger import LedgerCell, LedgerComponent, LedgerLine, TieState, UnsharedRow, total_by_state
from models.domain.money import to_major

FLEX = tuple(component for component in LedgerComponent if component.is_flex)
_COMPUTED = {LedgerComponent.INITIATIVE, LedgerComponent.UNEXPLAINED, LedgerComponent.ACTUAL}
COSTS_ON_LINE = tuple(c for c in LedgerComponent if not c.is_flex and c not in _COMPUTED)

ENTRIES = (
    Column("no", "No", Number.COUNT, 6),
    Column("initiative", "Initiative", width=16),
    Column("benefit_line", "Benefit line", width=18),
    Column("class", "Benefit class", width=18),
    Column("grade", "Grade", width=8),
    Column("pl_line", "P&L line", width=20),
    Column("entity", "Entity", width=10),
    Column("cost_centre", "Cost centre", width=12),
    Column("fiscal_year", "Fiscal year", width=10),
    Column("amount", "Entry", Number.CENTS, 16),
    Column("tied", "Tied out", Number.CENTS, 16),
    Column("rest", "Not tied out", Number.CENTS, 16),
    Column("state", "State of the rest", width=24),
    Column("reason", "Reason", width=80),
)
UNSHARED = (
    Column("pl_line", "P&L line", width=20),
    Column("entity", "Entity", width=10),
    Column("cost_centre", "Cost centre", width=12),
    Column("fiscal_year", "Fiscal year", width=10),
    Column("initiatives", "Initiatives", width=40),
    Column("entries", "Entries", Number.CENTS, 16),
    Column("tied", "Tied out together", Number.CENTS, 16),
    Column("short", "Short", Number.CENTS, 16),
    Column("rest_state", "State of its entries", width=24),
    Column("counted_as", "What is short counts as", width=24),
    Column("reason", "Reason", width=80),
)
OVER_CLAIMS = (
    Column("pl_line", "P&L line", width=20),
    Column("name", "Name", width=30),
    Column("entity", "Entity", width=10),
    Column("cost_centre", "Cost centre", width=12),
    Column("fiscal_year", "Fiscal year", width=10),
    Column("initiatives", "Initiatives", width=40),
    Column("entries", "Entries", Number.CENTS, 16),
    Column("movement", "Moved beyond the flex", Number.CENTS, 16),
    Column("excess", "Excess", Number.CENTS, 16),
)
HELD = (
    Column("pl_line", "P&L line", width=20),
    Column("entity", "Entity", width=10),
    Column("cost_centre", "Cost centre", width=12),
    Column("is_roll_up", "Sum of its parts (1 = yes)", Number.COUNT, 9),
    Column("period", "Fiscal period", width=12),
    Column("initiative", "Initiative", width=24),
    Column("amount", "Held against the line", Number.CENTS, 18),
)
LEDGER = (
    Column("pl_line", "P&L line", width=20),
    Column("name", "Name", width=28),
    Column("entity", "Entity", width=10),
    Column("cost_centre", "Cost centre", width=12),
    Column("period", "Fiscal period", width=12),
    Column("start_on", "First day", Number.DAY, 13),
    Column("last_on", "Last day", Number.DAY, 13),
    Column("level", "Level", width=14),
    Column("is_roll_up", "Sum of its parts (1 = yes)", Number.COUNT, 9),
    Column("basis", "Basis", width=18),
    Column("reference_scenario", "Reference is", width=16),
    Column("is_closed", "Closed (1 = yes)", Number.COUNT, 9),
    *(Column(component.value, component.label.capitalize(), Number.CENTS, 15) for component in FLEX),
    Column("flexed", "Flexed reference", Number.CENTS, 16),
    Column("held", "Initiatives", Number.CENTS, 16),
    *(Column(component.value, component.label.capitalize(), Number.CENTS, 15) for component in COSTS_ON_LINE),
    Column("unexplained", "Unexplained", Number.CENTS, 16),
    Column("actual", "Actual", Number.CENTS, 16),
    Column("published", "Unexplained, as published", Number.CENTS, 16),
    Column("difference", "Difference", Number.CENTS, 14),
)


@dataclass(frozen=True, slots=True)
class LedgerSheets:
    """The sheets of the ledger; `held` and `cells` are None for a role without the ledger."""

    entries: Sheet
    unshared: Sheet
    over_claims: Sheet
    held: Sheet | None
    cells: Sheet | None


def build_ledger_sheets(content: PackContent) -> LedgerSheets:
    """Return the sheets of entries and, where the role has it, of the ledger."""
    unit = f"{content.currency}, profit terms: favourable is positive"
    held_rows, cell_rows = _ledger_rows(content) if content.ledger is not None else ([], [])
    held = Sheet("Held", "What each initiative holds against a P&L line, by fiscal period", unit, HELD, held_rows)
    cells = Sheet(
        "Ledger", "Flexed reference + initiatives + costs + unexplained = actual, to the cent", unit, LEDGER, cell_rows
    )
    has_ledger = content.ledger is not None
    return LedgerSheets(
        Sheet("Entries", "Entries: realised amounts held against P&L lines, with state and reason", unit, ENTRIES,
              _entries(content)),
        Sheet("Unshared", "Short lines of several initiatives: one row until a sharing rule is signed", unit, UNSHARED,
              _unshared(content)),
        Sheet("Over-claims", "Entries beyond what a line moved: named, never scaled", unit, OVER_CLAIMS,
              _over_claims(content)),
        held if has_ledger else None,
        cells if has_ledger else None,
    )  # fmt: skip


def _entries(content: PackContent) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for number, key, line in content.lines():
        for entry in line.entries:
            row = FIRST_ROW + len(rows)
            amount, tied = (to_major(each, content.currency) for each in (entry.amount_minor, entry.tied_minor))
            words: list[Cell] = [
                number, key, entry.benefit_line, entry.benefit_class.value, entry.grade.label, entry.pl_line,
                entry.entity, entry.cost_centre, entry.fiscal_year,
            ]  # fmt: skip
            rest = Formula(f"J{row}-K{row}", amount - tied)
            rows.append([*words, Typed(amount), Typed(tied), rest, Typed(entry.state.label), entry.reason])
    return rows


def _unshared(content: PackContent) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for each in content.summary.unshared:
        row = FIRST_ROW + len(rows)
        entries, tied = (to_major(amount, content.currency) for amount in (each.entries_minor, each.tied_minor))
        names = ", ".join(each.initiatives)
        short = Formula(f"F{row}-G{row}", entries - tied)
        words: list[Cell] = [each.pl_line, each.entity, each.cost_centre, each.fiscal_year, names]
        states = (Typed(each.rest_state.label), Typed(_counted_as(content, each).label))
        rows.append([*words, Typed(entries), Typed(tied), short, *states, each.reason])
    return rows


def _counted_as(content: PackContent, row: UnsharedRow) -> TieState:
    """Return the state in which the publication counts what is short: one of an earlier version moved it."""
    entries = [entry for _, _, line in content.lines() for entry in line.entries]
    published = {share.state: share.realised.amount_minor for share in content.summary.figures.by_tie_state}
    kept = total_by_state(entries, content.summary.unshared).get(row.rest_state, 0)
    return row.rest_state if published.get(row.rest_state, 0) == kept else TieState.LOCATED_NOT_SUPPORTED


def _over_claims(content: PackContent) -> list[list[Cell]]:
    return [
        [
            each.pl_line, each.name, each.entity, each.cost_centre, each.fiscal_year, ", ".join(each.initiatives),
            *(Typed(to_major(amount, content.currency))
              for amount in (each.entries_minor, each.movement_minor, each.excess_minor)),
        ]
        for each in content.summary.over_claims
    ]  # fmt: skip


def _ledger_rows(content: PackContent) -> tuple[list[list[Cell]], list[list[Cell]]]:
    held: list[list[Cell]] = []
    cells: list[list[Cell]] = []
    basis = content.ledger.basis.label if content.ledger is not None else ""
    for line in content.ledger.lines if content.ledger is not None else ():
        for cell in line.cells:
            first = FIRST_ROW + len(held)
            for row in cell.rows:
                if row.component is LedgerComponent.INITIATIVE:
                    amount = Typed(to_major(row.amount_minor, content.currency))
                    held.append(
                        [
                            line.pl_line,
                            line.entity,
                            line.cost_centre,
                            1 if line.is_roll_up else 0,
                            cell.period,
                            row.initiative,
                            amount,
                        ]
                    )
            last = FIRST_ROW + len(held) - 1
            span = f"SUM(Held!{HELD_LETTER}{first}:{HELD_LETTER}{last})" if last >= first else "0"
            cells.append(_cell_row(content.currency, basis, line, cell, span, FIRST_ROW + len(cells)))
    return held, cells


def _cell_row(currency: str, basis: str, line: LedgerLine, cell: LedgerCell, held: str, row: int) -> list[Cell]:
    def amount(component: LedgerComponent) -> Typed:
        return Typed(to_major(cell.amount_of(component), currency))

    letter = {column.key: LETTERS[column.key] for column in LEDGER}
    initiatives, unexplained = LedgerComponent.INITIATIVE, LedgerComponent.UNEXPLAINED
    words: list[Cell] = [
        line.pl_line, line_name(line), line.entity, line.cost_centre, cell.period, Typed(cell.start_on),
        Typed(last_day(cell.end_on)),
        line.level.label, 1 if line.is_roll_up else 0, basis, cell.reference_scenario or "none",
        1 if cell.is_closed else 0,
    ]  # fmt: skip
    if not cell.reference_scenario:
        blank: list[Cell] = [Typed(None)] * (len(FLEX) + 3 + len(COSTS_ON_LINE))
        return [*words, *blank, amount(LedgerComponent.ACTUAL), Typed(None), Formula("0", 0)]
    flexed = f"SUM({letter[FLEX[0].value]}{row}:{letter[FLEX[-1].value]}{row})"
    spent = "".join(f"-{letter[component.value]}{row}" for component in COSTS_ON_LINE)
    rest = f"{letter['actual']}{row}-{letter['flexed']}{row}-{letter['held']}{row}{spent}"
    left = to_major(cell.amount_of(unexplained), currency)
    return [
        *words,
        *(amount(component) for component in FLEX),
        Formula(flexed, to_major(cell.flexed_reference_minor, currency)),
        Formula(held, to_major(cell.amount_of(initiatives), currency), is_link=True),
        *(amount(component) for component in COSTS_ON_LINE),
        Formula(rest, left),
        amount(LedgerComponent.ACTUAL),
        Typed(left),
        Formula(rounded(f"{letter['unexplained']}{row}-{letter['published']}{row}", currency), 0),
    ]


HELD_LETTER = letter_of(HELD, "amount")
LETTERS = {column.key: Sheet("Ledger", "", "", LEDGER, ()).letter(column.key) for column in LEDGER}
