"""The demo: the sample company through the same intake, approvals and jobs that people use.

A manifest lists the files with who sent and who approved each and when, so that "as known on" has a history. The clock
is the manifest's; everything else is the product as it is. An interrupted demo resumes: a file that is already known
changes nothing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from dashboard.settings import Settings
from dashboard.worker import run_pending_jobs
from ingest.pipeline import IngestOutcome, approve_extract, ingest_extract
from models.actions.jobs import requeue_interrupted
from models.actions.memberships import approve_membership, propose_membership
from models.actions.organisation import init_organisation
from models.actions.people import add_account, list_accounts, person_of
from models.actions.periods import lock_period, soft_close_period
from models.domain.errors import ConflictError, InvalidInputError, TieoutError
from models.domain.extract import ExtractKind, ExtractState
from models.domain.people import OPERATOR, Person, Role
from models.queries.knowledge import last_posted_at
from models.store.engine import Store, close_store, open_store
from models.store.unit_of_work import read
from sample_data.reference import write_reference_extracts

PASSWORD = "tieout-demo"
_MARKER = "demo-complete"
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo: its name, its folder below the data folder ('': that folder), whether its files are written first."""

    name: str
    subfolder: str
    is_reference: bool


COMPANY = Demo("sample company", "", is_reference=False)
REFERENCE = Demo("reference data", "reference", is_reference=True)


def prepare_demo(settings: Settings, demo: Demo, *, is_reset: bool, report: Report) -> Settings:
    """Load and measure a demo unless that is done already; return the settings to serve it with.

    Raises
    ------
    InvalidInputError
        If a reset is asked for on a database that is not SQLite: that one is dropped by its own administrator.
    """
    if demo.subfolder:
        folder = settings.data_dir / demo.subfolder
        settings = settings.replace(data_dir=folder, database_url=f"sqlite:///{folder / 'tieout.sqlite'}")
    if is_reset:
        _start_over(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with as_file(files("sample_data")) as packaged:
        source = packaged / "company"
        if demo.is_reference:
            source = settings.data_dir / "extracts"
            write_reference_extracts(source)
        manifest = json.loads((source / "manifest.json").read_text("utf-8"))
        store = open_store(settings.database_url, settings.data_dir)
        try:
            _load_once(store, settings.data_dir, source, manifest, report)
        finally:
            close_store(store)
    _say_people(manifest, report)
    return settings


def _load_once(store: Store, data_dir: Path, source: Path, manifest: dict[str, Any], report: Report) -> None:
    marker = data_dir / _MARKER
    init_organisation(store, name=manifest["name"], time_zone=manifest["time_zone"], now=_first_moment(manifest))
    if marker.exists() and list_accounts(store):
        report(f"{manifest['name']} is loaded already; `make demo-reset` starts over.")
        return
    _add_people(store, manifest)
    _replay(store, source, manifest, report)
    marker.write_text(manifest["name"], "utf-8")


def _start_over(settings: Settings) -> None:
    if not settings.database_url.startswith("sqlite"):
        raise InvalidInputError(
            "a reset is for SQLite alone; drop and create the database yourself, then run tieout demo"
        )
    database = Path(settings.database_url.removeprefix("sqlite:///"))
    for path in (database, *database.parent.glob(f"{database.name}-*"), settings.data_dir / _MARKER):
        path.unlink(missing_ok=True)
    shutil.rmtree(settings.data_dir / "content", ignore_errors=True)


def _replay(store: Store, source: Path, manifest: dict[str, Any], report: Report) -> None:
    """Send, approve and publish in the order of the manifest's clock."""
    loads, publications = manifest["loads"], [_moment(text) for text in manifest["publications"]]
    steps = list(manifest.get("period_steps", ()))
    for number, load in enumerate(loads, start=1):
        sent_at = _moment(load["uploaded_at"])
        while publications and publications[0] < sent_at:
            _publish(store, publications.pop(0), report)
        while steps and _moment(steps[0]["at"]) < sent_at:
            _take_step(store, steps.pop(0), report)
        outcome = ingest_extract(
            store,
            source / load["file"],
            filename=load["file"],
            person=_person(store, load["uploader"]),
            now=sent_at,
            kind=ExtractKind(load["kinds"][0]) if len(load["kinds"]) == 1 else None,
        )
        if load["approver"] and outcome.state is ExtractState.AWAITING_APPROVAL and outcome.extract_id is not None:
            approver = _person(store, load["approver"])
            outcome = approve_extract(store, outcome.extract_id, person=approver, now=_moment(load["approved_at"]))
        _require_taken(outcome, load)
        report(f"[{number:>2}/{len(loads)}] {load['file']}: {outcome.message}")
        _propose_memberships(store, manifest, sent_at)
    for moment in publications:
        _publish(store, moment, report)
    for step in steps:
        _take_step(store, step, report)


def _take_step(store: Store, step: dict[str, str], report: Report) -> None:
    """Close or lock a period as the manifest says, unless an interrupted demo has done it."""
    by, now, label = _person(store, step["person"]), _moment(step["at"]), step["period"]
    try:
        if step["step"] == "lock":
            lock_period(store, label, by=by, now=now, is_through=True)
        else:
            soft_close_period(store, label, by=by, now=now)
    except ConflictError as error:
        report(f"{label}: {error}")
        return
    report(f"{label}: {step['step'].replace('_', '-')} by {step['person']}")


def _publish(store: Store, moment: datetime, report: Report) -> None:
    """Let the jobs that the postings left do their work, as of the manifest's clock."""
    with read(store) as session:
        last = last_posted_at(session)
    if last is not None and last > moment:  # an interrupted demo got further than this
        return
    report(f"Measuring as known on {moment:%Y-%m-%d} ...")
    requeue_interrupted(store, now=moment)  # a demo that was killed here holds its job under a lease of this clock
    run_pending_jobs(store, clock=lambda: moment, report=lambda sentence: report(f"  {sentence}"))


def _require_taken(outcome: IngestOutcome, load: dict[str, Any]) -> None:
    expected = {ExtractState.POSTED} if load["approver"] else {ExtractState.AWAITING_APPROVAL, ExtractState.POSTED}
    if outcome.state not in expected:
        findings = "; ".join(finding.sentence for finding in outcome.findings[:3])
        raise TieoutError(f"{load['file']} was not taken: {outcome.message} {findings}")


def _add_people(store: Store, manifest: dict[str, Any]) -> None:
    known = {account.key for account in list_accounts(store)}
    for entry in manifest["people"]:
        if entry["person"] not in known:
            add_account(
                store,
                key=entry["person"],
                name=entry["name"],
                role=Role(entry["role"]),
                password=PASSWORD,
                by=OPERATOR,
                now=_first_moment(manifest),
            )


def _propose_memberships(store: Store, manifest: dict[str, Any], now: datetime) -> None:
    """Make owners members of their initiatives: proposed by the administrator, approved by a controller."""
    proposer = next((p["person"] for p in manifest["people"] if p["role"] == Role.ADMINISTRATOR), None)
    approver = next((p["person"] for p in manifest["people"] if p["role"] == Role.CONTROLLER), None)
    if proposer is None or approver is None:
        return
    for entry in manifest["people"]:
        for membership in entry["initiatives"]:
            if _person(store, entry["person"]).may_see(membership["initiative"]):
                continue
            try:
                number = propose_membership(
                    store,
                    person=entry["person"],
                    initiative=membership["initiative"],
                    from_on=date.fromisoformat(membership["from_on"]),
                    by=_person(store, proposer),
                    now=now,
                )
            except ConflictError:  # proposed by an interrupted demo; somebody decides it on the people page
                continue
            approve_membership(store, number, by=_person(store, approver), now=now)


def _person(store: Store, key: str) -> Person:
    with read(store) as session:
        return person_of(session, key)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _first_moment(manifest: dict[str, Any]) -> datetime:
    return min(_moment(load["uploaded_at"]) for load in manifest["loads"])


def _say_people(manifest: dict[str, Any], report: Report) -> None:
    report(f"\nPeople to sign in as (password {PASSWORD}):")
    for entry in manifest["people"]:
        report(f"  {entry['person']:<20} {entry['role'].replace('_', ' ')}")
    report("")
