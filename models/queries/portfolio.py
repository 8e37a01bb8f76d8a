"""The published valuation in a person's scope: one view per screen.

`portfolio_summary`, `initiative_summary` and `ledger_view` read what was stored; nothing past is estimated again. A
scope that is not the whole portfolio is summed from stored parts, its limits from the same draws (made again from the
stored recipes, bit for bit).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from models.domain.benefit_line import CashTest, LineStatus, LineValuation
from models.domain.effect import EffectEstimate, NotEstimable
from models.domain.errors import NotFoundError
from models.domain.figures import Figures
from models.domain.ledger import OPEN_LEDGER, Entry, TieState, check_identities
from models.domain.people import Permission, Person, require
from models.domain.sharing import JointRow
from models.domain.valuation import (
    CaseMark,
    FileCount,
    IdleSpend,
    InitiativeSummary,
    InitiativeValuation,
    LedgerView,
    LineEffect,
    MatrixCell,
    NotMeasurable,
    PortfolioSummary,
    PublicationContext,
    ZeroPossible,
)
from models.queries.effects import load_effects_by_id, read_estimate
from models.queries.expected import ExpectedState, expected_extracts
from models.queries.follow_ups import follow_ups_of
from models.queries.knowledge import estimate_known, known_seq, policy_standing, provisional_loads
from models.queries.period_states import state_on
from models.queries.publications import load_publication
from models.queries.sharing_scope import allocated_of, neighbours_of, standings_of, without_joint_key, without_platforms
from models.queries.strip import describe_scope
from models.queries.true_ups import true_ups_in_scope
from models.queries.views import views_of
from models.value.figures import build_figures
from models.value.parts import no_draws, no_totals
from models.value.publication import Publication, subset_figures

_ANONYMOUS_CASH = "Less was found in the accounts than was accepted."
_ANONYMOUS_CONTROL = "The books of these periods are not closed, or do not agree to their trial balance yet."
_ANONYMOUS_OVERLAP = "More is held against this line than it moved; how it is shared is open."


def portfolio_summary(
    session: Session,
    person: Person,
    *,
    known_on: date | None,
    initiatives: Collection[str] | None = None,
    scope: str | None = None,
    publication: Publication | None = None,
) -> PortfolioSummary | None:
    """Return the portfolio as published by the end of a day, None where nothing was published.

    Parameters
    ----------
    initiatives
        A filter by key; what the person may not see is left out silently, whether it exists or not.
    scope
        The filter in words, printed with the figures.
    publication
        Read this one instead of the one known on a day.

    Raises
    ------
    NotPermittedError
        If the person's role does not see portfolios.
    """
    require(person, Permission.VIEW_PORTFOLIO)
    publication = publication or load_publication(session, known_on)
    if publication is None:
        return None
    valuation = publication.valuation
    shown = [
        initiative
        for initiative in valuation.initiatives
        if person.may_see(initiative.key) and (initiatives is None or initiative.key in initiatives)
    ]
    is_whole = len(shown) == len(valuation.initiatives)
    keys = frozenset(initiative.key for initiative in shown)
    figures = valuation.figures if is_whole else _figures_of(session, publication, keys)
    shown = [_scoped(initiative, person) for initiative in shown]
    context = _context(session, publication, person, known_on, scope)
    ledger = valuation.ledger
    joints = tuple(joint for joint in valuation.joints if keys.issuperset(joint.initiatives))
    inside = keys.union(joint.key for joint in joints)
    return PortfolioSummary(
        context=context,
        period_state=_period_state(session, publication, known_on),
        files=_files(session, publication, known_on),
        figures=figures,
        initiatives=tuple(sorted(shown, key=_rank)),
        not_measurable=tuple(_not_measurable(shown)),
        zero_possible=tuple(_zero_possible(shown)),
        held_by_budget=tuple(held for held in ledger.held_by_budget if held.initiative in keys),
        over_claims=tuple(claim for claim in ledger.over_claims if inside.issuperset(claim.initiatives)),
        unshared=tuple(row for row in ledger.unshared if inside.issuperset(row.initiatives)),
        matrix=tuple(_matrix(shown, joints, {line.pl_line: line.name for line in ledger.lines})),
        spend_without_production=tuple(_idle_spend(shown, context.as_of)),
        joints=joints,
        views=views_of(publication, shown),
        true_ups=tuple(
            each for each in true_ups_in_scope(valuation.true_ups, person) if is_whole or each.initiative in inside
        ),
    )


def initiative_summary(
    session: Session, person: Person, initiative: str, *, known_on: date | None
) -> InitiativeSummary:
    """Return an initiative as published by the end of a day.

    Raises
    ------
    NotPermittedError
        If the person's role does not see initiatives.
    NotFoundError
        If there is no such initiative that the person may see, or nothing has been published.
    """
    require(person, Permission.VIEW_INITIATIVE)
    publication = load_publication(session, known_on)
    found = None
    if publication is not None and person.may_see(initiative):
        found = next((each for each in publication.valuation.initiatives if each.key == initiative), None)
    if publication is None or found is None:
        raise NotFoundError(f"there is no initiative {initiative}")
    allocated = allocated_of(publication.valuation, person, initiative)
    return InitiativeSummary(
        context=_context(session, publication, person, known_on, found.name),
        period_state=_period_state(session, publication, known_on),
        initiative=_scoped(found, person),
        effects=tuple(
            LineEffect(
                line.benefit_line,
                without_joint_key(_estimate_of(session, publication, line.benefit_line), person),
            )
            for line in found.lines
        ),
        held_by_budget=tuple(h for h in publication.valuation.ledger.held_by_budget if h.initiative == initiative),
        shared=standings_of(publication.valuation, person, initiative),
        allocated=allocated,
        neighbours=neighbours_of(publication.valuation, allocated),
        true_ups=tuple(each for each in publication.valuation.true_ups if each.initiative == initiative),
        follow_ups=follow_ups_of(session, publication, [line.benefit_line for line in found.lines], known_on),
    )


def ledger_view(
    session: Session, person: Person, *, known_on: date | None, publication: Publication | None = None
) -> LedgerView | None:
    """Return the ledger as published by the end of a day (or of a given publication), None where nothing was published.

    Raises
    ------
    NotPermittedError
        If the person's role does not see the ledger, which holds every initiative.
    """
    require(person, Permission.VIEW_LEDGER)
    publication = publication or load_publication(session, known_on)
    if publication is None:
        return None
    valuation = publication.valuation
    return LedgerView(
        context=_context(session, publication, person, known_on, None),
        period_state=_period_state(session, publication, known_on),
        ledger=valuation.ledger,
        realised=valuation.figures.realised,
        by_tie_state=valuation.figures.by_tie_state,
        initiative_names=(
            *((initiative.key, initiative.name) for initiative in valuation.initiatives),
            *((joint.key, joint.name) for joint in valuation.joints),
        ),
        identities=check_identities(
            valuation.ledger,
            valuation.figures.realised.point_minor,
            valuation.figures.realised_cashable.point_minor,
            valuation.figures.tied_out.point_minor,
        ),
    )


def _context(
    session: Session, publication: Publication, person: Person, known_on: date | None, scope: str | None
) -> PublicationContext:
    """Return what is printed with every figure; whether a second person has approved is asked now, not kept."""
    context = publication.valuation.context
    shown = [initiative for initiative in publication.valuation.initiatives if person.may_see(initiative.key)]
    return replace(
        context,
        as_known_on=known_on or context.as_known_on,
        is_policy_provisional=policy_standing(session, context.input_seq).is_provisional,
        is_provisional=bool(provisional_loads(session, context.input_seq)),
        scope=scope or describe_scope(person),
        horizon_on=max((each.horizon_on for each in shown if each.horizon_on), default=None),
        first_spend_on=min((each.first_spend_on for each in shown if each.first_spend_on), default=None),
    )


def _period_state(session: Session, publication: Publication, known_on: date | None) -> str:
    return state_on(session, publication.valuation.context.as_of, publication.policy.calendar, known_on=known_on)


def _figures_of(session: Session, publication: Publication, keys: frozenset[str]) -> Figures:
    """Sum some initiatives from the stored parts; none at all is zero."""
    parts = publication.parts_within(keys)
    if not parts:
        setting = publication.setting
        n_grid = len(setting.grid.periods)
        return build_figures(
            no_totals(n_grid), no_draws(setting.n_draws, n_grid), setting, ("No initiative is in scope.",)
        )
    known = load_effects_by_id(session, {line.recipe.estimate_id for part in parts for line in part.lines})
    return subset_figures(publication, parts, lambda line: known.draw(line.recipe.source, line.recipe.effect_seed))


def _estimate_of(session: Session, publication: Publication, benefit_line: str) -> EffectEstimate | NotEstimable | None:
    """Return the estimate that the publication rests on, also where it is a refusal."""
    row = estimate_known(session, benefit_line, publication.valuation.context.input_seq)
    return None if row is None else read_estimate(row)


def _scoped(initiative: InitiativeValuation, person: Person) -> InitiativeValuation:
    """Settle the case mark; hide from a scoped person how many others are on a line that is short."""
    marked = replace(initiative, case_mark=_case_mark(initiative))
    if person.initiatives is None:
        return marked
    lines = tuple(
        replace(
            line,
            entries=tuple(_anonymous(entry) for entry in line.entries),
            cash_tests=tuple(_without_others(test) for test in line.cash_tests),
        )
        for line in initiative.lines
    )
    return replace(marked, lines=lines, costs=without_platforms(initiative.costs, person))


def _case_mark(initiative: InitiativeValuation) -> CaseMark:
    """Return the mark; where no line is of a class that reaches the P&L, there is no cashable case to be on."""
    is_cashable = any(line.benefit_class.is_cashable for line in initiative.lines)
    is_compared = initiative.case_mark not in {CaseMark.NO_CASE, CaseMark.NOT_MEASURED}
    return CaseMark.NO_CASE if is_compared and not is_cashable else initiative.case_mark


def _anonymous(entry: Entry) -> Entry:
    """Leave out of a reason what others hold on the line, and what the books of its entities sum to."""
    if entry.state is TieState.OVERLAP_OPEN:
        return replace(entry, reason=_ANONYMOUS_OVERLAP)
    is_control = entry.state is TieState.LEDGER_OPEN and entry.reason != OPEN_LEDGER
    return replace(entry, reason=_ANONYMOUS_CONTROL) if is_control else entry


def _without_others(test: CashTest) -> CashTest:
    """Leave out what an account moved and what others hold on it: the ledger is not in a member's scope."""
    is_whole = test.evidenced_minor == min(test.accepted_minor, test.value_minor)
    reason = test.reason if is_whole else _ANONYMOUS_CASH
    return replace(test, movement_minor=None, held_by_others_minor=0, reason=reason)


def _rank(initiative: InitiativeValuation) -> tuple[int, int, str]:
    figures = initiative.figures
    return -figures.tied_out.point_minor, -figures.realised_cashable.point_minor, initiative.key


def _lines(initiatives: Sequence[InitiativeValuation]) -> Iterator[tuple[InitiativeValuation, LineValuation]]:
    return ((initiative, line) for initiative in initiatives for line in initiative.lines)


def _not_measurable(initiatives: Sequence[InitiativeValuation]) -> Iterator[NotMeasurable]:
    """Lines without a figure, those that promised most first; a class that has no money lacks nothing."""
    found = [
        NotMeasurable(initiative.key, initiative.name, line.benefit_line, line.name, line.why_not, line.case_to_date)
        for initiative, line in _lines(initiatives)
        if line.why_not is not None and line.why_not.rule != "no_money_class"
    ]
    return iter(sorted(found, key=lambda each: (-each.case_to_date.amount_minor, each.benefit_line)))


def _zero_possible(initiatives: Sequence[InitiativeValuation]) -> Iterator[ZeroPossible]:
    for initiative, line in _lines(initiatives):
        if line.status is LineStatus.MEASURED and line.is_zero_possible:
            yield ZeroPossible(initiative.key, initiative.name, line.benefit_line, line.name, line.measured)


def _matrix(
    initiatives: Sequence[InitiativeValuation], joints: Sequence[JointRow], names: Mapping[str, str]
) -> Iterator[MatrixCell]:
    """P&L lines by initiatives and joint effects, in order of line and initiative."""
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    bearers = [(initiative.key, line) for initiative, line in _lines(initiatives)]
    bearers += [(joint.key, joint.unshared) for joint in joints if joint.unshared is not None]
    for key, line in bearers:
        for entry in line.entries:
            held, tied = totals.get((entry.pl_line, key), (0, 0))
            totals[entry.pl_line, key] = held + entry.amount_minor, tied + entry.tied_minor
    for (pl_line, initiative_key), (held, tied) in sorted(totals.items()):
        name = names.get(pl_line, pl_line) if pl_line else "on no P&L line"
        yield MatrixCell(pl_line, name, initiative_key, held, tied)


def _idle_spend(initiatives: Sequence[InitiativeValuation], as_of: date) -> Iterator[IdleSpend]:
    """Spend without production, the largest first."""
    idle = [initiative for initiative in initiatives if initiative.is_spend_without_production]
    for initiative in sorted(idle, key=lambda each: (-each.figures.invested.amount_minor, each.key)):
        first = initiative.first_spend_on
        months = 0 if first is None else (as_of.year - first.year) * 12 + as_of.month - first.month + 1
        yield IdleSpend(initiative.key, initiative.name, initiative.stage, initiative.figures.invested, first, months)


def _files(session: Session, publication: Publication, known_on: date | None) -> FileCount | None:
    """Count the files expected for the as-of period that have come and are approved."""
    calendar = publication.policy.calendar
    start_on = calendar.period_of(publication.valuation.context.as_of).start_on
    expected = expected_extracts(session, known_seq(session, known_on), start_on)
    if not expected:
        return None
    states = [extract.state for extract in expected]
    approved = states.count(ExpectedState.APPROVED)
    return FileCount(approved, approved + states.count(ExpectedState.PROVISIONAL), len(states))
