"""Commands that write packs: pack workbook, pack board, pack auditor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click

from dashboard.cli.context import acting_person, present, says_errors, store_of_process
from dashboard.components.portfolio_filters import read_filter
from dashboard.packs.auditor import AuditRequest, hand_out_audit_pack
from dashboard.packs.content import PackRequest
from dashboard.packs.handing import KINDS, hand_out_pack
from models.domain.people import OPERATOR, Person, Role

_EVERYTHING = Person(OPERATOR, "Operator", Role.AUDITOR)
_OPTIONS = (
    click.option("--out", "out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The new file."),
    click.option("--initiative", default="", help="Only this initiative, by its key."),
    click.option("--business-unit", default="", help="Only initiatives of this business unit, by its key."),
    click.option("--stage", default="", help="Only initiatives in this stage."),
    click.option("--grade", default="", help="Only initiatives of this evidence grade, or none."),
    click.option(
        "--as-known-on", "known_on", type=click.DateTime(["%Y-%m-%d"]), help="What was known at the end of that day."
    ),
    click.option("--as", "person_key", envvar="TIEOUT_PERSON", help="Whose view; without it everything is in it."),
)


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group()
def pack() -> None:
    """Write packs that leave the house: a workbook with live formulas, a board pack in native slides."""


@pack.command()
@_with_options
@says_errors
def workbook(**given: Any) -> None:
    """Write the workbook: inputs, formulas over them, control and lineage."""
    _write("workbook", **given)


@pack.command()
@_with_options
@says_errors
def board(**given: Any) -> None:
    """Write the board pack: every number on its slides stands in the workbook of the same scope."""
    _write("board", **given)


@pack.command()
@click.option("--out", "out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The new zip.")
@click.option("--initiative", default="", help="Only what the figures of this initiative need, by its key.")
@click.option(
    "--as-known-on", "known_on", type=click.DateTime(["%Y-%m-%d"]), help="The publication of the end of that day."
)
@click.option("--as", "person_key", envvar="TIEOUT_PERSON", help="Who takes it; without it the operator.")
@says_errors
def auditor(out: Path, initiative: str, known_on: datetime | None, person_key: str | None) -> None:
    """Write the auditor's pack: inputs, hashes, and a script that computes the published figures again.

    The hash of its manifest stands in the audit log; the script in the pack prints it.
    """
    store = store_of_process()
    person = acting_person(store, person_key) if person_key else _EVERYTHING
    request = AuditRequest(known_on.date() if known_on is not None else None, initiative)
    with _draft_of(out) as target:
        made = hand_out_audit_pack(store, person, request, target, now=present())
    click.echo(f"{out} is written: {made.n_files} files, manifest SHA-256 {made.manifest_sha256}; it is recorded.")


def _write(
    kind: str,
    out: Path,
    initiative: str,
    business_unit: str,
    stage: str,
    grade: str,
    known_on: datetime | None,
    person_key: str | None,
) -> None:
    store = store_of_process()
    person = acting_person(store, person_key) if person_key else _EVERYTHING
    request = PackRequest(
        read_filter(business_unit, stage, grade), initiative, known_on.date() if known_on is not None else None
    )
    with _draft_of(out) as target:
        hand_out_pack(store, person, KINDS[kind], request, target, now=present())
    click.echo(f"{out} is written; it is recorded that it left.")


@contextmanager
def _draft_of(out: Path) -> Iterator[IO[bytes]]:
    """Give a file beside to write to, which takes its name only once it is whole."""
    draft = out.with_name(f".{out.name}.part")
    try:
        with draft.open("w+b") as target:
            yield target
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
