"""A file's way through the page: sent in one POST, kept, checked, decided by another person."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.uploads import clean_filename
from models.domain.errors import InvalidInputError
from models.store.engine import Store

Visitor = Any
KPIS = b"""kpi,name,unit_of_measure,aggregation,behaviour,frequency,better
AHT,Average handling time,min,mean,flow,week,lower
0012,Invoices matched,count,sum,flow,month,higher
"""
BAD = KPIS + b"AHT,,min,average,flow,week,lower\n"


def send(visitor: Visitor, content: bytes, filename: str = "kpis.csv", **query: str) -> Any:
    return visitor.client.post(
        "/uploads/files",
        query_string={"filename": filename, **query},
        data=content,
        headers={"X-CSRFToken": visitor.token(), "Content-Type": "application/octet-stream"},
        buffered=True,
    )


def lines(answer: Any) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in answer.data.splitlines()]


def decide(visitor: Visitor, extract_id: int, verb: str, reason: str = "") -> Any:
    inputs = [
        {"id": "extract-approve", "property": "n_clicks", "value": 1 if verb == "approve" else 0},
        {"id": "extract-refuse", "property": "n_clicks", "value": 1 if verb == "refuse" else 0},
    ]
    state = [
        {"id": "extract-number", "property": "data", "value": extract_id},
        {"id": "extract-reason", "property": "value", "value": reason},
    ]
    body = {
        "output": "extract-content.children", "outputs": {"id": "extract-content", "property": "children"},
        "inputs": inputs, "state": state, "changedPropIds": [f"extract-{verb}.n_clicks"],
    }  # fmt: skip
    return visitor.client.post("/_dash-update-component", json=body, headers={"X-CSRFToken": visitor.token()})


def test_a_good_file_is_kept_checked_and_waits(signed_in: Callable[[str], Visitor]) -> None:
    ana = signed_in("ana")
    received, *_, checked = lines(send(ana, KPIS))
    assert received == {"stage": "received", "size_bytes": len(KPIS), "sha256": hashlib.sha256(KPIS).hexdigest()}
    assert (checked["stage"], checked["state"], checked["address"]) == ("checked", "awaiting_approval", "/uploads/1")
    page = ana.draw("/uploads/1").text
    assert "2 rows are ready and wait for a second person" in page
    assert "another person approves it" in page
    assert "extract-approve" in page  # the name exists, hidden
    assert "Approve and post" not in page


def test_a_bad_file_changes_nothing_and_says_all(signed_in: Callable[[str], Visitor]) -> None:
    ana = signed_in("ana")
    *_, checked = lines(send(ana, BAD))
    assert checked["state"] == "checked"
    page = ana.draw("/uploads/1").text
    assert "keep this file from posting; nothing was changed" in page
    assert "line 4" in page
    rows = ana.get("/files/1/findings.csv").text.splitlines()
    assert rows[0].lstrip("\ufeff").startswith("code,severity,title")
    assert len(rows) > 2
    bad = ana.get("/files/1/bad-rows")
    assert bad.status_code == 200
    assert b"average" in bad.data or b"average" in b"".join(_unzipped(bad.data))


def _unzipped(content: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [archive.read(name) for name in archive.namelist()]


def test_another_person_approves_and_the_row_can_be_walked_to(signed_in: Callable[[str], Visitor]) -> None:
    ana, cora = signed_in("ana"), signed_in("cora")
    send(ana, KPIS)
    own = decide(ana, 1, "approve")
    assert "may not" in own.text or "another person" in own.text
    assert "2 rows are ready" in ana.draw("/uploads/1").text
    assert "Approve and post" in cora.draw("/uploads/1").text
    answer = decide(cora, 1, "approve")
    assert answer.status_code == 200
    assert "Posted: 2 of 2 rows changed what is known" in answer.text
    row = cora.draw("/lineage/row/1", "?part=1&row=3").text
    assert "0012" in row
    assert "Said once, never restated" in row


def test_a_controller_does_not_approve_their_own_file(signed_in: Callable[[str], Visitor]) -> None:
    cora = signed_in("cora")
    send(cora, KPIS)
    assert "approved by another person" in decide(cora, 1, "approve").text
    assert "wait for a second person" in cora.draw("/uploads/1").text


def test_a_refusal_needs_a_reason_and_keeps_it(signed_in: Callable[[str], Visitor]) -> None:
    ana, cora = signed_in("ana"), signed_in("cora")
    send(ana, KPIS)
    assert "Say why" in decide(cora, 1, "refuse").text
    assert "Refused by Cora Controller" in decide(cora, 1, "refuse", "wrong month").text
    assert "wrong month" in ana.draw("/uploads/1").text


def test_a_restatement_shows_before_and_after(signed_in: Callable[[str], Visitor]) -> None:
    ana, cora = signed_in("ana"), signed_in("cora")
    send(ana, KPIS)
    decide(cora, 1, "approve")
    send(ana, KPIS.replace(b"Invoices matched", b"Invoices matched by itself"))
    spec = {"id": "extract-changes", "property": "children"}
    inputs = [
        {"id": "extract-number", "property": "data", "value": 2},
        {"id": "extract-content", "property": "children", "value": []},
    ]
    waiting = cora.call("extract-changes.children", spec, inputs).text
    for words in ("What it would restate", "Invoices matched by itself", "line 3"):
        assert words in waiting
    decide(cora, 2, "approve")
    assert "What it restated" in cora.call("extract-changes.children", spec, inputs).text
    row = cora.draw("/lineage/row/2", "?part=1&row=3").text
    assert "Said 2 times" in row
    assert "restated later" in row


def test_the_same_bytes_again_say_so(signed_in: Callable[[str], Visitor]) -> None:
    ana = signed_in("ana")
    send(ana, KPIS)
    *_, again = lines(send(ana, KPIS, "other name.csv"))
    assert again["address"] == "/uploads/1?again=yes"
    assert "These very bytes were received before" in ana.draw("/uploads/1", "?again=yes").text


def test_the_original_comes_back_byte_for_byte(signed_in: Callable[[str], Visitor]) -> None:
    ana = signed_in("ana")
    send(ana, BAD, "Kpis of <March>.csv", kind="kpis")
    answer = signed_in("audra").get("/files/1/original")
    assert answer.data == BAD
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename=Kpis-of-March-.csv"


@pytest.mark.parametrize("person", ["eve", "olaf", "audra", "adam"])
def test_only_those_who_upload_may(signed_in: Callable[[str], Visitor], sqlite_only_store: Store, person: str) -> None:
    assert send(signed_in(person), KPIS).status_code == 403
    assert not list(sqlite_only_store.content.root.glob("*/*"))


@pytest.mark.parametrize("person", ["eve", "olaf", "adam"])
def test_only_those_who_see_extracts_download_them(signed_in: Callable[[str], Visitor], person: str) -> None:
    send(signed_in("ana"), KPIS)
    visitor = signed_in(person)
    for path in ("/files/1/original", "/files/1/findings.csv", "/files/1/bad-rows", "/exports/extracts.csv"):
        assert visitor.get(path).status_code == 403
        assert visitor.get(path.replace("1", "99")).status_code == 403  # what exists is not told


def test_unknown_extracts_are_not_found(signed_in: Callable[[str], Visitor]) -> None:
    ana = signed_in("ana")
    for path in ("/files/9/original", "/files/9/findings.csv", "/files/9/bad-rows"):
        assert ana.get(path).status_code == 404
    assert "There is nothing at this address" in ana.draw("/uploads/9").text
    assert "This address cannot be read" in ana.draw("/uploads/nine").text


def test_what_is_too_large_is_refused_before_it_is_read(
    signed_in: Callable[[str], Visitor], sqlite_only_store: Store
) -> None:
    answer = send(signed_in("ana"), b"x" * 1_000_001)
    assert answer.status_code == 413
    assert "larger" in answer.get_json()["message"]
    assert not list(sqlite_only_store.content.root.glob("*/*"))


@pytest.mark.parametrize("max_upload_mb", [20])
def test_a_file_larger_than_other_requests_may_be_is_received(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("ana")
    content = KPIS + b"\n" * 5_000_000
    received, *_ = lines(send(visitor, content))
    assert received["size_bytes"] == len(content)


@pytest.mark.parametrize(("content", "filename"), [(b"", "kpis.csv"), (KPIS, ""), (KPIS, "/"), (KPIS, "..")])
def test_nothing_and_nameless_are_refused(signed_in: Callable[[str], Visitor], content: bytes, filename: str) -> None:
    answer = send(signed_in("ana"), content, filename)
    assert answer.status_code == 400
    assert answer.get_json()["message"]


def test_an_unknown_contract_is_refused(signed_in: Callable[[str], Visitor]) -> None:
    assert send(signed_in("ana"), KPIS, kind="anything").status_code == 400


def test_a_check_goes_on_when_nobody_listens_any_more(signed_in: Callable[[str], Visitor]) -> None:
    ana = signed_in("ana")
    answer = ana.client.post(
        "/uploads/files?filename=kpis.csv", data=KPIS, headers={"X-CSRFToken": ana.token(), "Content-Type": "text/csv"}
    )
    assert b"received" in next(answer.iter_encoded())
    answer.close()
    assert "2 rows are ready" in ana.draw("/uploads/1").text


def test_a_failing_check_says_so_and_keeps_its_detail(
    signed_in: Callable[[str], Visitor], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("dashboard.uploads.ingest_extract", fail)
    *_, last = lines(send(signed_in("ana"), KPIS))
    assert last["stage"] == "failed"
    assert "secret detail" not in last["message"]
    assert "secret detail" in caplog.text


@given(st.text(max_size=300))
def test_names_lose_their_folders_and_control_characters(name: str) -> None:
    try:
        kept = clean_filename(name)
    except InvalidInputError:
        return
    assert kept == clean_filename(kept)
    assert 0 < len(kept) <= 200
    assert "/" not in kept
    assert "\\" not in kept
    assert kept.isprintable()
