"""The rules of the benefit classes, and what of them a line does not meet: sentences that stand beside its figures.

What a breach means for the money is decided where the money is: an unlocated amount cannot tie out (`tie_out`), hours
are no money (`monetise`), avoided cost is no cash without a cut (`hours_to_cash`), working capital has no run-rate
(`run_rate`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from models.domain.measure import BenefitClass
from models.value.facts import InitiativeFacts, LineFacts

_Rule = Callable[[LineFacts], str]
_FEWEST_REVENUE_LINES = 2


def class_notes(line: LineFacts) -> tuple[str, ...]:
    """Return what a line lacks of its class's rule, and what follows."""
    notes = [rule(line) for rule in _RULES[line.benefit_class]]
    if line.cuts and line.benefit_class not in {BenefitClass.COST_AVOIDANCE, BenefitClass.RELEASED_CAPACITY}:
        notes.append(
            f"Cuts were accepted for it and count nowhere: a line of class {line.benefit_class.label} needs none."
        )
    return tuple(note for note in notes if note)


def contribution_reasons(initiatives: Iterable[InitiativeFacts]) -> tuple[str, ...]:
    """Return what the ledger says of revenue that shows on one P&L line: it may tie out there, and does not in silence.

    It names no line: whoever reads the ledger may not see every initiative.
    """
    lines = [line for each in initiatives for line in each.lines if line.benefit_class is BenefitClass.REVENUE]
    if not any(len(_lines_of(line)) == 1 for line in lines):
        return ()
    told = (
        "Some revenue shows on one P&L line alone: what ties out of it is held against that line, and what it costs to "
        "earn rests on its unit value."
    )
    return (told,)


def _lines_of(line: LineFacts) -> set[str]:
    return {account.pl_line for account in line.accounts if account.weight}


def _require_account(line: LineFacts) -> str:
    if _lines_of(line):
        return ""
    return "Cashable needs the account that fell: none is located, so that it cannot tie out."


def _require_contribution(line: LineFacts) -> str:
    """Contribution is revenue less what it costs: one line alone shows half of it."""
    if len(_lines_of(line)) >= _FEWEST_REVENUE_LINES:
        return ""
    return (
        "Revenue needs two or more signed P&L lines, what is earned and what it costs; it has "
        f"{len(_lines_of(line))}, so that its contribution rests on the unit value alone."
    )


def _require_cut(line: LineFacts) -> str:
    if line.cuts:
        return "Of the avoided cost only the part that an accepted cut of the budget covers is cashable."
    return "Avoided cost is cashable only if the budget was cut: no cut was accepted."


def _require_demand(line: LineFacts) -> str:
    if line.is_unmet_demand_approved:
        return "Its hours are valued against approved unmet demand: that money is non-cash."
    return "Hours without approved unmet demand are no money; only what became cash is counted." if line.cuts else ""


def _require_financing(line: LineFacts) -> str:
    if line.financing_rate:
        return ""
    return "Working capital has no financing rate: its release counts once, without a charge for financing it."


_RULES: Mapping[BenefitClass, tuple[_Rule, ...]] = {
    BenefitClass.CASHABLE: (_require_account,),
    BenefitClass.REVENUE: (_require_contribution,),
    BenefitClass.COST_AVOIDANCE: (_require_cut,),
    BenefitClass.RELEASED_CAPACITY: (_require_demand,),
    BenefitClass.WORKING_CAPITAL: (_require_financing,),
    BenefitClass.NON_FINANCIAL: (),
}
