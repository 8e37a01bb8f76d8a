from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import plotly.graph_objects as go
import pytest
from dash.development.base_component import Component
from plotly.io.json import to_json_plotly

from dashboard.components.ledger_filters import LedgerFilter
from dashboard.components.ledger_words import WHOLE
from dashboard.components.portfolio_filters import PortfolioFilter, read_filter
from dashboard.pages.evidence import render_evidence
from dashboard.pages.initiative import render_initiative
from dashboard.pages.initiatives import COLUMNS, _export_row, render_initiatives
from dashboard.pages.ledger import render_ledger
from dashboard.pages.ledger_line import render_ledger_line
from dashboard.pages.portfolio import render_portfolio
from models.domain.errors import InvalidInputError, NotFoundError
from tests.figures.specimen import make_initiative_summary, make_ledger_view, make_summary
from tests.figures.walk import components, graphs, hrefs, ids, text_of

KNOWN_ON = date(2026, 10, 12)
KEYS = [ini.key for ini in make_summary().initiatives]


def portfolio(*, may_open_ledger: bool = True) -> Component:
    summary = make_summary()
    return render_portfolio(
        summary, PortfolioFilter(), everything=summary.initiatives, known_on=KNOWN_ON, may_open_ledger=may_open_ledger
    )


def initiative(key: str) -> Component:
    return render_initiative(make_initiative_summary(key), known_on=KNOWN_ON, may_open_ledger=True, may_upload=True)


PAGES: dict[str, Callable[[], Component]] = {
    "portfolio": portfolio,
    "initiatives": lambda: render_initiatives(make_summary(), PortfolioFilter(), known_on=KNOWN_ON),
    "ledger": lambda: render_ledger(make_ledger_view(), known_on=KNOWN_ON),
    "ledger line": lambda: render_ledger_line(make_ledger_view(), "freight", chosen=LedgerFilter(), known_on=KNOWN_ON),
    "evidence": lambda: render_evidence(make_summary(), known_on=KNOWN_ON, may_open_ledger=True),
    **{key: (lambda key=key: initiative(key)) for key in KEYS},  # type: ignore[misc]
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_what_every_page_must(name: str) -> None:
    page = PAGES[name]()
    assert len(to_json_plotly(page)) > 1000
    drawn = graphs(page)
    assert len(drawn) <= 8
    for graph in drawn:
        go.Figure(graph.figure)
    assert [identifier for identifier, count in Counter(ids(page)).items() if count > 1] == []
    assert sum(1 for part in components(page) if type(part).__name__ == "H1") == 1
    cards = [part for part in components(page) if getattr(part, "className", "") == "card figure-card"]
    assert len(cards) == len(drawn)
    for card in cards:
        assert any(type(part).__name__ == "Table" for part in components(card))
        assert "as of 30 Sep 2026" in text_of(card)
    text = text_of(page)
    assert not re.search(r"\bnan\b|None|inf\b", text)
    assert "minor" not in text


@pytest.mark.parametrize("name", PAGES)
def test_every_link_keeps_the_date_of_knowledge(name: str) -> None:
    links = hrefs(PAGES[name]())
    kept = [href for href in links if not href.startswith(("/uploads",)) and href != "/"]
    assert kept
    cleared = {"/initiatives", "/ledger"}
    assert [href for href in kept if "as_known_on=2026-10-12" not in href and href not in cleared] == []


def test_the_portfolio_comes_in_the_order_of_its_story() -> None:
    text = text_of(portfolio())
    order = [
        "ties out to the P&L, EUR",
        "claimed, 10.5m is measured",
        "What ties out is 42 % below case",
        "cannot be measured yet",
        "cannot be told from zero; they count",
        "The budget already holds",
        "support at least part of what is held against them",
        "The first 4 of 13 initiatives",
        "without production",
        "rests on a comparison group",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "provisional" in text


def test_every_amount_of_the_ranked_grid_leads_to_its_rows() -> None:
    grid = next(part for part in components(portfolio()) if getattr(part, "id", "") == "grid-initiatives")
    for row in grid.rowData:
        assert row["initiative"]["href"].startswith("/initiatives/")
        for field in ("cashable", "tied"):
            cell = row[field]
            assert cell["text"] == "n/a" or cell["href"].startswith("/lineage?")
    scale = {
        (c["cellRendererParams"]["minimum"], c["cellRendererParams"]["maximum"])
        for c in grid.columnDefs
        if "cellRendererParams" in c
    }
    assert len(scale) == 1
    lowest, highest = scale.pop()
    for row in grid.rowData:
        if "point" in row["interval"]:
            assert lowest < row["interval"]["low"] < row["interval"]["high"] < highest


def test_what_is_not_estimable_is_never_a_zero() -> None:
    grid = next(part for part in components(portfolio()) if getattr(part, "id", "") == "grid-initiatives")
    refused = [row for row in grid.rowData if row["grade"] == "n/a"]
    assert len(refused) == 3
    for row in refused:
        assert row["cashable"]["text"] == row["tied"]["text"] == row["variance"]["text"] == row["roi"]["text"] == "n/a"
        assert row["interval"] == {"label": "not estimable"}
        assert set(row["course"]["values"]) == {None}
    page = text_of(initiative("INI-11"))
    assert "Not estimable" in page
    assert "Wait for the October extract" in page
    assert "n/a" in page
    assert "EUR 0 " not in page
    assert "Not valued" not in page


def test_a_role_without_the_ledger_gets_no_link_to_it() -> None:
    assert any(href.startswith("/ledger") for href in hrefs(portfolio()))
    assert not any(href.startswith("/ledger") for href in hrefs(portfolio(may_open_ledger=False)))


def test_an_upload_is_offered_only_where_it_is_allowed() -> None:
    summary = make_initiative_summary("INI-12")
    shut = render_initiative(summary, known_on=None, may_open_ledger=False, may_upload=False)
    assert "/uploads" not in hrefs(shut)
    assert "/uploads" in hrefs(initiative("INI-12"))


def test_initiatives_out_of_scope_are_not_named_in_warnings() -> None:
    summary = make_summary()
    own = tuple(ini for ini in summary.initiatives if ini.key == "INI-02")
    page = render_portfolio(
        replace(summary, initiatives=own), PortfolioFilter(), everything=own, known_on=None, may_open_ledger=False
    )
    warning = next(
        text_of(part) for part in components(page) if "notice-warning" in str(getattr(part, "className", ""))
    )
    assert "an initiative outside your scope" in warning
    assert "Load consolidation" not in warning


def test_filters_are_read_kept_and_said() -> None:
    summary = make_summary()
    chosen = read_filter("retail", "roll_out", "E3")
    kept = [ini.key for ini in summary.initiatives if chosen.keeps(ini)]
    assert kept == ["INI-05"]
    assert chosen.in_words(summary.initiatives) == "business unit Retail, stage roll-out, grade E3"
    ungraded = [ini.key for ini in summary.initiatives if read_filter(grade="none").keeps(ini)]
    assert ungraded == [
        "INI-11",
        "INI-12",
        "INI-13",
    ]
    with pytest.raises(InvalidInputError, match="stage 'x'"):
        read_filter(stage="x")
    with pytest.raises(InvalidInputError, match="grade 'E9'"):
        read_filter(grade="E9")


def test_filters_that_leave_nothing_say_so() -> None:
    summary = make_summary()
    nothing = replace(summary, initiatives=())
    page = render_portfolio(
        nothing, read_filter(grade="E5"), everything=summary.initiatives, known_on=None, may_open_ledger=True
    )
    assert "No initiative passes these filters" in text_of(page)
    assert graphs(page) == []


def test_a_line_that_is_not_in_the_ledger_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        render_ledger_line(make_ledger_view(), "nothing", chosen=LedgerFilter(), known_on=None)


def test_the_whole_profit_and_loss_has_an_address() -> None:
    view = make_ledger_view()
    whole = replace(view.ledger.lines[0], pl_line="", name="", tests=())
    page = render_ledger_line(
        replace(view, ledger=replace(view.ledger, lines=(whole,))), WHOLE, chosen=LedgerFilter(), known_on=None
    )
    assert "Whole P&L moved" in text_of(page)


def test_the_export_holds_every_digit_and_no_figure_where_there_is_none() -> None:
    summary = make_summary()
    rows = {
        row[1]: dict(zip(COLUMNS, row, strict=True))
        for row in (_export_row(i, ini, summary) for i, ini in enumerate(summary.initiatives))
    }
    assert str(rows["INI-01"]["realised_cashable"]) == "2910000.37"
    assert rows["INI-11"]["tied_out"] is None
    assert rows["INI-11"]["not_estimable"] == "1 month after go-live; at least 2 are needed"


def test_the_matrix_adds_up_as_it_is_shown() -> None:
    matrix = next(part for part in components(portfolio()) if "matrix" in str(getattr(part, "className", "")).split())
    rows = [[text_of(cell) for cell in row.children] for row in components(matrix) if type(row).__name__ == "Tr"]
    heads, body, total = rows[0], rows[1:-1], rows[-1]
    assert total[0] == "All lines"
    for column in range(1, len(heads)):
        shown = sum(_number(row[column]) for row in body)
        assert shown == pytest.approx(_number(total[column]), abs=1e-9)


def _number(text: str) -> float:
    if text in {"", "-", "n/a"}:
        return 0.0
    return -float(text.strip("()")) if text.startswith("(") else float(text)
