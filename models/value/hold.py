"""Everything as it stands posted once periods are locked: costs, lines and ledger, with all that is trued up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.domain.ledger import Ledger
from models.domain.true_up import TrueUp
from models.value.realise import LineWorth
from models.value.true_up import HeldLines, hold_lines, open_period
from models.value.true_up_books import hold_costs, hold_ledger
from models.value.weigh import PortfolioInputs


def stand_costs(inputs: PortfolioInputs) -> tuple[PortfolioInputs, tuple[TrueUp, ...]]:
    """Return the inputs with costs as they stand posted, and what of them is trued up."""
    book = inputs.locked
    if book is None:
        return inputs, ()
    calendar = inputs.policy.calendar
    held = hold_costs(inputs.initiatives, book, calendar, open_period(book, calendar, inputs.as_of))
    return replace(inputs, initiatives=held.initiatives), held.true_ups


def stand_lines(worths: Mapping[str, Sequence[LineWorth]], inputs: PortfolioInputs) -> HeldLines:
    """Return lines as they stand posted: in locked periods the locked amounts.

    Raises
    ------
    ConflictError
        If a line with locked amounts is no longer there, or is of another class.
    """
    if inputs.locked is None:
        return HeldLines({key: tuple(lines) for key, lines in worths.items()}, ())
    return hold_lines(worths, inputs.locked, inputs.policy.calendar, inputs.as_of)


def stand_ledger(
    ledger: Ledger, inputs: PortfolioInputs, true_ups: Sequence[TrueUp]
) -> tuple[Ledger, tuple[TrueUp, ...]]:
    """Return the ledger with its locked cells, and all true-ups: posted in locked periods, new, and of the books."""
    book = inputs.locked
    if book is None:
        return ledger, ()
    held = hold_ledger(ledger, inputs.books, book, inputs.policy.calendar)
    return held.ledger, (*book.posted, *true_ups, *held.true_ups)
