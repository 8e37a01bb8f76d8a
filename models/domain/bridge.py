"""Bridges: from what was promised to what came, one amount per cause, exact to the minor unit.

Every amount is integer minor units of the publication's currency. Start plus all steps is the end, always; the amount
of a step is the sum of its contributions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.domain.errors import InvalidInputError
from models.domain.interval import MoneyInterval


class Cause(StrEnum):
    """Why one amount differs from another."""

    BASELINE = "baseline"
    TIMING_RECOVERABLE = "timing_recoverable"
    TIMING_LOST = "timing_lost"
    REACH_UNITS = "reach_units"
    REACH_VOLUME = "reach_volume"
    EFFECT_SIZE = "effect_size"
    UNIT_VALUE = "unit_value"
    FX_PRICES = "fx_prices"
    HORIZON = "horizon"
    NOT_YET_EVIDENCED = "not_yet_evidenced"
    OUTSIDE_CASE = "outside_case"
    UNSHARED = "unshared"
    COST_TIMING = "cost_timing"
    COST_BUILD = "cost_build"
    COST_RUN = "cost_run"
    COST_TO_ACHIEVE = "cost_to_achieve"
    COST_FX = "cost_fx"

    @property
    def label(self) -> str:
        """The cause in a few words, as on the axis of a chart."""
        return _LABELS[self]

    @property
    def meaning(self) -> str:
        """What the step compares, in a sentence."""
        return _MEANINGS[self]

    @property
    def is_cost(self) -> bool:
        """Whether the step belongs to the cost bridge, where more is adverse."""
        return self in COST_CAUSES


#: The steps of the benefit bridge in the order in which they are shown.
BENEFIT_CAUSES = (
    Cause.BASELINE,
    Cause.TIMING_RECOVERABLE,
    Cause.TIMING_LOST,
    Cause.REACH_UNITS,
    Cause.REACH_VOLUME,
    Cause.EFFECT_SIZE,
    Cause.UNIT_VALUE,
    Cause.FX_PRICES,
    Cause.HORIZON,
    Cause.NOT_YET_EVIDENCED,
    Cause.OUTSIDE_CASE,
    Cause.UNSHARED,
)
COST_CAUSES = (
    Cause.COST_TIMING,
    Cause.COST_BUILD,
    Cause.COST_RUN,
    Cause.COST_TO_ACHIEVE,
    Cause.COST_FX,
)
_ORDER = {cause: i for i, cause in enumerate((*BENEFIT_CAUSES, *COST_CAUSES))}
_LABELS = {
    Cause.BASELINE: "baseline error",
    Cause.TIMING_RECOVERABLE: "timing, recoverable",
    Cause.TIMING_LOST: "timing, lost",
    Cause.REACH_UNITS: "reach: units",
    Cause.REACH_VOLUME: "reach: volume",
    Cause.EFFECT_SIZE: "effect size",
    Cause.UNIT_VALUE: "value per unit",
    Cause.FX_PRICES: "FX and inflation",
    Cause.HORIZON: "horizon and scope of the case",
    Cause.NOT_YET_EVIDENCED: "not yet evidenced",
    Cause.OUTSIDE_CASE: "outside the case",
    Cause.UNSHARED: "joint, not shared yet",
    Cause.COST_TIMING: "timing",
    Cause.COST_BUILD: "build",
    Cause.COST_RUN: "run",
    Cause.COST_TO_ACHIEVE: "cost to achieve",
    Cause.COST_FX: "FX",
}
_MEANINGS = {
    Cause.BASELINE: "The promise with the baseline that was observed in place of the one that the case assumed.",
    Cause.TIMING_RECOVERABLE: "Go-live on another day; the case's own path, started then, brings this by the horizon.",
    Cause.TIMING_LOST: "Go-live on another day; what the shift pushes beyond the horizon.",
    Cause.REACH_UNITS: "Treated unit-periods against the units that the case was to reach.",
    Cause.REACH_VOLUME: "Volume per treated unit against the volume that the case was to reach.",
    Cause.EFFECT_SIZE: "Measured effect per unit against the promised one, and what the case does not break down.",
    Cause.UNIT_VALUE: "Value per KPI unit in force against the one of the case, at the rates of the case.",
    Cause.FX_PRICES: "Rates of the report against those of the case; prices since approval where the case is real.",
    Cause.HORIZON: "Periods and lines that only one of the two versions holds.",
    Cause.NOT_YET_EVIDENCED: "Promised of lines and periods that have no measurement.",
    Cause.OUTSIDE_CASE: "Realised or spent where no approved case promises or plans anything.",
    Cause.UNSHARED: "A joint effect of several initiatives that stays one row until a sharing rule is signed.",
    Cause.COST_TIMING: "The same cost in other periods than planned.",
    Cause.COST_BUILD: "More or less build than planned, at the rates of the case.",
    Cause.COST_RUN: "More or less run cost than planned, at the rates of the case.",
    Cause.COST_TO_ACHIEVE: "More or less cost to achieve than planned, at the rates of the case.",
    Cause.COST_FX: "Rates of the report against those of the case.",
}


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one benefit line, cost category or initiative brings to a step."""

    key: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BridgeStep:
    """One cause with its contributions in order of their keys; contributions of zero are left out."""

    cause: Cause
    amount_minor: int
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Bridge:
    """From one amount to another by cause; steps in the order in which they are shown, without empty ones."""

    start_minor: int
    end_minor: int
    steps: tuple[BridgeStep, ...]

    @property
    def change_minor(self) -> int:
        """What all steps sum to."""
        return self.end_minor - self.start_minor

    @property
    def is_exact(self) -> bool:
        """Whether the steps sum to the change and the contributions to their step; it is so of every built bridge."""
        return sum(step.amount_minor for step in self.steps) == self.change_minor and all(
            sum(each.amount_minor for each in step.contributions) == step.amount_minor for step in self.steps
        )

    def amount_of(self, cause: Cause) -> int:
        """Return the amount of a step, 0 where there is none."""
        return sum(step.amount_minor for step in self.steps if step.cause is cause)

    def step_of(self, cause: Cause) -> BridgeStep:
        """Return a step, an empty one where there is none."""
        return next((step for step in self.steps if step.cause is cause), BridgeStep(cause, 0, ()))

    def largest_against(self, sign: int) -> BridgeStep | None:
        """Return the largest step of a sign, None where no step has it; ties go to the earlier step."""
        held = [step for step in self.steps if step.amount_minor * sign > 0]
        return max(held, key=lambda step: abs(step.amount_minor), default=None)


@dataclass(frozen=True, slots=True)
class InitiativeBridge:
    """An initiative's bridges to as-of: promised benefit to realised cashable, approved cost to invested.

    `notes` say which factors could not be told apart, and what stands in which step instead.
    """

    benefit: Bridge
    cost: Bridge
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OwnerMonth:
    """What the owner forecasts of a fiscal period after as-of (grade E0), with the model's figure beside."""

    start_on: date
    end_on: date
    period: str
    owner_minor: int
    model_minor: int


@dataclass(frozen=True, slots=True)
class Completion:
    """Realised to date plus forecast against the case to horizon, and cost likewise; the owner's forecast beside.

    `at_completion` is realised cashable plus forecast with its own interval, None where nothing is measured or no
    run-rate stands; `owner` runs over the periods after as-of that the owner forecasts, like for like with the model.
    """

    case_minor: int
    at_completion: MoneyInterval | None
    case_cost_minor: int | None
    cost_at_completion_minor: int
    owner: tuple[OwnerMonth, ...]

    @property
    def owner_minor(self) -> int:
        """What the owner forecasts, all periods."""
        return sum(month.owner_minor for month in self.owner)

    @property
    def owner_difference_minor(self) -> int:
        """Owner less model over the periods that the owner forecasts."""
        return sum(month.owner_minor - month.model_minor for month in self.owner)


def make_bridge(start_minor: int, end_minor: int, amounts: Mapping[tuple[Cause, str], int]) -> Bridge:
    """Return a bridge from amounts by cause and key.

    Raises
    ------
    InvalidInputError
        If the amounts do not sum to the change.
    """
    if sum(amounts.values()) != end_minor - start_minor:
        raise InvalidInputError(f"a bridge from {start_minor} to {end_minor} does not sum")
    steps = []
    for cause in sorted({cause for cause, _ in amounts}, key=_ORDER.__getitem__):
        parts = sorted((key, amount) for (each, key), amount in amounts.items() if each is cause and amount)
        if parts:
            contributions = tuple(Contribution(key, amount) for key, amount in parts)
            steps.append(BridgeStep(cause, sum(amount for _, amount in parts), contributions))
    return Bridge(start_minor, end_minor, tuple(steps))


def sum_bridges(bridges: Iterable[tuple[str, Bridge]]) -> Bridge:
    """Return the sum of bridges; each contributes to a step under its own key (an initiative's), exactly."""
    start, end = 0, 0
    amounts: dict[tuple[Cause, str], int] = {}
    for key, bridge in bridges:
        start, end = start + bridge.start_minor, end + bridge.end_minor
        for step in bridge.steps:
            amounts[step.cause, key] = amounts.get((step.cause, key), 0) + step.amount_minor
    return make_bridge(start, end, amounts)
