"""Every estimate of a pack from its panel, held against the published one number by number.

A published estimate holds 10 significant digits. Another processor adds in another order, and a number that lies
between two of them may come out as its neighbour: one unit of the tenth digit, and for a p-value, which is 1 less a
probability, the rounding of that. Everything else must be equal. Where an estimate is the published one in this sense,
the published digits are valued, so that amounts come out to the cent on every processor.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from models.causal import effect_draws, estimate_from_document, estimate_to_document
from models.causal.joint_lines import LinePanel, LineResult, estimate_line
from models.domain.effect import EffectEstimate, Floats, NotEstimable
from models.domain.joint import JOINT_PREFIX

from .compare import leaves_of

Result = EffectEstimate | NotEstimable
# Eight roundings of a double near 1.
_P_VALUE_ROUNDING = 8 * 2.0**-53


class Results:
    """The estimates of a pack by key, each with its number, and their draws."""

    def __init__(self, by_key: Mapping[str, tuple[int, Result]], n_draws: int) -> None:
        self.by_key = by_key
        self.n_draws = n_draws

    def draw(self, key: str, seed: int) -> Floats:
        """Return draws of an effect, shape (n_draws, n_periods); KeyError where there is none."""
        result = self.by_key[key][1]
        if isinstance(result, NotEstimable):
            raise KeyError(key)
        return effect_draws(result, self.n_draws, seed=seed)


def estimate_again(
    folder: Path, panels: Mapping[str, LinePanel], say: Callable[[str], None]
) -> tuple[dict[str, tuple[int, Result]], int, list[str]]:
    """Return the estimates by key with their numbers, how many were computed again, and a sentence for what differs."""
    tasks: list[dict[str, Any]] = json.loads((folder / "estimates.json").read_bytes())
    found: dict[str, tuple[int, Result]] = {}
    problems, n_again = [], 0
    kept: dict[tuple[str, str, float], LineResult] = {}
    for task in tasks:
        published = json.loads((folder / task["document"]).read_bytes())
        result: Result | None = estimate_from_document(published)
        if task["panel"]:
            n_again += 1
            again = _again(task, panels, kept)
            n_neighbours, differences = compare_estimates(published, again)
            if differences:
                result = again
                problems += [f"{task['key']}: it is not the published estimate: {text}" for text in differences[:3]]
            say(f"  {task['key']}: {_verdict(n_neighbours, len(differences))}")
        if result is not None:
            found[task["key"]] = (task["estimate_id"], result)
    return found, n_again, problems


def _verdict(n_neighbours: int, n_differences: int) -> str:
    if n_differences:
        return f"DIFFERS in {n_differences} places"
    return "as published" if not n_neighbours else f"as published, the tenth digit of {n_neighbours} one beside"


def compare_estimates(published: Any, again: Result | None) -> tuple[int, list[str]]:
    """Return how many numbers are a neighbour of the published one, and a sentence for each leaf that is none."""
    if again is None:
        return 0, ["there is no such joint effect"]
    # Through JSON, as the published one went.
    computed = json.loads(json.dumps(estimate_to_document(again), allow_nan=False))
    first, second = dict(leaves_of(published)), dict(leaves_of(computed))
    n_neighbours, problems = 0, []
    for place in first | second:
        one, other = first.get(place, "nothing"), second.get(place, "nothing")
        if one == other and type(one) is type(other):
            continue
        if type(one) is float and type(other) is float and _is_neighbour(place, one, other):
            n_neighbours += 1
        else:
            problems.append(f"{place}: published {one!r}, computed {other!r}")
    return n_neighbours, problems


def _is_neighbour(place: str, one: float, other: float) -> bool:
    if place == "p_value":
        return abs(one - other) <= _P_VALUE_ROUNDING
    unit = Decimal(1).scaleb(Decimal(repr(max(abs(one), abs(other)))).adjusted() - 9)
    return abs(Decimal(repr(one)) - Decimal(repr(other))) <= unit


def _again(
    task: Mapping[str, Any], panels: Mapping[str, LinePanel], kept: dict[tuple[str, str, float], LineResult]
) -> Result | None:
    """Return a result from its panel; of a joint key the joint effect, None where its lines no longer have one."""
    place = (task["panel"], task["lead"], task["level"])
    if place not in kept:
        lead = panels[task["lead"]] if task["lead"] else None
        kept[place] = estimate_line(panels[task["panel"]], lead, level=task["level"])
    line = kept[place]
    if not task["key"].startswith(JOINT_PREFIX):
        return line.result
    return line.joint if line.joint_key == task["key"] else None
