"""The sentences of the bridge pages, each computed from the bridge that stands below it."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.format import format_money, format_percent, format_range
from models.domain.bridge import Bridge, Cause, Completion
from models.domain.money import Money

#: Causes that a sentence names as one.
_TOGETHER: Mapping[Cause, Cause] = {
    Cause.TIMING_LOST: Cause.TIMING_RECOVERABLE,
    Cause.REACH_VOLUME: Cause.REACH_UNITS,
}
#: Cause as it lowers and as it raises the amount.
_WORDS: Mapping[Cause, tuple[str, str]] = {
    Cause.BASELINE: ("a baseline that was too high", "a baseline that was too low"),
    Cause.TIMING_RECOVERABLE: ("late go-live", "early go-live"),
    Cause.REACH_UNITS: ("less reach", "more reach"),
    Cause.EFFECT_SIZE: ("a smaller effect", "a larger effect"),
    Cause.UNIT_VALUE: ("less value per unit", "more value per unit"),
    Cause.FX_PRICES: ("exchange rates and prices", "exchange rates and prices"),
    Cause.HORIZON: ("a smaller scope", "a larger scope"),
    Cause.NOT_YET_EVIDENCED: ("missing evidence", "missing evidence"),
    Cause.OUTSIDE_CASE: ("amounts outside any case", "amounts outside any case"),
    Cause.UNSHARED: ("joint effects not shared yet", "joint effects not shared yet"),
    Cause.COST_TIMING: ("spending later than planned", "spending earlier than planned"),
    Cause.COST_BUILD: ("a cheaper build", "a dearer build"),
    Cause.COST_RUN: ("less run cost", "more run cost"),
    Cause.COST_TO_ACHIEVE: ("less cost to achieve", "more cost to achieve"),
    Cause.COST_FX: ("exchange rates", "exchange rates"),
}

#: A step is named beside the largest only if it is so large a part of it.
_NAMED = 0.01


def largest_cause(bridge: Bridge) -> str:
    """Return the cause that moves the amount furthest in the direction of its change, in words; empty without one."""
    sign = -1 if bridge.change_minor < 0 else 1
    totals: dict[Cause, int] = {}
    for step in bridge.steps:
        cause = _TOGETHER.get(step.cause, step.cause)
        totals[cause] = totals.get(cause, 0) + step.amount_minor
    held = [cause for cause, amount in totals.items() if amount * sign > 0]
    if not held:
        return ""
    return _WORDS[max(held, key=lambda cause: abs(totals[cause]))][0 if sign < 0 else 1]


def benefit_title(bridge: Bridge, currency: str) -> str:
    """Return the message of the benefit bridge: how far realised is from case, and the largest cause."""
    realised = Money(bridge.end_minor, currency)
    if bridge.start_minor <= 0:
        if not bridge.end_minor:
            return "No approved case promised a cashable benefit by now, and none is realised"
        return f"{format_money(realised, currency)} is realised; no approved case promised a cashable benefit by now"
    if bridge.end_minor < 0:
        opening = f"The case promised {format_money(Money(bridge.start_minor, currency), currency)} by now and "
        opening += f"{format_money(-realised)} is lost instead"
    else:
        opening = f"Realised value is {_distance(bridge)} case"
    return _with_cause(opening, bridge)


def steps_title(bridge: Bridge, currency: str, ends: tuple[str, str] = ("approved", "realised")) -> str:
    """Return the message of the steps: both ends, and the two largest of them."""
    start, end = (format_money(Money(amount, currency), currency) for amount in (bridge.start_minor, bridge.end_minor))
    ranked = sorted(bridge.steps, key=lambda step: -abs(step.amount_minor))[:2]
    largest = [step for step in ranked if abs(step.amount_minor) >= _NAMED * abs(ranked[0].amount_minor)]
    named = ", ".join(
        f"{step.cause.label} {format_money(Money(step.amount_minor, currency), is_plus_shown=True)}" for step in largest
    )
    opening = f"{start} {ends[0]}, {end} {ends[1]}"
    only = "the only step is" if len(bridge.steps) == 1 else "the largest step is"
    which = "the largest steps are" if len(largest) > 1 else only
    return f"{opening}; {which} {named}" if named else opening


def completion_cost_title(completion: Completion, currency: str) -> str:
    """Return the message of cost at completion against the approved cost to the horizon."""
    cost = format_money(Money(completion.cost_at_completion_minor, currency), currency)
    planned = completion.case_cost_minor
    if not planned or planned <= 0:
        return f"Cost at completion is {cost}; no approved case planned a cost"
    share = completion.cost_at_completion_minor / planned - 1.0
    side = "below" if share < 0 else "above"
    return f"Cost at completion is {cost}, {format_percent(abs(share))} {side} what was approved to the horizon"


def cost_title(bridge: Bridge, currency: str) -> str:
    """Return the message of the cost bridge."""
    invested = format_money(Money(bridge.end_minor, currency), currency)
    if bridge.start_minor <= 0:
        return f"{invested} is invested; no approved case planned a cost by now"
    return _with_cause(f"Cost is {_distance(bridge)} plan", bridge)


def _distance(bridge: Bridge) -> str:
    share = bridge.change_minor / bridge.start_minor
    if abs(share) < 0.005:
        return "on"
    return f"{format_percent(abs(share))} {'below' if share < 0 else 'above'}"


def _with_cause(opening: str, bridge: Bridge) -> str:
    cause = largest_cause(bridge)
    return f"{opening}; {cause} is the largest cause" if cause and bridge.change_minor else opening


def versions_title(bridge: Bridge, from_version: int, to_version: int, currency: str) -> str:
    """Return the message of a bridge between two versions of a case."""
    change = Money(bridge.change_minor, currency)
    if not bridge.change_minor:
        return f"Versions {from_version} and {to_version} of the case promise the same"
    side = "less" if bridge.change_minor < 0 else "more"
    opening = f"Version {to_version} of the case promises {format_money(_size(change), currency)} {side}"
    return _with_cause(f"{opening} than version {from_version}", bridge)


def _size(money: Money) -> Money:
    return -money if money.amount_minor < 0 else money


def completion_title(completion: Completion, currency: str) -> str:
    """Return the message of the forecast at completion: against case, and the owner's beside."""
    found = completion.at_completion
    if found is None:
        return "No forecast at completion: nothing measured has a run-rate yet"
    total = format_range(found.low, found.point, found.high, currency)
    sentence = f"At completion {total} is expected"
    if completion.case_minor > 0 and found.point_minor < 0:
        sentence += f", where the case promises {format_money(Money(completion.case_minor, currency))} to its horizon"
    elif completion.case_minor > 0:
        share = found.point_minor / completion.case_minor - 1.0
        side = "below" if share < 0 else "above"
        sentence += f", {format_percent(abs(share))} {side} the case to its horizon"
    if completion.owner:
        difference = Money(completion.owner_difference_minor, currency)
        more = "more" if completion.owner_difference_minor >= 0 else "less"
        sentence += f"; the owner forecasts {format_money(_size(difference))} {more} than the model"
    return sentence
