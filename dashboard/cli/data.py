"""Commands about extracts: init, ingest, approve, refuse."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from dashboard.cli.context import (
    acting_person,
    as_person,
    format_option,
    present,
    says_errors,
    settings_of_process,
    store_of_process,
)
from ingest.pipeline import IngestOutcome, approve_extract, ingest_extract
from models.actions.extracts import refuse_extract
from models.actions.organisation import init_organisation
from models.domain.errors import TieoutError
from models.domain.extract import ExtractKind, ExtractState, Finding, Severity

T = TypeVar("T")


@click.command()
@click.option("--organisation", default="My organisation", show_default=True, help="The name shown on every page.")
@says_errors
def init(organisation: str) -> None:
    """Create the database and fix the organisation's time zone.

    The time zone (TIEOUT_TIMEZONE) decides which day a posting belongs to and cannot change later.
    """
    settings = settings_of_process()
    store = store_of_process()
    init_organisation(store, name=organisation, time_zone=settings.time_zone, now=present())
    click.echo(f"Ready: {store.public_url}. Next: tieout user add KEY NAME --role administrator")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_person
@click.option(
    "--kind", type=click.Choice([kind.value for kind in ExtractKind]), help="The contract, if the file does not say."
)
@click.option("--dry-run", is_flag=True, help="Check and show what would change; keep and post nothing.")
@format_option
@says_errors
def ingest(files: tuple[Path, ...], person_key: str, kind: str | None, dry_run: bool, output_format: str) -> None:
    """Check FILES and hand them in for approval; every problem of a file is listed at once."""
    store = store_of_process()
    person = acting_person(store, person_key)

    def take_in(path: Path) -> IngestOutcome:
        return ingest_extract(
            store,
            path,
            filename=path.name,
            person=person,
            now=present(),
            kind=ExtractKind(kind) if kind else None,
            is_dry_run=dry_run,
        )

    echo_each(files, take_in, output_format)


@click.command()
@click.argument("extract_ids", nargs=-1, required=True, type=int)
@as_person
@format_option
@says_errors
def approve(extract_ids: tuple[int, ...], person_key: str, output_format: str) -> None:
    """Approve extracts by their numbers and post them; the approver is never the uploader."""
    store = store_of_process()
    person = acting_person(store, person_key)
    echo_each(
        extract_ids,
        lambda extract_id: approve_extract(store, extract_id, person=person, now=present()),
        output_format,
    )


@click.command()
@click.argument("extract_id", type=int)
@click.option("--reason", required=True, help="Why; the uploader reads it.")
@as_person
@says_errors
def refuse(extract_id: int, reason: str, person_key: str) -> None:
    """Refuse an extract; it stays downloadable with its findings and the reason."""
    store = store_of_process()
    refuse_extract(store, extract_id, reason=reason, person=acting_person(store, person_key), now=present())
    click.echo(f"Extract {extract_id} is refused.")


def echo_each(things: Sequence[T], act: Callable[[T], IngestOutcome], output_format: str) -> None:
    """Act on one thing after the other and print each outcome; one that fails hides none of the others.

    Ends the process: with status 1 if anything failed or an error-level finding was made.
    """
    documents: list[dict[str, Any]] = []
    is_sound = True
    for thing in things:
        try:
            outcome = act(thing)
        except TieoutError as error:
            is_sound = False
            documents.append({"given": str(thing), "error": str(error)})
            click.echo(f"tieout: {thing}: {error}", err=True)
            continue
        is_sound = is_sound and not has_errors(outcome)
        documents.append(outcome_document(outcome))
        if output_format == "text":
            echo_outcome(outcome)
    if output_format == "json":
        click.echo(json.dumps(documents, indent=2, ensure_ascii=False))
    sys.exit(0 if is_sound else 1)


def has_errors(outcome: IngestOutcome) -> bool:
    """Whether an error-level finding kept the file from being posted."""
    return any(finding.severity is Severity.ERROR for finding in outcome.findings)


def outcome_document(outcome: IngestOutcome) -> dict[str, Any]:
    """Return an outcome as JSON-ready data."""
    return {
        "extract_id": outcome.extract_id,
        "filename": outcome.filename,
        "state": outcome.state.value if outcome.state else None,
        "load_seq": outcome.load_seq,
        "message": outcome.message,
        "parts": [
            {
                "kind": part.kind.value,
                "sheet": part.sheet,
                "rows_in": part.counts.rows_in,
                "new": part.counts.new,
                "changed": part.counts.changed,
                "same": part.counts.same,
                "bad": part.counts.bad,
            }
            for part in outcome.parts
        ],
        "findings": [finding_document(finding) for finding in outcome.findings],
    }


def finding_document(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON-ready data."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "title": finding.title,
        "place": finding.place,
        "found": finding.found,
        "allowed": finding.allowed,
        "advice": finding.advice,
        "suggestion": finding.suggestion,
    }


def echo_outcome(outcome: IngestOutcome) -> None:
    """Print an outcome for people: state, counts, findings."""
    number = f"extract {outcome.extract_id}" if outcome.extract_id is not None else "dry run"
    click.echo(f"{outcome.filename} ({number}): {outcome.message}")
    for part in outcome.parts:
        counts = part.counts
        click.echo(
            f"  {part.kind.value}: {counts.rows_in} rows = {counts.new} new + {counts.changed} changed"
            f" + {counts.same} same + {counts.bad} bad"
        )
    for finding in outcome.findings:
        click.echo(f"  {finding.severity.value} {finding.code} {finding.sentence}")
    if outcome.state is ExtractState.AWAITING_APPROVAL:
        click.echo(f"  next: tieout approve {outcome.extract_id} --as SOMEBODY_ELSE")
