"""What another policy would change, in money: the portfolio valued under both, in memory; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from models.domain.errors import ConflictError
from models.domain.figures import Figures, MoneyInterval
from models.domain.money import Money
from models.domain.people import Permission, Person, require
from models.domain.policy import Policy
from models.domain.valuation import InitiativeValuation
from models.queries.publications import load_publication
from models.queries.valuation_inputs import read_task
from models.store.repositories.publications import last_input_seq_of_facts
from models.value.portfolio import value_everything

Amount = MoneyInterval | Money | None


@dataclass(frozen=True, slots=True)
class PreviewFigure:
    """One figure of the portfolio under both policies; None where it cannot be told."""

    name: str
    before: Amount
    after: Amount


@dataclass(frozen=True, slots=True)
class PreviewInitiative:
    """An initiative whose figures move: realised cashable, tied out and go-forward NPV under both policies."""

    key: str
    name: str
    realised_before: MoneyInterval | None
    realised_after: MoneyInterval | None
    tied_before: MoneyInterval | None
    tied_after: MoneyInterval | None
    npv_before: MoneyInterval | None
    npv_after: MoneyInterval | None

    @property
    def movement_minor(self) -> int:
        """The largest movement of its figures, whatever its sign."""
        pairs = (
            (self.realised_before, self.realised_after),
            (self.tied_before, self.tied_after),
            (self.npv_before, self.npv_after),
        )
        return max(abs(_point(after) - _point(before)) for before, after in pairs)


@dataclass(frozen=True, slots=True)
class PolicyPreview:
    """Both policies with the figures of the portfolio under each, and the initiatives that move most.

    Effects are those that are published: a preview estimates nothing again. `payback_*` are years.
    """

    before: Policy
    after: Policy
    as_of_before: date
    as_of_after: date
    figures: tuple[PreviewFigure, ...]
    payback_before: float | None
    payback_after: float | None
    initiatives: tuple[PreviewInitiative, ...]
    n_moved: int


_FIGURES: tuple[tuple[str, str], ...] = (
    ("claimed", "Claimed"),
    ("measured", "Measured"),
    ("realised_cashable", "Realised cashable"),
    ("tied_out", "Tied out"),
    ("invested", "Invested"),
    ("net", "Net"),
    ("run_rate", "Run-rate"),
    ("forecast", "Forecast to horizon"),
    ("npv_since_approval", "NPV since approval"),
    ("npv_go_forward", "Go-forward NPV"),
)
_MOST_INITIATIVES = 10


@dataclass(frozen=True, slots=True)
class _Valued:
    figures: Figures
    initiatives: Mapping[str, InitiativeValuation]
    policy: Policy
    as_of: date


def preview_policy(session: Session, person: Person, policy: Policy, *, now: datetime) -> PolicyPreview:
    """Value the portfolio under a policy that is not in force, and hold it against the one that is.

    Raises
    ------
    NotPermittedError
        If the person may not see the policy.
    ConflictError
        If there is nothing to value, or the policy cannot stand beside what is locked.
    """
    require(person, Permission.VIEW_POLICY)
    before = _published(session) or _value(session, None, now)
    after = _value(session, policy, now)
    figures = tuple(
        PreviewFigure(words, getattr(before.figures, name), getattr(after.figures, name)) for name, words in _FIGURES
    )
    moved = sorted(
        (each for each in _initiatives(before, after) if each.movement_minor),
        key=lambda each: (-each.movement_minor, each.key),
    )
    return PolicyPreview(
        before=before.policy,
        after=after.policy,
        as_of_before=before.as_of,
        as_of_after=after.as_of,
        figures=figures,
        payback_before=before.figures.payback.years,
        payback_after=after.figures.payback.years,
        initiatives=tuple(moved[:_MOST_INITIATIVES]),
        n_moved=len(moved),
    )


def _published(session: Session) -> _Valued | None:
    """Return the last publication if it is of everything that is posted: it need not be computed again."""
    publication = load_publication(session, None)
    if publication is None or last_input_seq_of_facts(session) > publication.valuation.context.input_seq:
        return None
    valuation = publication.valuation
    return _Valued(
        valuation.figures,
        {each.key: each for each in valuation.initiatives},
        publication.policy,
        valuation.context.as_of,
    )


def _value(session: Session, policy: Policy | None, now: datetime) -> _Valued:
    task = read_task(session, now, policy=policy)
    if isinstance(task, str):
        raise ConflictError(task.rstrip("."))
    worth = value_everything(task.inputs, task.effects.draw)
    return _Valued(worth.figures, {each.key: each for each in worth.initiatives}, task.inputs.policy, task.inputs.as_of)


def _initiatives(before: _Valued, after: _Valued) -> list[PreviewInitiative]:
    found = []
    for key in sorted(before.initiatives.keys() | after.initiatives.keys()):
        one, other = before.initiatives.get(key), after.initiatives.get(key)
        named = one or other
        if named is None:
            continue
        found.append(
            PreviewInitiative(
                key,
                named.name,
                one.figures.realised_cashable if one else None,
                other.figures.realised_cashable if other else None,
                one.figures.tied_out if one else None,
                other.figures.tied_out if other else None,
                one.figures.npv_go_forward if one else None,
                other.figures.npv_go_forward if other else None,
            )
        )
    return found


def _point(interval: MoneyInterval | None) -> int:
    return 0 if interval is None else interval.point_minor
