"""What is known of a study beside its figures: frequency, aggregation, events, what to leave out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from models.domain.calendar import Frequency

PeriodKey = date | int


@dataclass(frozen=True, slots=True)
class StudyEvent:
    """Something else that happened on the KPI: a price change, a strike, another programme.

    `units` empty means that it touched every unit; `last_period` None means that it lasts.
    """

    name: str
    first_period: PeriodKey
    last_period: PeriodKey | None = None
    units: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Study:
    """The declared facts of a study.

    Parameters
    ----------
    frequency
        Declared frequency of the KPI; None lets the median spacing of dates tell it, and leaves integer periods without
        a season.
    aggregation
        "sum" (units count alike), "mean" (weight is the count) or "ratio" (weight is the denominator).
    is_randomised
        Whether units were assigned at random.
    events
        What else happened.
    transition
        Unit to periods that are neither before nor after (a partial first period).
    leave_out_from
        Control unit to the first period from which it no longer serves (go-live of another initiative).
    treated_until
        Treated unit to the first period in which it was no longer treated (exclusive end).
    covariates
        Columns that hold control series; None takes every further numeric column.
    is_effect_constant
        The recorded assumption that the effect is a constant step; never a default.
    """

    frequency: Frequency | None = None
    aggregation: str | None = None
    is_randomised: bool = False
    events: tuple[StudyEvent, ...] = ()
    transition: Mapping[str, frozenset[PeriodKey]] = field(default_factory=dict)
    leave_out_from: Mapping[str, PeriodKey] = field(default_factory=dict)
    treated_until: Mapping[str, PeriodKey] = field(default_factory=dict)
    covariates: tuple[str, ...] | None = None
    is_effect_constant: bool = False
