"""A small, believable publication, as the pages read it."""

from __future__ import annotations

from datetime import date

from models.domain.effect import NotEstimable
from models.domain.valuation import (
    FileCount,
    IdleSpend,
    InitiativeSummary,
    LedgerView,
    LineEffect,
    MatrixCell,
    NotMeasurable,
    PortfolioSummary,
    ZeroPossible,
)
from tests.figures.specimen_effect import make_estimate
from tests.figures.specimen_ledger import make_held, make_ledger
from tests.figures.specimen_lines import make_context, make_figures, make_initiative
from tests.figures.specimen_plots import (
    PL_LINES,
    PLOTS,
    K,
)


def make_summary() -> PortfolioSummary:
    initiatives = tuple(
        sorted(
            map(make_initiative, PLOTS),
            key=lambda ini: (-ini.figures.tied_out.point_minor, -ini.figures.realised_cashable.point_minor, ini.key),
        )
    )
    lines = [line for ini in initiatives for line in ini.lines]
    figures = make_figures(
        lines,
        claimed=sum(ini.figures.claimed.amount_minor for ini in initiatives),
        invested=sum(ini.figures.invested.amount_minor for ini in initiatives),
        sd=860 * K,
    )
    ledger = make_ledger(initiatives)
    return PortfolioSummary(
        context=make_context(),
        period_state="open",
        files=FileCount(9, 11, 12),
        figures=figures,
        initiatives=initiatives,
        not_measurable=tuple(
            NotMeasurable(
                ini.key, ini.name, ini.lines[0].benefit_line, ini.lines[0].name, ini.why_not, ini.lines[0].case_to_date
            )
            for ini in initiatives
            if ini.why_not is not None
        ),
        zero_possible=tuple(
            ZeroPossible(line.initiative, ini.name, line.benefit_line, line.name, line.measured)
            for ini in initiatives
            for line in ini.lines
            if line.is_zero_possible
        ),
        held_by_budget=ledger.held_by_budget,
        over_claims=ledger.over_claims,
        unshared=ledger.unshared,
        matrix=tuple(
            MatrixCell(e.pl_line, PL_LINES.get(e.pl_line, "no P&L line"), e.initiative, e.amount_minor, e.tied_minor)
            for e in ledger.entries
        ),
        spend_without_production=tuple(
            IdleSpend(ini.key, ini.name, ini.stage, ini.figures.invested, ini.first_spend_on, 19)
            for ini in initiatives
            if ini.is_spend_without_production
        ),
    )


def make_initiative_summary(key: str = "INI-01") -> InitiativeSummary:
    ini = next(ini for ini in make_summary().initiatives if ini.key == key)
    effects: list[LineEffect] = []
    for line in ini.lines:
        if line.grade is None:
            refusal = NotEstimable(
                "too_few_after", "1 month after go-live", "Wait for the next extract.", date(2026, 11, 1)
            )
            effects.append(LineEffect(line.benefit_line, refusal))
        else:
            effects.append(LineEffect(line.benefit_line, make_estimate(grade=line.grade)))
    held = (make_held(),) if key == "INI-08" else ()
    return InitiativeSummary(make_context(), "open", ini, tuple(effects), held)


def make_ledger_view() -> LedgerView:
    summary = make_summary()
    ledger = make_ledger(summary.initiatives)
    names = tuple((ini.key, ini.name) for ini in summary.initiatives)
    return LedgerView(summary.context, "open", ledger, summary.figures.realised, summary.figures.by_tie_state, names)
