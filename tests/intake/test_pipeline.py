"""A file's way through the store, on both databases."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.pipeline import IngestOutcome, approve_extract, ingest_extract, quarantine_files
from ingest.quarantine import findings_csv
from models.domain.errors import NotApprovableError, NotFoundError, NotPermittedError
from models.domain.extract import ExtractKind, ExtractState, PartCounts
from models.domain.people import Person
from models.queries.extracts import extract_detail
from models.queries.knowledge import facts, known_seq
from models.store.engine import Store
from models.store.unit_of_work import read

KPIS = b"kpi,name,unit_of_measure,aggregation,behaviour,frequency,better\nk,K,min,sum,flow,month,lower\n"
UNITS = b"unit,name,entity\n0012,A,E1\nNA,B,E1\n"
HEADER = b"kpi,unit,period,value\n"
FIRST = HEADER + b"k,0012,2026-07,1.50\nk,NA,2026-07,2\n"
POLICY = (
    b"version,effective_on,reporting_currency,fiscal_start_month,calendar_pattern,is_year_named_by_end,horizon_months,discount_rate,"
    b"discount_basis,timing,interval_level,rate_set,persistence_rate,auto_post_kinds\n"
    b"1,2026-01-01,EUR,1,monthly,yes,36,0.08,pre_tax_nominal,mid_period,0.95,budget,0.9,kpi_observations\n"
)
Door = Callable[..., IngestOutcome]


@pytest.fixture
def send(store: Store, person: Callable[[str], Person], now: datetime) -> Door:
    """Send bytes as ana."""

    def send_bytes(content: bytes | Path, filename: str = "kpi_observations.csv", **options: Any) -> IngestOutcome:
        return ingest_extract(store, content, filename=filename, person=person("ana"), now=now, **options)

    return send_bytes


@pytest.fixture
def approve(store: Store, person: Callable[[str], Person], now: datetime) -> Door:
    """Approve an outcome as cora."""

    def approve_outcome(outcome: IngestOutcome, by: str = "cora") -> IngestOutcome:
        assert outcome.extract_id is not None
        return approve_extract(store, outcome.extract_id, person=person(by), now=now + timedelta(minutes=5))

    return approve_outcome


@pytest.fixture
def ready(send: Door, approve: Door) -> None:
    """KPIs and units are posted."""
    approve(send(KPIS, "kpis.csv"))
    approve(send(UNITS, "units.csv"))


def values(store: Store) -> dict[tuple[str, str], str]:
    with read(store) as session:
        frame = facts(session, ExtractKind.KPI_OBSERVATIONS, known_seq(session))
    return {(str(row.unit), str(row.start_on)): str(row.value) for row in frame.itertuples()}


@pytest.mark.usefixtures("ready")
def test_a_file_is_posted_by_a_second_person(store: Store, send: Door, approve: Door) -> None:
    outcome = send(FIRST)
    assert outcome.state is ExtractState.AWAITING_APPROVAL
    assert outcome.parts[0].counts == PartCounts(2, 2, 0, 0, 0)
    assert values(store) == {}
    with pytest.raises(NotPermittedError):
        approve(outcome, by="ana")
    posted = approve(outcome)
    assert posted.state is ExtractState.POSTED
    assert posted.load_seq is not None
    assert not posted.is_provisional
    assert values(store) == {("0012", "2026-07-01"): "1.5", ("NA", "2026-07-01"): "2"}
    with pytest.raises(NotApprovableError):
        approve(outcome)


@pytest.mark.usefixtures("ready")
def test_nobody_approves_their_own_file(store: Store, person: Callable[[str], Person], now: datetime) -> None:
    outcome = ingest_extract(store, FIRST, filename="kpi_observations.csv", person=person("cora"), now=now)
    assert outcome.extract_id is not None
    with pytest.raises(NotApprovableError):
        approve_extract(store, outcome.extract_id, person=person("cora"), now=now)
    assert approve_extract(store, outcome.extract_id, person=person("carl"), now=now).state is ExtractState.POSTED


@pytest.mark.usefixtures("ready")
def test_the_same_again_changes_nothing(store: Store, send: Door, approve: Door) -> None:
    approve(send(FIRST))
    before = values(store)
    again = send(FIRST)
    assert again.is_same
    assert "Nothing was changed" in again.message
    other_bytes = approve(send(HEADER + b"k,NA,2026-07,2.0\nk,0012,2026-07,1.5\n"))
    assert other_bytes.parts[0].counts == PartCounts(2, 0, 0, 2, 0)
    assert "known already" in other_bytes.message
    assert values(store) == before


@pytest.mark.usefixtures("ready")
def test_a_restatement_is_previewed_then_posted(store: Store, send: Door, approve: Door) -> None:
    approve(send(FIRST))
    outcome = send(HEADER + b"k,0012,2026-07,1.75\nk,NA,2026-07,2\nk,NA,2026-08,3\n")
    assert outcome.parts[0].counts == PartCounts(3, 1, 1, 1, 0)
    (restatement,) = outcome.restatements
    assert (restatement.column, restatement.before, restatement.after, restatement.line) == ("value", "1.5", "1.75", 2)
    approve(outcome)
    assert values(store)["0012", "2026-07-01"] == "1.75"


@pytest.mark.usefixtures("ready")
def test_a_bad_row_keeps_the_whole_file_out(
    store: Store, send: Door, approve: Door, person: Callable[[str], Person]
) -> None:
    outcome = send(HEADER + b'k,0012,2026-07,"1,5"\nk,NA,2026-07,2\nk,XX,2026-07,3\n')
    assert outcome.state is ExtractState.CHECKED
    assert outcome.has_errors
    assert outcome.parts[0].counts == PartCounts(3, 1, 0, 0, 2)
    assert "2 of 3 rows need you (2 errors)" in outcome.message
    assert values(store) == {}
    with pytest.raises(NotApprovableError):
        approve(outcome)
    with read(store) as session:
        detail = extract_detail(session, outcome.extract_id or 0, person("cora"))
    assert [finding.code for finding in detail.findings] == [finding.code for finding in outcome.findings]


@pytest.mark.usefixtures("ready")
def test_mended_bad_rows_can_be_sent_again(
    store: Store, send: Door, approve: Door, person: Callable[[str], Person], now: datetime
) -> None:
    outcome = send(HEADER + b'k,0012,2026-07,"1,5"\nk,NA,2026-07,2\n')
    ((name, content),) = quarantine_files(store, outcome.extract_id or 0, person=person("ana"), now=now)
    assert content == b'kpi,unit,period,value,_findings\nk,0012,2026-07,"1,5",CELL-002 value\n'
    mended = send(content.replace(b'"1,5"', b"1.5"), name)
    assert mended.state is ExtractState.AWAITING_APPROVAL
    approve(mended)
    assert values(store) == {("0012", "2026-07-01"): "1.5"}


@pytest.mark.usefixtures("ready")
def test_what_is_known_may_change_before_approval(store: Store, send: Door, approve: Door) -> None:
    waiting = send(FIRST)
    approve(send(b"unit,name,entity,retract\nNA,,,yes\n", "units.csv"))
    later = approve(waiting)
    assert later.state is ExtractState.CHECKED
    assert [finding.code for finding in later.findings if finding.code == "REF-001"] == ["REF-001"]
    assert values(store) == {}


@pytest.mark.usefixtures("ready")
def test_a_retraction_withdraws_a_row(store: Store, send: Door, approve: Door) -> None:
    approve(send(FIRST))
    approve(send(b"kpi,unit,period,retract\nk,NA,2026-07,yes\n"))
    assert values(store) == {("0012", "2026-07-01"): "1.5"}


@pytest.mark.usefixtures("ready")
def test_the_policy_posts_clean_files_provisionally(store: Store, send: Door, approve: Door) -> None:
    assert approve(send(POLICY, "policies.csv")).state is ExtractState.POSTED
    outcome = send(FIRST)
    assert outcome.state is ExtractState.POSTED
    assert outcome.is_provisional
    assert len(values(store)) == 2
    confirmed = approve(outcome)
    assert not confirmed.is_provisional
    assert send(
        b"kpi,name,unit_of_measure,aggregation,behaviour,frequency,better\nj,J,x,sum,flow,month,lower\n", "kpis.csv"
    ).state is (ExtractState.AWAITING_APPROVAL)


def test_a_trial_run_writes_nothing(store: Store, send: Door, person: Callable[[str], Person]) -> None:
    outcome = send(KPIS, "kpis.csv", is_dry_run=True)
    assert outcome.extract_id is None
    assert outcome.parts[0].counts == PartCounts(1, 1, 0, 0, 0)
    with read(store) as session, pytest.raises(NotFoundError):
        extract_detail(session, 1, person("cora"))


def test_a_control_beside_the_file_is_found_and_kept(send: Door, approve: Door, tmp_path: Path) -> None:
    path = tmp_path / "units_2026.csv"
    path.write_bytes(UNITS)
    path.with_name("units_2026.control.csv").write_text(
        "part,item,value\n,rows,2\n,source_report,Site list\n", encoding="utf-8"
    )
    outcome = send(path, path.name)
    assert outcome.findings == ()
    assert approve(outcome).findings == ()


def test_executives_and_administrators_send_nothing(
    store: Store, person: Callable[[str], Person], now: datetime
) -> None:
    for key in ("eve", "adam", "audra", "olaf"):
        with pytest.raises(NotPermittedError):
            ingest_extract(store, UNITS, filename="units.csv", person=person(key), now=now, is_dry_run=True)


@pytest.mark.usefixtures("ready")
def test_a_case_once_posted_never_changes(send: Door, approve: Door) -> None:
    approve(send(b"person,name\np,P\n", "people.csv"))
    approve(send(b"business_unit,name\nb,B\n", "business_units.csv"))
    approve(
        send(
            b"initiative,name,business_unit,owner,delivery_model,archetype\nI,I,b,p,buy,assistant\n", "initiatives.csv"
        )
    )
    case = (
        b"initiative,version,approved_on,go_live_on,horizon_on,discount_rate,discount_basis,rate_set,price_basis,currency\n"
        b"I,%b,2025-01-01,2025-03-01,2027-12-31,%b,pre_tax_nominal,budget,nominal,EUR\n"
    )
    approve(send(case % (b"1", b"0.08"), "approved_cases.csv"))
    assert [
        item.code for item in send(case % (b"1", b"0.09"), "approved_cases.csv").findings if item.code == "CASE-001"
    ] == ["CASE-001"]
    assert send(case % (b"1", b"0.080"), "approved_cases.csv").state is ExtractState.AWAITING_APPROVAL
    assert send(case % (b"2", b"0.09"), "approved_cases.csv").state is ExtractState.AWAITING_APPROVAL


@pytest.mark.usefixtures("ready")
def test_findings_are_downloaded_without_formulas(send: Door) -> None:
    outcome = send(HEADER + b'k,0012,2026-07,"=1+1"\n')
    text = findings_csv(outcome.findings).decode("utf-8-sig")
    assert text.splitlines()[1].startswith("CELL-002,error,Not a number,kpi_observations,,,2,value,'=1+1' is not")


def test_money_is_kept_in_minor_units(store: Store, send: Door, approve: Door) -> None:
    approve(
        send(
            b"invoice,supplier,invoice_on,total,currency\nR1,S,2026-07-01,1234.50,EUR\nR2,S,2026-07-01,-7,JPY\n",
            "invoices.csv",
        )
    )
    with read(store) as session:
        frame = facts(session, ExtractKind.INVOICES, known_seq(session))
    assert frame["total_minor"].tolist() == [123450, -7]
    assert Decimal(int(frame["total_minor"][0])).scaleb(-2) == Decimal("1234.50")


def test_bytes_from_a_stream_are_taken_in(store: Store, send: Door, approve: Door) -> None:
    stored = store.content.put(io.BytesIO(UNITS))
    assert approve(send(stored, "units.csv")).state is ExtractState.POSTED
