"""Messages that the slides have beside those of the pages, and the formats of chart labels."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.figures.unit import Unit
from dashboard.format import format_money
from models.domain.figures import Figures, TieShare
from models.domain.money import to_major
from models.domain.true_up import TrueUpKind
from models.domain.valuation import PortfolioSummary

_LONGEST_NAME = 56


def states_title(shares: Sequence[TieShare], currency: str) -> str:
    """Return the message of the states: which holds most of realised value."""
    largest = max(shares, key=lambda share: share.realised.amount_minor, default=None)
    if largest is None:
        return "Nothing is realised yet"
    amount = format_money(largest.realised, currency)
    return f"The largest part of realised value is {largest.state.label}, {amount}"


def forecast_title(figures: Figures, currency: str, last_year: str) -> str:
    """Return the message of the forecast: what is still to come, and what go-forward NPV that is worth."""
    if figures.forecast is None:
        return "No initiative has a run-rate, so there is no forecast"
    ahead = format_money(figures.forecast.point, currency)
    realised = format_money(figures.realised_cashable.point)
    words = f"{ahead} is forecast to {last_year}, after {realised} realised cashable"
    if figures.npv_go_forward is None or figures.npv_go_forward_p80 is None:
        return words
    safe = format_money(figures.npv_go_forward_p80)
    return f"{words}; go-forward NPV is {format_money(figures.npv_go_forward.point)}, 80 % likely at least {safe}"


def decisions_title(claims: int, unsigned: int, not_measurable: int, idle: int) -> str:
    """Return the message of what waits for a decision."""
    parts = [
        f"{count} {one if count == 1 else many}"
        for count, one, many in (
            (claims, "over-claim to settle", "over-claims to settle"),
            (unsigned, "shared line to sign", "shared lines to sign"),
            (not_measurable, "line that cannot be measured yet", "lines that cannot be measured yet"),
            (idle, "initiative that spends without production", "initiatives that spend without production"),
        )
        if count
    ]
    if not parts:
        return "Nothing waits for a decision"
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f"To decide now: {listed}"


def settling_title(summary: PortfolioSummary, currency: str) -> str:
    """Return the message of what nobody owns alone yet, and of what was trued up of locked periods."""
    joints = [joint for joint in summary.joints if joint.unshared is not None]
    parts = []
    if joints:
        amount = format_money(to_major(sum(joint.unshared_minor for joint in joints), currency), currency)
        parts.append(f"{amount} is measured jointly and unshared")
    if summary.true_ups:
        total = sum(each.amount_minor for each in summary.true_ups if each.kind is TrueUpKind.BENEFIT)
        trued = format_money(to_major(total, currency), currency, is_plus_shown=True)
        parts.append(f"{trued} of benefit is trued up of locked periods")
    return "; ".join(parts)


def short_name(name: str) -> str:
    """Return a name that fits two lines of a table or of an axis: whole words where it has any."""
    name = " ".join(name.split())
    if len(name) <= _LONGEST_NAME:
        return name
    words = name[:_LONGEST_NAME].rsplit(" ", 1)[0]
    return f"{words} …"


def scaled_format(unit: Unit) -> str:
    """Return the Excel format that shows an amount in a unit, missing digits and all; zero stays empty."""
    commas = "," * (unit.scale.value[1] // 3)
    digits = f"#,##0{'.' + '0' * unit.decimals if unit.decimals else ''}{commas}"
    return f'{digits};"−"{digits};""'
