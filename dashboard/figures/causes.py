"""A bridge by cause as bars: promised, what is due, what came; every step leads to the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from dashboard.figures import theme
from dashboard.figures.bridge import draw_bridge
from dashboard.figures.cascade import total_step
from dashboard.figures.gap import cast_parts
from dashboard.figures.unit import Unit, common_unit, finer_unit
from dashboard.figures.waterfall import Step
from dashboard.format import format_cost_change, format_exact, round_half_up
from models.domain.bridge import Bridge, BridgeStep, Cause
from models.domain.interval import MoneyInterval
from models.domain.money import Money

StepLink = Callable[[Cause], str]
#: After these steps stands what is due by now: the promise on its real day and observed baseline.
DUE = frozenset({Cause.BASELINE, Cause.TIMING_RECOVERABLE, Cause.TIMING_LOST, Cause.COST_TIMING})
#: Before these stands what is measured of it.
BEFORE_UNMEASURED = frozenset({Cause.NOT_YET_EVIDENCED, Cause.OUTSIDE_CASE, Cause.UNSHARED})


def bridge_unit(bridge: Bridge, currency: str) -> Unit:
    """Return the unit of a bridge: one step finer where a step would show as nothing."""
    unit = common_unit([Money(bridge.start_minor, currency), Money(bridge.end_minor, currency)])
    is_lost = any(not _rounded(Money(step.amount_minor, currency), unit) for step in bridge.steps)
    return finer_unit(unit) if unit.decimals and is_lost else unit


def cause_steps(
    bridge: Bridge,
    currency: str,
    link: StepLink,
    *,
    start: tuple[str, str],
    end: tuple[str, str],
    interval: MoneyInterval | None = None,
) -> list[Step]:
    """Return the bars of a bridge; labels cast between both rounded ends, all digits on hover.

    Parameters
    ----------
    start, end
        Label and address of both ends.
    interval
        Limits of the end, drawn as a whisker.
    """
    unit = bridge_unit(bridge, currency)
    first, last = (_rounded(Money(amount, currency), unit) for amount in (bridge.start_minor, bridge.end_minor))
    shown = cast_parts([Money(step.amount_minor, currency).major for step in bridge.steps], last - first, unit)
    bars = [_end(start, bridge.start_minor, first, currency, unit, theme.fill_plan())]
    level, level_shown = bridge.start_minor, first
    for (i, step), amount in zip(enumerate(bridge.steps), shown, strict=True):
        bars.append(_change(step, amount, currency, unit, link(step.cause)))
        level, level_shown = level + step.amount_minor, level_shown + amount
        if (label := _subtotal(bridge.steps, i)) is not None:
            bars.append(_end((label, ""), level, level_shown, currency, unit, theme.fill_prior()))
    closing = _end(end, bridge.end_minor, last, currency, unit, theme.fill_actual())
    if interval is not None:
        closing = replace(closing, low=float(interval.low), high=float(interval.high))
    return [*bars, closing]


def draw_causes(steps: Sequence[Step], *, row_height: int = 34) -> theme.Figure:
    """Return the bridge from top to bottom."""
    return draw_bridge(steps, row_height=row_height)


def _subtotal(steps: Sequence[BridgeStep], place: int) -> str | None:
    """Return the label of the subtotal after a step, None where there is none."""
    if place + 1 == len(steps):
        return None
    here, after = steps[place].cause, steps[place + 1].cause
    if here in DUE and after not in DUE:
        return "Due by now"
    return "Measured of it" if here not in BEFORE_UNMEASURED and after in BEFORE_UNMEASURED else None


def _end(
    named: tuple[str, str], amount_minor: int, shown: Decimal, currency: str, unit: Unit, fill: dict[str, object]
) -> Step:
    step = total_step(named[0], Money(amount_minor, currency), unit, named[1], fill)
    return replace(step, text=unit.number(shown))


def _change(step: BridgeStep, shown: Decimal, currency: str, unit: Unit, href: str) -> Step:
    amount = Money(step.amount_minor, currency)
    is_cost = step.cause.is_cost
    text = format_cost_change(shown, scale=unit.scale, decimals=unit.decimals).text if is_cost else unit.variance(shown)
    fill = theme.fill_variance((step.amount_minor > 0) != is_cost) if step.amount_minor else theme.fill_prior()
    hover = f"{step.cause.label}: {format_exact(amount, currency)}"
    return Step(step.cause.label, float(amount.major), "change", text, fill, hover=hover, href=href)


def _rounded(money: Money, unit: Unit) -> Decimal:
    return round_half_up(unit.scale.apply(money.major), unit.decimals).scaleb(unit.scale.value[1])
