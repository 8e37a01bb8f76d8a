"""What the demo leaves: the report as documented, exact splits, stored history, the same cents from the same data."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.demo import COMPANY, PASSWORD, prepare_demo
from dashboard.settings import read_settings
from ingest.pipeline import approve_extract, ingest_extract
from models.actions.estimates import estimate_all
from models.actions.organisation import init_organisation
from models.actions.valuations import value_portfolio
from models.domain.extract import ExtractKind
from models.domain.people import Person, Role
from models.queries.report import report_document
from models.store.engine import close_store, open_store
from models.store.unit_of_work import read
from tests.journeys.company_site import MANIFEST, SAMPLE, BuiltDemo, Site, run_tieout

RANGES = ("measured", "realised", "realised_cashable", "tied_out", "net")
EXACT = ("invested", "claimed", "case_to_date", "not_yet_evidenced")
RATIOS = ("realisation_rate", "roi_to_date", "roi_horizon")
VALUES = ("npv_since_approval", "npv_go_forward")
SPLITS = ("by_grade", "by_class", "by_tie_state")
GRADES = ("E0", "E1", "E2", "E3", "E4", "E5")
MONTH_ENDS = [datetime.fromisoformat(text).astimezone(UTC) for text in MANIFEST["publications"]]


def is_cents(text: Any) -> bool:
    return isinstance(text, str) and Decimal(text).as_tuple().exponent == -2


def assert_range(found: dict[str, str], *, is_money: bool) -> None:
    assert set(found) == {"low", "point", "high"}
    low, point, high = (Decimal(found[end]) for end in ("low", "point", "high"))
    assert low <= point <= high
    assert not is_money or all(map(is_cents, found.values()))


def assert_figures(figures: dict[str, Any]) -> None:
    assert all(is_cents(figures[name]) for name in EXACT)
    for name in (*RANGES, *VALUES):
        if figures[name] is not None:
            assert_range(figures[name], is_money=True)
    for name in RATIOS:
        if figures[name] is not None:
            assert_range(figures[name], is_money=False)
    chance = figures["probability_of_payback"]
    assert chance is None or 0 <= Decimal(chance) <= 1
    for name in SPLITS:
        total = sum(map(Decimal, figures[name].values()), Decimal(0))
        realised = figures["realised"]
        assert total == (Decimal(realised["point"]) if realised is not None else 0), name


@pytest.fixture(scope="module")
def printed(demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `tieout report portfolio --format json` prints."""
    copied = demo.copy_to(tmp_path_factory.mktemp("printed") / "data")
    done = run_tieout(copied, "report", "portfolio", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_the_command_says_where_to_go_and_who_can_sign_in(demo: BuiltDemo) -> None:
    assert f"password {PASSWORD}" in demo.said
    for entry in MANIFEST["people"]:
        assert entry["person"] in demo.said


def test_the_report_has_every_documented_field(printed: dict[str, Any]) -> None:
    head = {"as_of": "2026-09-30", "currency": "EUR", "level": 0.95, "rate_set": "budget"}
    assert {name: printed[name] for name in head} == head
    assert date.fromisoformat(printed["horizon"]) > date.fromisoformat(printed["as_of"])
    for name in (*RANGES, *RATIOS, *VALUES):
        assert printed[name] is not None, name
    assert_figures(printed)
    assert set(printed["by_grade"]) <= set(GRADES[1:])


def test_the_report_has_every_initiative_with_a_grade_or_a_reason(printed: dict[str, Any]) -> None:
    rows = printed["initiatives"]
    assert len(rows) == len({row["key"] for row in rows}) == 24
    stages = {"idea", "pilot", "roll_out", "production", "stopped"}
    for row in rows:
        assert row["name"]
        assert row["owner"]
        assert row["stage"] in stages
        assert_figures(row)
        if row["grade"] is None:
            assert row["not_estimable"]["reason"]
            assert row["not_estimable"]["what_would_help"]
            assert all(row[name] is None for name in RANGES)
        else:
            assert row["not_estimable"] is None
            assert row["grade"] in GRADES
    for name in ("invested", "claimed", "case_to_date"):
        assert Decimal(printed[name]) == sum(Decimal(row[name]) for row in rows)


def test_an_initiatives_grade_is_the_lowest_of_its_measured_lines(site: Site, printed: dict[str, Any]) -> None:
    grades: dict[str, list[str]] = {}
    for line in site.report("evidence")["lines"]:
        if line["measured"] is not None:
            grades.setdefault(line["initiative"], []).append(line["grade"])
    assert len(grades["KEEP"]) > 1
    for row in printed["initiatives"]:
        assert row["grade"] == min(grades.get(row["key"], []), default=None), row["key"]


def test_the_ledger_adds_up_to_every_actual(site: Site) -> None:
    cells = [cell for line in site.report("ledger")["lines"] for cell in line["cells"]]
    assert len(cells) > 300
    for cell in cells:
        amounts = [(row["component"], Decimal(row["amount"])) for row in cell["rows"]]
        actual = [amount for component, amount in amounts if component == "actual"]
        parts = [amount for component, amount in amounts if component != "actual"]
        if actual and cell["reference"]:
            assert sum(parts) == actual[0], cell["period"]


def test_the_demo_again_starts_at_once_and_changes_nothing(site: Site) -> None:
    before = site.report()
    said: list[str] = []
    settings = read_settings({"TIEOUT_DATA_DIR": str(site.data_dir)})
    prepare_demo(settings, COMPANY, is_reset=False, report=said.append)
    assert "loaded already" in said[0]
    assert not any("Measuring" in sentence or "Posted" in sentence for sentence in said)
    assert site.work() == []
    assert site.report() == before


def test_earlier_days_show_what_was_published_then(site: Site) -> None:
    known, numbers = {}, []
    for moment in MONTH_ENDS:
        report = site.report(known_on=moment.date())
        known[moment.date()] = report
        numbers.append(report["publication"])
        assert report["as_known_on"] == moment.date().isoformat()
        the_day_before = moment.date() - timedelta(days=1)
        if moment != MONTH_ENDS[0]:
            assert site.report(known_on=the_day_before)["publication"] == numbers[-2]
    assert numbers == sorted(set(numbers))
    days = [known[moment.date()]["as_of"] for moment in MONTH_ENDS]
    assert days == ["2026-06-30", "2026-07-31", "2026-08-31", "2026-08-31", "2026-09-30"]
    restated = [known[moment.date()]["realised"]["point"] for moment in MONTH_ENDS[2:4]]
    assert restated[0] != restated[1]


def test_the_same_data_give_the_same_cents(site: Site, tmp_path: Path) -> None:
    """The first month end from its files in another database and another order gives the stored publication."""
    moment = MONTH_ENDS[0]
    stored = site.report(known_on=moment.date())
    people = {row["person"]: Person(row["person"], row["name"], Role(row["role"])) for row in MANIFEST["people"]}
    loads = [load for load in MANIFEST["loads"] if datetime.fromisoformat(load["uploaded_at"]) < moment]
    store = open_store(f"sqlite:///{tmp_path / 'again.sqlite'}", tmp_path)
    try:
        start = moment - timedelta(days=1)
        init_organisation(store, name="Again", time_zone=MANIFEST["time_zone"], now=start)
        for number, load in enumerate([*loads[:2], *reversed(loads[2:])]):
            now = start + timedelta(minutes=number)
            kind = ExtractKind(load["kinds"][0]) if len(load["kinds"]) == 1 else None
            path = SAMPLE / "company" / load["file"]
            taken = ingest_extract(
                store, path, filename=load["file"], person=people[load["uploader"]], now=now, kind=kind
            )
            assert taken.extract_id is not None
            assert approve_extract(store, taken.extract_id, person=people[load["approver"]], now=now).load_seq
        estimate_all(store, now=moment)
        value_portfolio(store, now=moment)
        with read(store) as session:
            again = report_document(session, "portfolio")
    finally:
        close_store(store)
    for report in (again, stored):
        del report["publication"]
    assert again == stored
