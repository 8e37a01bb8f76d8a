"""The whole line on both databases: files in by the upload route, approval, the worker, the portfolio page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.app import create_app
from dashboard.settings import read_settings
from dashboard.worker import run_pending_jobs
from models.domain.extract import ExtractKind
from models.queries.report import report_document
from models.store.engine import Store
from models.store.unit_of_work import read
from tests.journeys.small_files import lines_of, write_lines, write_small_company
from tests.journeys.walking import callback_request, text_of
from tests.value.company import kpi_rows
from tests.web.conftest import Clock, Visitor


def send(visitor: Visitor, path: Path) -> dict[str, Any]:
    """Send a file as the drop zone does; return the last thing the route says."""
    answer = visitor.client.post(
        f"/uploads/files?filename={path.name}",
        data=path.read_bytes(),
        headers={"X-CSRFToken": visitor.token()},
        buffered=True,
    )
    assert answer.status_code == 200, answer.text
    stages = [json.loads(line) for line in answer.text.splitlines()]
    assert (stages[0]["stage"], stages[-1]["stage"]) == ("received", "checked"), answer.text
    last: dict[str, Any] = stages[-1]
    return last


def approve(visitor: Visitor, app: Any, extract_id: int) -> str:
    """Press the button of an extract's page."""
    values = {"extract_approve": 1, "extract_number": extract_id}
    request = callback_request("extract-content.children", app.callback_map["extract-content.children"], **values)
    answer = visitor.call(*request)
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.get_json(), ensure_ascii=False)


@dataclass
class Office:
    """An analyst, a controller and an executive at work on one store."""

    app: Any
    store: Store
    clock: Clock
    folder: Path

    def sit_down(self, person: str) -> Visitor:
        visitor = Visitor(self.app.server.test_client())
        assert visitor.sign_in(person).status_code == 303
        return visitor

    def load_company(self) -> None:
        ana, cora = self.sit_down("ana"), self.sit_down("cora")
        for path in write_small_company(self.folder):
            sent = send(ana, path)
            assert sent["state"] == "awaiting_approval", text_of(ana, f"/uploads/{sent['extract_id']}")
            assert "another person" in text_of(ana, f"/uploads/{sent['extract_id']}")
            assert "Posted" in approve(cora, self.app, sent["extract_id"])
            assert send(ana, path)["address"].endswith("again=yes")

    def work(self) -> list[str]:
        said: list[str] = []
        run_pending_jobs(self.store, clock=self.clock, report=said.append)
        return said

    def report(self, known_on: date | None = None) -> dict[str, Any]:
        with read(self.store) as session:
            return report_document(session, "portfolio", known_on=known_on)


def open_office(store: Store, folder: Path) -> Office:
    folder.mkdir(exist_ok=True)
    clock = Clock()
    settings = read_settings({"TIEOUT_DATA_DIR": str(folder), "TIEOUT_SECRET_KEY": "for tests alone"})
    return Office(create_app(settings, store, clock=clock), store, clock, folder)


def test_from_files_to_the_page(store: Store, tmp_path: Path) -> None:
    office = open_office(store, tmp_path / "files")
    ana, eve = office.sit_down("ana"), office.sit_down("eve")
    assert "EUR" not in text_of(eve, "/")
    bad = office.folder / "kpi_observations_bad.csv"
    write_lines(bad, [["kpi", "unit", "period", "value"], ["K-HOURS", "S0", "2024-W01", "1,5"]])
    assert send(ana, bad)["state"] == "checked"
    assert office.work() == []

    office.load_company()
    said = office.work()
    assert any("published as number" in sentence for sentence in said), said
    report, page = office.report(), text_of(eve, "/")
    assert f"EUR {Decimal(report['tied_out']['point']):,.2f}" in page
    assert report["by_tie_state"]["tied_out"] == report["tied_out"]["point"]
    for name in ("by_grade", "by_class", "by_tie_state"):
        assert sum(map(Decimal, report[name].values())) == Decimal(report["realised"]["point"])
    assert "/lineage/row/" in text_of(eve, "/lineage/line/L-AP")


def test_a_restatement_moves_the_figure_and_the_day_before_keeps_it(store: Store, tmp_path: Path) -> None:
    office = open_office(store, tmp_path / "files")
    office.load_company()
    office.work()
    before, first_day = office.report(), office.clock.now.date()

    office.clock.pass_by(days=1)
    fewer = [
        {**row, "value": str(float(str(row["value"])) - 3)}
        for row in kpi_rows()
        if (row["kpi"], row["unit"]) == ("K-HOURS", "S0")
    ][-8:]
    corrected = office.folder / "kpi_observations_corrected.csv"
    write_lines(corrected, lines_of(ExtractKind.KPI_OBSERVATIONS, fewer))
    sent = send(office.sit_down("ana"), corrected)
    assert "Posted" in approve(office.sit_down("cora"), office.app, sent["extract_id"])
    office.work()
    assert Decimal(office.report()["measured"]["point"]) > Decimal(before["measured"]["point"])
    assert office.report(first_day) == before


@pytest.mark.postgres
def test_both_databases_give_the_same_cents(
    sqlite_only_store: Store, postgresql_only_store: Store, tmp_path: Path
) -> None:
    reports = []
    for name, store in (("sqlite", sqlite_only_store), ("postgresql", postgresql_only_store)):
        office = open_office(store, tmp_path / name)
        office.load_company()
        office.work()
        reports.append(office.report())
    assert Decimal(reports[0]["tied_out"]["point"]) > 0
    assert reports[0] == reports[1]
