from __future__ import annotations

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.exports import DANGEROUS, safe_cell, safe_filename, write_csv
from dashboard.pages import PAGES
from models.domain.people import Person, Role

Visitor = Any
PEOPLE = {
    "ana": Role.FINANCE_ANALYST,
    "cora": Role.CONTROLLER,
    "eve": Role.EXECUTIVE,
    "olaf": Role.INITIATIVE_OWNER,
    "audra": Role.AUDITOR,
    "adam": Role.ADMINISTRATOR,
}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_would_run_is_prefixed(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1, -1.5, Decimal("-2.50"), "0012", "NA", "a=b"])
def test_numbers_and_plain_text_stay(value: Any) -> None:
    assert safe_cell(value) == value


@given(st.lists(st.lists(st.one_of(st.text(), st.integers(), st.none()), min_size=2, max_size=2), max_size=8))
def test_no_text_cell_runs_and_nothing_is_lost(rows: list[list[Any]]) -> None:
    read = list(csv.reader(io.StringIO(write_csv(("a", "b"), rows), newline="")))
    assert read[0] == ["a", "b"]
    for row, cells in zip(rows, read[1:], strict=True):
        for value, cell in zip(row, cells, strict=True):
            if isinstance(value, str):
                assert not cell.startswith(DANGEROUS)
                assert cell.removeprefix("'") == value.removeprefix("'") or cell == value
            else:
                assert cell == ("" if value is None else str(value))


@given(st.text())
def test_file_names_are_safe(name: str) -> None:
    kept = safe_filename(name)
    assert kept
    assert set(kept) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    assert not kept.startswith((".", "-"))


def test_every_export_keeps_to_its_permission(signed_in: Callable[[str], Visitor], app: Any) -> None:
    app.server.testing = False
    exports = [export for page in PAGES for export in page.exports]
    assert {"audit", "extracts", "lineage"} <= {export.name for export in exports}
    assert len({export.name for export in exports}) == len(exports)
    for person, role in PEOPLE.items():
        visitor = signed_in(person)
        for export in exports:
            status = visitor.get(f"/exports/{export.name}.csv").status_code
            assert (status != 403) is Person(person, person, role).may(export.permission), (person, export.name, status)
            assert status in {200, 400, 403, 404}, (person, export.name)


def test_the_audit_export_is_csv_with_its_filter(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("audra")
    answer = visitor.get("/exports/audit.csv?action=sign_in")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="tieout-audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows
    assert {row["action"] for row in rows} == {"sign_in"}


def test_an_unknown_export_is_not_found(signed_in: Callable[[str], Visitor]) -> None:
    assert signed_in("audra").get("/exports/everything.csv").status_code == 404
