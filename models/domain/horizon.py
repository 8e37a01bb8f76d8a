"""Effects by the span that they cover: in-year, run-rate and full-year are types that cannot be added together.

An in-year effect is what a fiscal year gets, a run-rate is what twelve months like the last ones would bring, a
full-year effect is what the first twelve fiscal periods after go-live brought. Each says something true and a sum of
two of them says nothing, so `+` takes its own kind only: a type checker refuses another one, and at run time it is an
`EffectKindError`. Limits of intervals never add, so that a sum carries its point alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.domain.errors import EffectKindError
from models.domain.interval import MoneyInterval
from models.domain.money import Money


def _require_kind(kind: type, other: object) -> None:
    if type(other) is not kind:
        raise EffectKindError(
            f"{kind.__name__} and {type(other).__name__} cover different spans of time and cannot be added"
        )


@dataclass(frozen=True, slots=True)
class InYearEffect:
    """Realised cashable and its forecast within one fiscal year.

    `interval` is None for a sum of effects.
    """

    fiscal_year: str
    amount: Money
    interval: MoneyInterval | None = None

    def __add__(self, other: InYearEffect) -> InYearEffect:
        _require_kind(InYearEffect, other)
        if other.fiscal_year != self.fiscal_year:
            raise EffectKindError(f"{self.fiscal_year} and {other.fiscal_year} are different years")
        return InYearEffect(self.fiscal_year, self.amount + other.amount)


@dataclass(frozen=True, slots=True)
class RunRateEffect:
    """Twelve times the mean of the last three periods with a closed ledger, recurring, at constant rates.

    `interval` is None for a sum of effects.
    """

    amount: Money
    interval: MoneyInterval | None = None

    def __add__(self, other: RunRateEffect) -> RunRateEffect:
        _require_kind(RunRateEffect, other)
        return RunRateEffect(self.amount + other.amount)


@dataclass(frozen=True, slots=True)
class FullYearEffect:
    """Realised cashable of the first twelve whole fiscal periods after go-live.

    `is_complete` is False where fewer than twelve are measured and the rest follows the approved path; `basis` says so
    in words. `interval` is None for a sum of effects.
    """

    amount: Money
    is_complete: bool
    basis: str
    interval: MoneyInterval | None = None

    def __add__(self, other: FullYearEffect) -> FullYearEffect:
        _require_kind(FullYearEffect, other)
        is_complete = self.is_complete and other.is_complete
        basis = self.basis if self.basis == other.basis else "; ".join(dict.fromkeys((self.basis, other.basis)))
        return FullYearEffect(self.amount + other.amount, is_complete, basis)


#: Any one of the three, never a mixture.
SpannedEffect = InYearEffect | RunRateEffect | FullYearEffect
