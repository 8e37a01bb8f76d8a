"""The page "Can we believe it?": what it says is what the stored study says, for everybody, or nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import plotly.graph_objects as go
import pytest

from dashboard.components import validation_words as words
from dashboard.components.validation_charts import coverage_card, guess_card, hundred_card, peers_card
from dashboard.components.validation_checks import flags_card, power_card
from dashboard.figures.dots import draw_hundred
from dashboard.figures.theme import INK
from models.causal import ENGINE_VERSION
from models.causal.refuse import RULES
from models.causal.validation.record import write_record
from models.causal.validation.refusals import CASES
from models.domain.people import ROLE_PERMISSIONS, Permission, Person, Role
from models.domain.validation import (
    CheckFlags,
    FamilyResult,
    GuessResult,
    LevelCoverage,
    PeerResult,
    RefusalResult,
    ValidationRecord,
)
from models.queries import validation as queries
from models.queries.validation import validation_view

EVE = Person("eve", "Eve", Role.EXECUTIVE)


def family(
    name: str, covered: int, *, group: str = "series alone", warned: int = 0, width: float = 1.1
) -> FamilyResult:
    levels = (LevelCoverage(0.95, covered), LevelCoverage(0.8, 800), LevelCoverage(0.5, 500))
    flags = (CheckFlags("level_break", 3, 2), CheckFlags("pre_trend", 0, warned))
    return FamilyResult(
        name, group, "digest", 2_000_000, 1_000, 1_000, levels, covered, 0, 0.01, width, width, 0.01, flags, warned,
        (("E2", 1_000),), (), 21.0,
    )  # fmt: skip


@pytest.fixture
def record() -> ValidationRecord:
    return ValidationRecord(
        ENGINE_VERSION,
        date(2026, 11, 20),
        families=(
            family("ar_05", 952, warned=9),
            family("random_walk", 900, width=1.9),
            family("four_treated", 949, group="comparison group"),
            family("trend_5se_series", 700, warned=640),
            family("trend_5se_four_treated", 700, group="comparison group", warned=990),
            family("trend_2se_four_treated", 700, group="comparison group", warned=350),
        ),
        peers=(PeerResult("OLS, Newey-West errors", "statsmodels", "ar_05", 1, 400, 0, 340, 0.8, 0.7, 1.2, "d"),),
        refusals=(RefusalResult("1 period after", "too_few_after", 100, 100),),
        guesses=(
            GuessResult("defaults right on average", 6.0, 0.5, 1_000, 1, 201, 370, 90, 0.7, 1.07, 2.6, 953, 420, 4,
                        0.35, ("Uses are counted without error.",), "d"),
        ),
    )  # fmt: skip


@pytest.fixture
def stored(record: ValidationRecord, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> ValidationRecord:
    path = tmp_path / "record.json"
    write_record(record, path)
    monkeypatch.setattr(queries, "stored_path", lambda: path)
    return record


def test_every_role_may_see_it(signed_in: Any, stored: ValidationRecord) -> None:
    assert all(Permission.VIEW_METHODS in held for held in ROLE_PERMISSIONS.values())
    for person in ("ana", "cora", "eve", "olaf", "audra", "adam"):
        text = signed_in(person).draw("/validation").text
        assert "our range contained the truth in 93" in text
        assert ("Evidence of your initiatives" in text) is (person != "adam")
    assert stored.engine_version == ENGINE_VERSION


def test_the_hundred_pools_sound_families_alone(stored: ValidationRecord) -> None:
    view = validation_view(EVE)
    assert view is not None
    assert (view.covered, view.estimated) == (952 + 900 + 949, 3_000)
    assert words.headline(view).endswith("in 93")
    figure = draw_hundred(93, "of 100")
    assert figure["data"][0]["marker"]["color"].count(INK) == 93
    assert "3 kinds" in words.head_note(view)
    assert str(stored.made_on.year) in words.head_note(view)


def test_a_share_is_all_or_nothing_only_when_it_is() -> None:
    assert [words.of_hundred(count, 1_000) for count in (0, 1, 953, 999, 1_000)] == [0, 1, 95, 99, 100]


@pytest.mark.usefixtures("stored")
def test_the_sentences_are_those_of_the_record() -> None:
    view = validation_view(EVE)
    assert view is not None
    assert words.coverage_title(view) == (
        "In 2 of 3 kinds of data the range held the truth 93 % to 98 % of the time; the least was 90.0 % "
        "(series alone: random walk)"
    )
    assert "85 % (OLS, Newey-West errors)" in words.peers_title(view)
    assert "64 %" in words.power_title(view)
    assert "99 %" in words.power_title(view)
    assert words.guess_title(view.record.guesses[0]).endswith("in 20 of 100, and off by half or more in 37")
    said = " ".join(words.limits(view))
    assert "random walk data it is 1.9x as wide" in said
    assert "a series alone is warned of in only 64 % of cases" in said
    assert "go unseen in 65 % of cases" in said
    missed = {(each.family, each.criterion) for each in view.missed}
    assert ("random_walk", "mean width over oracle") in missed
    assert ("trend_5se_series", "warned") in missed
    assert ("trend_5se_four_treated", "warned") not in missed


@pytest.mark.usefixtures("stored")
def test_every_chart_is_one_plotly_takes_with_its_data_beside() -> None:
    view = validation_view(EVE)
    assert view is not None
    cards = [hundred_card(view), guess_card(view.record.guesses[0], view), coverage_card(view), peers_card(view)]
    for each in (*cards, flags_card(view), power_card(view)):
        graph = each.children[1].children
        go.Figure(graph.figure)
        assert each.children[2].children[1] is not None


@pytest.mark.usefixtures("stored")
def test_the_export_holds_every_family(signed_in: Any) -> None:
    answer = signed_in("adam").get("/exports/validation.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [row["family"] for row in rows][:3] == ["ar_05", "random_walk", "four_treated"]
    assert (rows[0]["covered_95"], rows[0]["estimated"], rows[0]["width_over_oracle"]) == ("952", "1000", "1.1")


def test_a_study_of_another_engine_says_so(
    record: ValidationRecord, signed_in: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "old.json"
    write_record(replace(record, engine_version=ENGINE_VERSION + 1), path)
    monkeypatch.setattr(queries, "stored_path", lambda: path)
    assert f"engine version {ENGINE_VERSION + 1}; figures now come" in signed_in("eve").draw("/validation").text


def test_without_a_study_the_page_says_how_to_make_one(
    signed_in: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "stored_path", lambda: tmp_path / "none.json")
    text = signed_in("eve").draw("/validation").text
    assert "No study is stored" in text
    assert "make validate" in text


def test_refusals_are_told_in_the_words_of_the_rules() -> None:
    assert {case.rule for case in CASES.values() if case.rule} == set(RULES)
