"""The sentences of the portfolio page, each computed from the figures that stand below it."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.gap import ShownGap, cast_gap
from dashboard.format import format_date, format_money, format_once_in, format_percent, format_range, format_words
from models.domain.effect import EvidenceGrade
from models.domain.ledger import OverClaim
from models.domain.money import Money
from models.domain.valuation import (
    Figures,
    GapBridge,
    IdleSpend,
    InitiativeValuation,
    LineValuation,
    MoneyInterval,
    NotMeasurable,
    PublicationContext,
    ZeroPossible,
)

#: How many initiatives the message of the ranking adds up.
RANKED = 5


def portfolio_sentence(figures: Figures, context: PublicationContext) -> str:
    """Return the sentence of the portfolio: what ties out, how far from what was promised by now, and why.

    The amounts are in one unit and add up as they are shown.
    """
    tied, gap = figures.tied_out, figures.gap
    currency = context.currency
    opening = f"By {context.as_of_period} {format_range(tied.low, tied.point, tied.high, currency)} ties out to the P&L"
    if gap.case_to_date.amount_minor == 0:
        return f"{opening}; no approved case promises a cashable benefit by now."
    shown = cast_gap(gap)
    side = "below" if shown.difference >= 0 else "above"
    promised = shown.unit.text(shown.promised, currency)
    difference = shown.unit.text(abs(shown.difference), currency)
    parts = _gap_parts(shown, currency)
    held = f"{difference} {side} the {promised} (cashable classes) promised by now"
    return f"{opening}, {held}: {parts}." if parts else f"{opening}, {held}."


def _gap_parts(shown: ShownGap, currency: str) -> str:
    named = (
        (shown.late, "late but recoverable within the horizon"),
        (shown.unseen, "not yet evidenced"),
        (shown.short, "short"),
        (-shown.short, "more than its case elsewhere"),
    )
    return ", ".join(f"{shown.unit.text(amount, currency)} {words}" for amount, words in named if amount > 0)


def cascade_title(figures: Figures) -> str:
    """Return the message of the cascade."""
    currency = figures.claimed.currency
    net = "is left" if figures.net.point_minor >= 0 else "is missing"
    left = format_money(abs(figures.net.point), currency)
    return (
        f"Of {format_money(figures.claimed, currency)} claimed, {_point(figures.measured)} is measured, "
        f"{_point(figures.realised_cashable)} is cashable and "
        f"{_point(figures.tied_out)} ties out; after {_amount(figures.invested)} invested {left} {net}"
    )


def _point(amount: MoneyInterval) -> str:
    return format_money(amount.point)


def _amount(amount: Money) -> str:
    return format_money(amount)


def gap_title(gap: GapBridge) -> str:
    """Return the message of the bridge from case to tied out: its largest part."""
    if gap.case_to_date.amount_minor == 0:
        return "No approved case promises a cashable benefit by now"
    if gap.gap.amount_minor <= 0:
        return f"{format_money(-gap.gap, gap.gap.currency)} more ties out than was promised by now"
    shown = cast_gap(gap)
    cause, amount = max(
        (("late go-live", shown.late), ("missing evidence", shown.unseen), ("value short of case", shown.short)),
        key=lambda pair: pair[1],
    )
    share = format_percent(gap.gap.amount_minor / gap.case_to_date.amount_minor)
    return (
        f"What ties out is {share} below case; {cause} is the largest part, {shown.unit.text(amount, gap.gap.currency)}"
    )


def grade_title(figures: Figures) -> str:
    """Return the message of the split by grade: how much rests on a comparison group or better."""
    total = figures.realised.point_minor
    strong = sum(share.realised.amount_minor for share in figures.by_grade if share.grade >= EvidenceGrade.E3)
    if total <= 0:
        return "No value is realised yet that a grade could be given to"
    return f"{format_percent(strong / total)} of realised value rests on a comparison group or better (E3 to E5)"


def evidence_title(lines: Sequence[LineValuation], zero: Sequence[ZeroPossible]) -> str:
    """Return the message of the evidence: how many lines are measured, how many of those cannot be told from zero."""
    measured = sum(1 for line in lines if line.grade is not None)
    verb = "is" if measured == 1 else "are"
    return f"{measured} of {_count(len(lines), 'benefit line')} {verb} measured; {len(zero)} cannot be told from zero"


def not_measurable_title(lines: Sequence[NotMeasurable], currency: str) -> str:
    """Return the message of what is not measurable yet."""
    if not lines:
        return "Every benefit line is measured"
    promised = sum(line.case_to_date.amount_minor for line in lines)
    dated = [line.why_not.from_on for line in lines if line.why_not.from_on is not None]
    first = f"; the first becomes measurable {format_once_in(min(dated))}" if dated else ""
    return (
        f"{_count(len(lines), 'benefit line')} cannot be measured yet; their cases promise "
        f"{format_money(Money(promised, currency), currency)}{first}"
    )


def zero_title(lines: Sequence[ZeroPossible]) -> str:
    """Return the message of what cannot be told from zero."""
    if not lines:
        return "Every measured benefit line can be told from zero"
    verb = "cannot be told from zero; it counts" if len(lines) == 1 else "cannot be told from zero; they count"
    return f"{_count(len(lines), 'benefit line')} {verb} at the point estimate, whatever the sign"


def idle_title(spend: Sequence[IdleSpend], currency: str) -> str:
    """Return the message of spend without production."""
    if not spend:
        return "Every initiative with spend is in production"
    total = format_money(Money(sum(idle.invested.amount_minor for idle in spend), currency), currency)
    longest = max(spend, key=lambda idle: idle.months)
    return (
        f"{total} is spent on {_count(len(spend), 'initiative')} without production; {longest.name} for "
        f"{_count(longest.months, 'month')}"
    )


def ranking_title(initiatives: Sequence[InitiativeValuation], total: MoneyInterval) -> str:
    """Return the message of the ranked initiatives: how much of what ties out the first few carry."""
    tied = sorted((ini.figures.tied_out.point_minor for ini in initiatives), reverse=True)
    top = [amount for amount in tied[:RANKED] if amount > 0]
    if not top:
        return "No initiative ties out yet"
    carried = format_money(Money(sum(top), total.currency), total.currency)
    first, verb = ("The first", "carries") if len(top) == 1 else (f"The first {len(top)}", "carry")
    return (
        f"{first} of {_count(len(initiatives), 'initiative')} {verb} {carried} of the "
        f"{format_money(total.point, total.currency)} that ties out"
    )


def initiatives_title(initiatives: Sequence[InitiativeValuation]) -> str:
    """Return the message of the list of initiatives: how many are measured, how many tie out."""
    measured = sum(1 for ini in initiatives if ini.grade is not None)
    tied = sum(1 for ini in initiatives if ini.figures.tied_out.point_minor > 0)
    return (
        f"{measured} of {_count(len(initiatives), 'initiative')} {'is' if measured == 1 else 'are'} "
        f"measured; {tied} {'ties' if tied == 1 else 'tie'} out"
    )


def over_claim_text(claim: OverClaim, currency: str, names: Sequence[str]) -> str:
    """Return what the over-claim guard found on a line, with the initiatives by name."""
    held, moved, excess = (
        Money(amount, currency) for amount in (claim.entries_minor, claim.movement_minor, claim.excess_minor)
    )
    where = ", ".join(part for part in (claim.name, claim.entity, claim.cost_centre) if part)
    moved_words = f"the line moved {format_money(moved, currency)} beyond its flexed reference"
    return (
        f"{format_money(held, currency)} is held against {where} in {claim.fiscal_year} by {join_words(names)}, "
        f"but {moved_words}: {format_money(excess, currency)} is more than that and twice its noise support."
    )


def join_words(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: `a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "nobody"


def footer_text(context: PublicationContext, source: str, grade: str = "") -> str:
    """Return the footer of a chart: source, grade, as-of, date of knowledge, currency, rate set, level, scope."""
    parts = [
        f"Source: {source}",
        grade,
        f"as of {format_date(context.as_of)} ({context.as_of_period})",
        f"as known on {format_date(context.as_known_on)}",
        f"{context.currency}, {format_words(context.rate_set)} rates",
        f"intervals at {format_percent(context.level)}",
        context.scope,
        "provisional: rests on facts that nobody has approved yet" if context.is_provisional else "",
    ]
    return " · ".join(part for part in parts if part)


def fiscal_span(periods: Sequence[str]) -> str:
    """Return the fiscal years that period labels cover: `FY24-FY28`, or one year, or `n/a`."""
    years = sorted({label.split("-")[0] for label in periods})
    return "n/a" if not years else years[0] if len(years) == 1 else f"{years[0]}-{years[-1]}"


def discount_basis_text(context: PublicationContext) -> str:
    """Return the basis of rates and flows in words: `pre-tax nominal`."""
    return format_words(context.discount_basis.replace("_tax_", "-tax "))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
