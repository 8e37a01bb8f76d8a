"""Commands about fiscal periods: list, close, open, lock, request-reopen, reopen, refuse-reopen, verify."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from dashboard.cli.context import acting_person, as_person, format_option, present, says_errors, store_of_process
from dashboard.format import format_words
from models.actions.periods import (
    lock_period,
    open_period,
    refuse_reopen,
    reopen_period,
    request_reopen,
    soft_close_period,
)
from models.domain.errors import NotFoundError
from models.domain.money import to_major
from models.domain.people import OPERATOR, Person, Role
from models.queries.periods import PeriodLine, PeriodsView, check_lock, check_locks, list_periods
from models.store.unit_of_work import read

_READER = Person(OPERATOR, "Operator", Role.AUDITOR)
_needed_reason = click.option("--reason", required=True, help="Why; it is kept with the step.")
_optional_reason = click.option("--reason", default="", help="Why; it is kept with the step.")
_label = click.argument("period")


@click.group(invoke_without_command=True)
@format_option
@click.pass_context
@says_errors
def periods(context: click.Context, output_format: str) -> None:
    """List fiscal periods (FY26-P03) and close, lock or reopen them."""
    if context.invoked_subcommand is not None:
        return
    with read(store_of_process()) as session:
        view = list_periods(session, _READER, known_on=None)
    if view is None:
        raise NotFoundError("nothing has been valued yet; run tieout estimate and tieout value")
    if output_format == "json":
        click.echo(json.dumps([_document(line, view) for line in view.lines], indent=2))
        return
    for line in view.lines:
        click.echo(_text(line))
    for true_up in view.true_ups:
        where = true_up.posted_period or ("pending" if true_up.is_pending else "in the books of its own period")
        causes = "; ".join(reason.cause.label for reason in true_up.reasons)
        amount = to_major(true_up.amount_minor, true_up.currency)
        click.echo(f"true-up of {true_up.span}: {true_up.name} {amount} {true_up.currency}, {where}; {causes}")


def _text(line: PeriodLine) -> str:
    parts = [line.label, format_words(line.state.value)]
    if line.files is not None:
        parts.append(f"{line.files.approved} of {line.files.expected} files approved")
    if line.lock is not None:
        lock = line.lock
        parts.append(f"locked by {lock.person} on publication {lock.publication_seq}, SHA-256 {lock.content_hash}")
    if line.standing.request is not None:
        parts.append(f"{line.standing.request.person} asks to reopen: {line.standing.request.reason}")
    return "\t".join(parts)


def _document(line: PeriodLine, view: PeriodsView) -> dict[str, Any]:
    lock, request = line.lock, line.standing.request
    return {
        "period": line.label,
        "start_on": line.start_on.isoformat(),
        "state": line.state.value,
        "files_approved": line.files.approved if line.files else None,
        "files_expected": line.files.expected if line.files else None,
        "publication": lock.publication_seq if lock else None,
        "content_hash": lock.content_hash if lock else None,
        "locked_by": lock.person if lock else None,
        "reopening_asked_by": request.person if request else None,
        "true_ups": line.true_ups,
        "trued_up": str(to_major(line.trued_up_minor, view.context.currency)),
    }


@periods.command()
@_label
@_optional_reason
@as_person
@says_errors
def close(period: str, reason: str, person_key: str) -> None:
    """Close PERIOD softly: what is posted to it later is asked about."""
    store = store_of_process()
    soft_close_period(store, period, by=acting_person(store, person_key), now=present(), reason=reason)
    click.echo(f"{period} is soft-closed.")


@periods.command("open")
@_label
@_needed_reason
@as_person
@says_errors
def open_again(period: str, reason: str, person_key: str) -> None:
    """Open a softly closed PERIOD again."""
    store = store_of_process()
    open_period(store, period, by=acting_person(store, person_key), now=present(), reason=reason)
    click.echo(f"{period} is open again.")


@periods.command()
@_label
@_optional_reason
@click.option("--through", is_flag=True, help="Lock every earlier period that is still open too, in order.")
@as_person
@says_errors
def lock(period: str, reason: str, through: bool, person_key: str) -> None:
    """Lock PERIOD on the valuation published last; its amounts stand from then on."""
    store = store_of_process()
    events = lock_period(
        store, period, by=acting_person(store, person_key), now=present(), reason=reason, is_through=through
    )
    last = events[-1]
    others = f" with {len(events) - 1} before it" if len(events) > 1 else ""
    click.echo(f"{period} is locked{others} on publication {last.publication_seq}, SHA-256 {last.content_hash}.")


@periods.command("request-reopen")
@_label
@_needed_reason
@as_person
@says_errors
def ask_to_reopen(period: str, reason: str, person_key: str) -> None:
    """Ask to reopen a locked PERIOD; somebody else decides."""
    store = store_of_process()
    request_reopen(store, period, by=acting_person(store, person_key), now=present(), reason=reason)
    click.echo(f"Asked. Next: tieout periods reopen {period} --as SOMEBODY_ELSE")


@periods.command()
@_label
@_optional_reason
@as_person
@says_errors
def reopen(period: str, reason: str, person_key: str) -> None:
    """Reopen a locked PERIOD, as another person than the one who asked."""
    store = store_of_process()
    reopen_period(store, period, by=acting_person(store, person_key), now=present(), reason=reason)
    click.echo(f"{period} is reopened. Next: tieout value, or wait for the worker.")


@periods.command("refuse-reopen")
@_label
@_needed_reason
@as_person
@says_errors
def keep_locked(period: str, reason: str, person_key: str) -> None:
    """Refuse to reopen PERIOD, as another person than the one who asked."""
    store = store_of_process()
    refuse_reopen(store, period, by=acting_person(store, person_key), now=present(), reason=reason)
    click.echo(f"{period} stays locked.")


@periods.command()
@click.argument("period", required=False)
@says_errors
def verify(period: str | None) -> None:
    """Regenerate what PERIOD (or every period) was locked on, and compare the hashes."""
    with read(store_of_process()) as session:
        if period is not None:
            check = check_lock(session, _READER, period)
            problems = [f"{period}: {check.problem}"] if check.problem else []
            said = f"{period}: publication {check.publication_seq} regenerates with SHA-256 {check.stored_hash}."
        else:
            problems = check_locks(session)
            said = "Every locked report regenerates with the hash that it was locked with."
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo(said)
