"""The sentences of the ledger pages, each computed from the rows that stand below it."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.ledger import Movement
from dashboard.format import format_money, format_percent
from models.domain.ledger import ControlTotal, Ledger, LedgerComponent, LedgerLine, LineTest, TieState
from models.domain.money import Money
from models.domain.valuation import LedgerView

WHOLE = "whole-pl"
WHOLE_NAME = "Whole P&L"


def line_key(line: LedgerLine) -> str:
    """Return the key of a line in addresses; the whole P&L has one of its own."""
    return line.pl_line or WHOLE


def line_name(line: LedgerLine) -> str:
    """Return the name of a line with its entity and cost centre."""
    name = line.name or (WHOLE_NAME if not line.pl_line else line.pl_line)
    return ", ".join(part for part in (name, line.entity, line.cost_centre) if part)


def place_words(entity: str, cost_centre: str) -> str:
    """Return where something stands within a P&L line; empty for the whole line."""
    return ", ".join(part for part in (entity, f"cost centre {cost_centre}" if cost_centre else "") if part)


def control_title(controls: Sequence[ControlTotal]) -> str:
    """Return the message of the control totals: how many agree, and where the first difference lies."""
    if not controls:
        return "No trial balance is posted to hold the P&L rows against"
    differing = [control for control in controls if not control.agrees]
    if not differing:
        return f"The P&L rows agree to all {len(controls)} trial balances"
    first = differing[0]
    agreed = f"The P&L rows agree to {len(controls) - len(differing)} of {len(controls)} trial balances"
    return f"{agreed}; {first.entity} in {first.period} does not"


def state_of_test(test: LineTest) -> TieState:
    """Return the state that a line's entries bear: several initiatives on a short line stay an open overlap."""
    return TieState.OVERLAP_OPEN if test.is_unshared else test.state


def ledger_title(view: LedgerView) -> str:
    """Return the message of the ledger: how much of realised value the P&L supports, and where it is short."""
    currency, fiscal_year = view.context.currency, view.context.as_of_period.split("-")[0]
    tied = sum(share.realised.amount_minor for share in view.by_tie_state if share.state is TieState.TIED_OUT)
    realised = view.realised.point_minor
    share = f" ({format_percent(tied / realised)})" if realised > 0 else ""
    stand = (
        f"{format_money(Money(tied, currency), currency)} of {format_money(view.realised.point)} "
        f"realised{share} is consistent with the ledger"
    )
    return f"{stand}; {_short_words(view.ledger, fiscal_year, currency)}"


def _short_words(ledger: Ledger, fiscal_year: str, currency: str) -> str:
    short = sorted(
        (claim for claim in ledger.over_claims if claim.fiscal_year == fiscal_year),
        key=lambda claim: -claim.excess_minor,
    )
    if not short:
        return f"no line carries more in {fiscal_year} than it moved"
    excess = format_money(Money(short[0].excess_minor, currency), currency)
    first = f"{short[0].name} carries {excess} more in {fiscal_year} than it moved"
    others = len(short) - 1
    return f"{first}, and {others} more {'line is' if others == 1 else 'lines are'} short" if others else first


def line_title(line: LedgerLine, test: LineTest | None, movement: Movement, currency: str) -> str:
    """Return the message of one line: what it moved beyond the flex, and what is held against it."""
    moved = format_money(Money(movement.free_minor, currency), currency, is_plus_shown=True)
    cost = format_money(Money(movement.cost_minor, currency), currency, is_plus_shown=True)
    beyond = f"its flexed reference and {cost} of initiatives' cost" if movement.cost_minor else "its flexed reference"
    if test is None:
        return f"{line_name(line)} moved {moved} beyond {beyond}; no initiative's benefit is held against it"
    held = format_money(Money(test.entries_minor, currency), currency)
    verdict = (
        f"{format_money(Money(test.short_minor, currency), currency)} is short"
        if test.short_minor
        else test.state.label
    )
    return f"{line_name(line)} moved {moved} beyond {beyond}; {held} is held against it: {verdict}"


def movement_title(movement: Movement, span: str, currency: str) -> str:
    """Return the message of the bridge of a line: how much of the movement stays unexplained."""
    unexplained = sum(
        amount for (component, _), amount in movement.rows.items() if component is LedgerComponent.UNEXPLAINED
    )
    explained = format_money(Money(movement.moved_minor - unexplained, currency), currency, is_plus_shown=True)
    left = format_money(Money(unexplained, currency), currency, is_plus_shown=True)
    return f"{span}: initiatives and their costs account for {explained}, {left} stays unexplained"


def history_title(line: LedgerLine, currency: str) -> str:
    """Return the message of the history of a line: in how many periods it moved as far as what is held against it."""
    known = [cell for cell in line.cells if cell.reference_scenario]
    if not known:
        return f"{line_name(line)} has no reference: neither a budget nor a prior year is posted"
    moved = sum(cell.amount_of(LedgerComponent.ACTUAL) - cell.flexed_reference_minor for cell in known)
    words = format_money(Money(moved, currency), currency, is_plus_shown=True)
    return f"{line_name(line)} moved {words} beyond its flexed reference over {len(known)} periods"
