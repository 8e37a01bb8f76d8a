from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from dashboard.components.initiative_words import (
    cumulative_title,
    effect_title,
    initiative_title,
)
from dashboard.components.ledger_words import ledger_title, line_title
from dashboard.components.portfolio_words import (
    cascade_title,
    evidence_title,
    fiscal_span,
    footer_text,
    gap_title,
    grade_title,
    idle_title,
    initiatives_title,
    join_words,
    not_measurable_title,
    over_claim_text,
    portfolio_sentence,
    ranking_title,
    zero_title,
)
from dashboard.figures.ledger import sum_cells
from models.domain.money import Money
from models.domain.valuation import GapBridge, InitiativeValuation, Payback
from tests.figures.specimen import make_ledger_view, make_summary
from tests.figures.specimen_effect import make_estimate
from tests.figures.specimen_lines import make_context
from tests.figures.specimen_plots import EUR, K, around, eur

SUMMARY = make_summary()
CONTEXT = make_context()


def initiative(key: str) -> InitiativeValuation:
    return next(ini for ini in SUMMARY.initiatives if ini.key == key)


def gap_of(tied: int, late: int, unseen: int, short: int) -> GapBridge:
    return GapBridge(*(eur(amount * K) for amount in (tied + late + unseen + short, tied, late, unseen, short)))


def test_the_sentence_of_the_portfolio_reads_as_it_should() -> None:
    figures = replace(
        SUMMARY.figures,
        tied_out=around(7900 * K, 850 * K),
        gap=gap_of(7900, 1100, 1600, 2000),
        case_to_date=eur(12600 * K),
    )
    assert portfolio_sentence(figures, CONTEXT) == (
        "By FY26-P09 EUR 7.9m (6.2m to 9.6m) ties out to the P&L, EUR 4.7m below the EUR 12.6m "
        "(cashable classes) promised by now: EUR 1.1m late but recoverable within the horizon, "
        "EUR 1.6m not yet evidenced, EUR 2.0m short."
    )


def test_the_amounts_of_the_sentence_add_up_as_they_are_read() -> None:
    sentence = portfolio_sentence(SUMMARY.figures, CONTEXT)
    tied, low, high, gap, promised, *parts = (Decimal(text) for text in re.findall(r"(\d+\.\d)m", sentence))
    assert low < tied < high
    assert promised - tied == gap == sum(parts)


def test_more_than_promised_and_nothing_promised_have_sentences_of_their_own() -> None:
    above = replace(SUMMARY.figures, gap=gap_of(7230, 0, 0, -1200))
    assert "EUR 1.2m above the EUR 6.0m (cashable classes) promised by now" in portfolio_sentence(above, CONTEXT)
    assert gap_title(above.gap) == "EUR 1.2m more ties out than was promised by now"
    none = replace(SUMMARY.figures, gap=gap_of(7230, 0, 0, -7230))
    assert portfolio_sentence(none, CONTEXT).endswith("no approved case promises a cashable benefit by now.")
    assert gap_title(none.gap) == "No approved case promises a cashable benefit by now"


@pytest.mark.parametrize(
    ("parts", "cause"),
    [
        ((900, 100, 100), "late go-live"),
        ((100, 900, 100), "missing evidence"),
        ((100, 100, 900), "value short of case"),
    ],
)
def test_the_gap_names_its_largest_part(parts: tuple[int, int, int], cause: str) -> None:
    assert f"{cause} is the largest part, EUR 0.9m" in gap_title(gap_of(3000, *parts))


def test_titles_say_what_the_figures_say() -> None:
    figures = SUMMARY.figures
    assert cascade_title(figures) == (
        "Of EUR 27.0m claimed, 10.5m is measured, 8.5m is cashable and 7.2m ties out; "
        "after 5.7m invested EUR 1.5m is left"
    )
    poor = replace(figures, net=around(-1500 * K, K))
    assert cascade_title(poor).endswith("EUR 1.5m is missing")
    assert grade_title(figures).startswith("67 % of realised value")
    ranking = ranking_title(SUMMARY.initiatives, figures.tied_out)
    assert ranking == "The first 4 of 13 initiatives carry EUR 7.2m of the EUR 7.2m that ties out"
    assert ranking_title((), figures.tied_out) == "No initiative ties out yet"
    assert initiatives_title(SUMMARY.initiatives) == "10 of 13 initiatives are measured; 4 tie out"
    lines = [line for ini in SUMMARY.initiatives for line in ini.lines]
    assert (
        evidence_title(lines, SUMMARY.zero_possible)
        == "10 of 13 benefit lines are measured; 2 cannot be told from zero"
    )


def test_lists_say_when_they_are_empty() -> None:
    assert not_measurable_title((), EUR) == "Every benefit line is measured"
    assert "1 Nov 2026" in not_measurable_title(SUMMARY.not_measurable, EUR)
    assert zero_title(()) == "Every measured benefit line can be told from zero"
    assert idle_title((), EUR) == "Every initiative with spend is in production"
    assert "Contract review for 19 months" in idle_title(SUMMARY.spend_without_production, EUR)


def test_the_over_claim_guard_names_initiatives_and_scales_nothing() -> None:
    text = over_claim_text(SUMMARY.over_claims[0], EUR, ["Route planning", "Load consolidation"])
    assert "EUR 3.1m is held against Freight in FY26 by Route planning and Load consolidation" in text
    assert "EUR 1.1m is more than that and twice its noise support" in text


def test_the_footer_carries_everything_that_is_printed_with_a_figure() -> None:
    footer = footer_text(CONTEXT, "ledger", "grade E3")
    for part in (
        "Source: ledger",
        "grade E3",
        "30 Sep 2026",
        "as known on 12 Oct 2026",
        "EUR, budget rates",
        "95 %",
        "provisional",
    ):
        assert part in footer
    assert "provisional" not in footer_text(make_context(is_provisional=False), "ledger")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("INI-01", "Invoice matching ties out EUR 2.9m, 6 % less than its case, since go-live in Mar 2025"),
        ("INI-03", "Meeting copilot realises EUR 1.5m since go-live in Jan 2025, none of it cashable: non-cash"),
        (
            "INI-05",
            "Retention model lowers profit by EUR 420k, which cannot be told from zero, where its case promised",
        ),
        ("INI-09", "none of it ties out: too small to see in this line"),
        ("INI-11", "Dynamic mark-downs cannot be measured yet: 1 month after go-live; at least 2 are needed"),
        ("INI-12", "Contract review has spent EUR 1.0m since Jul 2024 and is not in production"),
    ],
)
def test_the_title_of_an_initiative_fits_its_story(key: str, words: str) -> None:
    assert words in initiative_title(initiative(key), CONTEXT)


def test_an_effect_is_told_with_its_direction_and_whether_that_is_good() -> None:
    line = initiative("INI-01").lines[0]
    better = effect_title(line, make_estimate())
    assert better == "Cost per case is 3.20 EUR below what it would have been (2.30 to 4.10)"
    worse = effect_title(line, make_estimate(average=3.2))
    assert worse.endswith("above what it would have been (2.30 to 4.10); that is worse")
    assert "cannot be told from" in effect_title(line, make_estimate(average=0.1))


def test_payback_is_said_in_its_tense_or_denied() -> None:
    ini = initiative("INI-01")
    assert "it paid back in Jun 2026" in cumulative_title(ini, CONTEXT)
    never = replace(ini, figures=replace(ini.figures, payback=Payback(None, None, 0.2, None)))
    assert cumulative_title(never, CONTEXT).endswith("it does not pay back by the horizon")
    assert (
        cumulative_title(initiative("INI-11"), CONTEXT)
        == "EUR 900k was promised by now; none of it can be measured yet"
    )


def test_the_ledger_says_how_much_it_supports() -> None:
    view = make_ledger_view()
    assert ledger_title(view) == (
        "EUR 7.2m of 10.5m realised (69 %) is consistent with the ledger; "
        "Freight carries EUR 1.1m more in FY26 than it moved"
    )
    freight = next(line for line in view.ledger.lines if line.pl_line == "freight")
    title = line_title(freight, freight.tests[0], sum_cells(freight.cells), EUR)
    assert "EUR 3.1m is held against it: EUR 1.1m is short" in title
    assert "no initiative's benefit is held" in line_title(freight, None, sum_cells(freight.cells), EUR)
    assert "of initiatives' cost; EUR" in title


def test_words_are_joined_and_years_spanned() -> None:
    assert join_words(["a"]) == "a"
    assert join_words(["a", "b", "c"]) == "a, b and c"
    assert fiscal_span(["FY24-P07", "FY28-P12", "FY26-P01"]) == "FY24-FY28"
    assert fiscal_span(["FY26-P01"]) == "FY26"
    assert fiscal_span([]) == "n/a"
    assert Money(1, EUR).currency == CONTEXT.currency
