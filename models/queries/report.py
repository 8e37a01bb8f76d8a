"""The figures of `tieout report`: plain documents, money as decimal strings in major units, ratios as decimals."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models.domain.errors import InvalidInputError, NotFoundError
from models.domain.figures import Figures, MoneyInterval, RateOfReturn
from models.domain.interval import Interval
from models.domain.money import Money, to_major
from models.domain.people import OPERATOR, Person, Role
from models.domain.valuation import InitiativeValuation, LineValuation, PublicationContext, WhyNot
from models.queries.bridge_document import bridge_document
from models.queries.bridges import sum_initiatives
from models.queries.effect_report import effects_document, hours_document, views_document
from models.queries.ledger_report import entry_document, ledger_document, unshared_document
from models.queries.portfolio import initiative_summary, ledger_view, portfolio_summary
from models.queries.report_layout import report_rows, report_text
from models.queries.report_true_ups import true_up_document
from models.queries.sharing_report import joint_document
from models.value.publication import Publication

__all__ = ["REPORTS", "figures_document", "report_document", "report_rows", "report_text"]

REPORTS = ("portfolio", "initiative", "evidence", "ledger")
_EVERYTHING = Person(OPERATOR, "Operator", Role.AUDITOR)
_NOTHING = "nothing has been valued yet; post extracts, then run tieout estimate and tieout value"

Document = dict[str, Any]


def report_document(
    session: Session,
    what: str,
    *,
    person: Person | None = None,
    key: str | None = None,
    known_on: date | None = None,
    publication: Publication | None = None,
) -> Document:
    """Return a report as a JSON-safe document, in a person's scope (everything without one).

    `publication` reads the portfolio or the ledger of a given one instead of the one known on a day.

    Raises
    ------
    NotFoundError
        If nothing has been published, or there is no such initiative in scope.
    NotPermittedError
        If the person's role does not see it.
    InvalidInputError
        If there is no such report, or an initiative's key is missing.
    """
    reader = person or _EVERYTHING
    if what == "initiative":
        if not key:
            raise InvalidInputError("say which initiative")
        summary = initiative_summary(session, reader, key, known_on=known_on)
        return {
            **_head(summary.context, summary.period_state),
            **initiative_document(summary.initiative),
            "true_ups": [true_up_document(each) for each in summary.true_ups],
        }
    if what == "ledger":
        view = ledger_view(session, reader, known_on=known_on, publication=publication)
        if view is None:
            raise NotFoundError(_NOTHING)
        return {**_head(view.context, view.period_state), **ledger_document(view)}
    if what not in REPORTS:
        raise InvalidInputError(f"'{what}' is no report; there are {', '.join(REPORTS)}")
    portfolio = portfolio_summary(session, reader, known_on=known_on, publication=publication)
    if portfolio is None:
        raise NotFoundError(_NOTHING)
    if what == "evidence":
        lines = [_evidence(each, line) for each in portfolio.initiatives for line in each.lines]
        return {**_head(portfolio.context, portfolio.period_state), "lines": lines}
    return {
        **_head(portfolio.context, portfolio.period_state),
        **figures_document(portfolio.figures),
        "bridge": bridge_document(
            sum_initiatives(portfolio.initiatives, portfolio.figures), portfolio.context.currency
        ),
        "views": views_document(portfolio.views, portfolio.context.currency),
        "initiatives": [_initiative_brief(initiative) for initiative in portfolio.initiatives],
        "unshared": [unshared_document(row, portfolio.context.currency) for row in portfolio.unshared],
        "joint_effects": [joint_document(joint, portfolio.context.currency) for joint in portfolio.joints],
        "true_ups": [true_up_document(each) for each in portfolio.true_ups],
    }


def figures_document(figures: Figures, *, is_measured: bool = True) -> Document:
    """Return figures as a document; what is not measured is null, never zero."""

    def measured(value: MoneyInterval) -> Document | None:
        return _range(value) if is_measured else None

    return {
        "invested": _money(figures.invested),
        "claimed": _money(figures.claimed),
        "claimed_by_claimant": {share.claimant: _money(share.claimed) for share in figures.claimed_by_claimant},
        "measured": measured(figures.measured),
        "realised": measured(figures.realised),
        "realised_cashable": measured(figures.realised_cashable),
        "tied_out": measured(figures.tied_out),
        "net": measured(figures.net),
        "case_to_date": _money(figures.case_to_date),
        "case_like_for_like": _money(figures.case_like_for_like),
        "not_yet_evidenced": _money(figures.not_yet_evidenced),
        "gap": {
            "late_recoverable": _money(figures.gap.late_recoverable),
            "not_yet_evidenced": _money(figures.gap.not_yet_evidenced),
            "short": _money(figures.gap.short),
        },
        "realisation_rate": _ratio(figures.realisation_rate),
        "realisation_rate_overall": _ratio(figures.realisation_rate_overall),
        "probability_case_met": _number(figures.probability_case_met),
        "run_rate": _range(figures.run_rate),
        "forecast": _range(figures.forecast),
        "forecast_cost": _money(figures.forecast_cost),
        **effects_document(figures),
        "roi_to_date": _ratio(figures.roi_to_date),
        "roi_horizon": _ratio(figures.roi_horizon),
        "benefit_cost_ratio": _ratio(figures.benefit_cost_ratio),
        "npv_since_approval": _range(figures.npv_since_approval),
        "npv_go_forward": _range(figures.npv_go_forward),
        "npv_go_forward_p80": None if figures.npv_go_forward_p80 is None else _money(figures.npv_go_forward_p80),
        "irr": _irr(figures.irr),
        "payback_years": _number(figures.payback.years),
        "probability_of_payback": _number(figures.probability_of_payback),
        "by_grade": {share.grade.label: _money(share.realised) for share in figures.by_grade},
        "by_class": {share.benefit_class.value: _money(share.realised) for share in figures.by_class},
        "by_tie_state": {share.state.value: _money(share.realised) for share in figures.by_tie_state},
        "dependent_bound": measured(figures.dependent_bound),
        "at_completion": _range(figures.at_completion),
        "case_to_horizon": _money(figures.case_to_horizon),
        "reasons": list(figures.reasons),
    }


def initiative_document(initiative: InitiativeValuation) -> Document:
    """Return an initiative with its lines and costs."""
    return {
        **_initiative_brief(initiative),
        "bridge": bridge_document(initiative.bridge, initiative.figures.invested.currency),
        "lines": [_line(line) for line in initiative.lines],
        "views": views_document(initiative.views, initiative.figures.invested.currency),
        "cumulative": [
            {
                "period": point.period,
                "is_forecast": point.is_forecast,
                "projected": _minor(point.projected_minor, initiative),
                "benefit": _minor(point.benefit_minor, initiative),
                "low": _minor(point.low_minor, initiative),
                "high": _minor(point.high_minor, initiative),
                "cost": _minor(point.cost_minor, initiative),
            }
            for point in initiative.cumulative
        ],
        "costs": [
            {
                "period": cell.period,
                "category": cell.category,
                "nature": cell.nature,
                "treatment": cell.treatment,
                "allocated_from": cell.allocated_from,
                "amount": _minor(cell.amount_minor, initiative),
            }
            for cell in initiative.costs
        ],
    }


def _head(context: PublicationContext, period_state: str) -> Document:
    return {
        "period_state": period_state,
        "as_of": context.as_of.isoformat(),
        "as_of_period": context.as_of_period,
        "as_of_basis": context.as_of_basis,
        "as_known_on": context.as_known_on.isoformat(),
        "currency": context.currency,
        "level": context.level,
        "rate_set": context.rate_set,
        "horizon": None if context.horizon_on is None else context.horizon_on.isoformat(),
        "basis": f"{context.discount_basis}, {context.timing}",
        "discount_rate": str(context.discount_rate),
        "policy_version": context.policy_version,
        "is_provisional": context.is_provisional or context.is_policy_provisional,
        "publication": context.load_seq,
        "scope": context.scope,
        "dependence": context.dependence,
    }


def _initiative_brief(initiative: InitiativeValuation) -> Document:
    is_measured = initiative.grade is not None
    return {
        "key": initiative.key,
        "name": initiative.name,
        "owner": initiative.owner,
        "stage": None if initiative.stage is None else initiative.stage.value,
        "grade": None if initiative.grade is None else initiative.grade.label,
        "not_estimable": _why_not(initiative.why_not),
        "case_mark": initiative.case_mark.value,
        **figures_document(initiative.figures, is_measured=is_measured),
    }


def _why_not(why_not: WhyNot | None) -> Document | None:
    if why_not is None:
        return None
    return {
        "rule": why_not.rule,
        "reason": why_not.reason,
        "what_would_help": why_not.what_would_help,
        "from": None if why_not.from_on is None else why_not.from_on.isoformat(),
    }


def _line(line: LineValuation) -> Document:
    is_measured = line.why_not is None
    return {
        "benefit_line": line.benefit_line,
        "name": line.name,
        "benefit_class": line.benefit_class.value,
        "status": line.status.value,
        "grade": None if line.grade is None else line.grade.label,
        "design": None if line.design is None else line.design.value,
        "effect": _ratio(line.effect),
        "unit_of_measure": line.unit_of_measure,
        "measured": _range(line.measured) if is_measured else None,
        "realised": _range(line.realised) if is_measured else None,
        "tied_out": _range(line.tied_out) if is_measured else None,
        "is_zero_possible": line.is_zero_possible,
        "reason": "" if line.why_not is None else line.why_not.reason,
        "not_estimable": _why_not(line.why_not),
        "postings": [
            {"period": p.period, "measured": str(to_major(p.measured_minor, line.measured.currency))}
            for p in line.postings
        ],
        "entries": [entry_document(entry, line.measured.currency) for entry in line.entries],
        **hours_document(line),
    }


def _evidence(initiative: InitiativeValuation, line: LineValuation) -> Document:
    return {
        "initiative": initiative.key,
        "benefit_line": line.benefit_line,
        "name": line.name,
        "status": line.status.value,
        "grade": None if line.grade is None else line.grade.label,
        "grade_reason": line.grade_reason,
        "design": None if line.design is None else line.design.value,
        "measured": str(line.measured.point) if line.why_not is None else None,
        "is_zero_possible": line.is_zero_possible,
        "reason": "" if line.why_not is None else line.why_not.reason,
        "what_would_help": "" if line.why_not is None else line.why_not.what_would_help,
    }


def _money(amount: Money) -> str:
    return str(amount.major)


def _minor(amount_minor: int | None, initiative: InitiativeValuation) -> str | None:
    return None if amount_minor is None else str(to_major(amount_minor, initiative.figures.invested.currency))


def _range(interval: MoneyInterval | None) -> Document | None:
    if interval is None:
        return None
    return {"low": str(interval.low), "point": str(interval.point), "high": str(interval.high)}


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.6f}"


def _ratio(interval: Interval | None) -> Document | None:
    if interval is None:
        return None
    return {"low": f"{interval.low:.6f}", "point": f"{interval.point:.6f}", "high": f"{interval.high:.6f}"}


def _irr(irr: RateOfReturn | None) -> Document | None:
    if irr is None:
        return None
    return {
        "status": irr.status.value,
        "rate": _number(irr.rate),
        "rates": [_number(rate) for rate in irr.rates],
        "mirr": _number(irr.mirr),
        "interval": _ratio(irr.interval),
    }
