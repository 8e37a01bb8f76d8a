"""Signed rules of short P&L lines as shares: who has what part of that which the line supports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from models.domain.calendar import FiscalCalendar
from models.domain.sharing import LedgerSubject, ShareRule, SharingRule, read_ledger_subject, rule_in_force
from models.value.facts import InitiativeFacts
from models.value.tie_out import RealisedPosting, fiscal_year_label


@dataclass(frozen=True, slots=True)
class LineRules:
    """Shares of short lines by (P&L line, entity, cost centre, fiscal year), and why rules in force do not apply."""

    shares: Mapping[LedgerSubject, Mapping[str, Fraction]]
    reasons: tuple[str, ...]


def apply_line_rules(
    rules: Sequence[SharingRule],
    postings: Sequence[RealisedPosting],
    initiatives: Mapping[str, InitiativeFacts],
    *,
    calendar: FiscalCalendar,
    as_of: date,
) -> LineRules:
    """Return the shares of each short line for which a rule is in force; the parts of a line sum to 1.

    A rule that is valid by as-of holds for all of its fiscal year. It does not apply where an initiative that has not
    signed it is held against the line too, nor where the cases promised nothing to weigh by.
    """
    by_subject: dict[str, list[SharingRule]] = defaultdict(list)
    for rule in rules:
        by_subject[rule.subject].append(rule)
    found: dict[LedgerSubject, dict[str, Fraction]] = {}
    reasons = []
    for subject, about in sorted(by_subject.items()):
        place = read_ledger_subject(subject)
        in_force = rule_in_force(tuple(about), as_of)
        if in_force is None:
            continue
        claimants = _claimants(postings, place, calendar)
        shares, reason = _shares_of(in_force, place, initiatives, calendar, as_of)
        if claimants - set(in_force.initiatives):
            reason = "an initiative that has not signed it is held against the line too"
        if not reason:
            found[place] = shares
        elif claimants:
            where = " ".join(part for part in place if part)
            reasons.append(f"Sharing rule {in_force.id} does not apply to {where}: {reason}.")
    return LineRules(found, tuple(reasons))


def _claimants(postings: Sequence[RealisedPosting], place: LedgerSubject, calendar: FiscalCalendar) -> set[str]:
    """Return who has a realised amount on a line in a fiscal year."""
    pl_line, entity, cost_centre, year = place
    return {
        posting.initiative
        for posting in postings
        if posting.benefit_class.is_cashable
        and fiscal_year_label(calendar, posting.period) == year
        and any(
            account.pl_line == pl_line and entity in {"", account.entity} and cost_centre in {"", account.cost_centre}
            for account in posting.accounts
        )
    }


def _shares_of(
    rule: SharingRule,
    place: LedgerSubject,
    initiatives: Mapping[str, InitiativeFacts],
    calendar: FiscalCalendar,
    as_of: date,
) -> tuple[dict[str, Fraction], str]:
    """Return the part of each initiative, or why the rule gives none."""
    keys = sorted(set(rule.initiatives))
    if rule.rule is ShareRule.EQUAL:
        return dict.fromkeys(keys, Fraction(1, len(keys))), ""
    if any(key not in initiatives or initiatives[key].case is None for key in keys):
        return {}, "not every initiative has an approved case to be weighed by"
    promised = {key: _promised(initiatives[key], place, calendar, as_of) for key in keys}
    whole = sum(promised.values())
    if whole <= 0:
        return {}, "no promise was due in the fiscal year"
    if min(promised.values()) < 0:
        return {}, "a promise is negative"
    return {key: Fraction(amount, whole) for key, amount in promised.items()}, ""


def _promised(initiative: InitiativeFacts, place: LedgerSubject, calendar: FiscalCalendar, as_of: date) -> int:
    """Return what the held case promised in a fiscal year to as-of of the lines that show on a P&L line."""
    pl_line, _, _, year = place
    lines = {line.key for line in initiative.lines if any(each.pl_line == pl_line for each in line.accounts)}
    return sum(
        cell.amount_minor
        for cell in (initiative.case.cells if initiative.case else ())
        if cell.is_benefit
        and cell.line in lines
        and cell.period.last_on <= as_of
        and fiscal_year_label(calendar, cell.period) == year
    )
