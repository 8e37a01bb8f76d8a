"""Commands about figures: estimate, value, what follows, report."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime

import click

from dashboard.cli.context import acting_person, present, says_errors, settings_of_process, store_of_process
from dashboard.executors import executor_of
from models.actions.estimates import estimate_all, estimate_benefit_line
from models.actions.follow_ups import compute_follow_ups
from models.actions.valuations import value_portfolio
from models.domain.errors import TieoutError
from models.queries.report import REPORTS, report_document, report_rows, report_text
from models.store.unit_of_work import read


@click.command()
@click.argument("benefit_lines", nargs=-1)
@says_errors
def estimate(benefit_lines: tuple[str, ...]) -> None:
    """Estimate BENEFIT_LINES, or all; unchanged inputs are not estimated again."""
    store = store_of_process()
    if benefit_lines:
        for line in benefit_lines:
            click.echo(f"{line}: {estimate_benefit_line(store, line, now=present()).sentence}")
        return
    with executor_of(settings_of_process()) as executor:
        summary = estimate_all(store, now=present(), report=click.echo, executor=executor)
    click.echo(summary.sentence)


@click.command("follow-ups")
@click.argument("benefit_lines", nargs=-1)
@says_errors
def follow_ups(benefit_lines: tuple[str, ...]) -> None:
    """Compute what follows the estimates of BENEFIT_LINES, or all: placebos, cross-checks, bounds; never a figure."""
    outcome = compute_follow_ups(
        store_of_process(), now=present(), report=click.echo, benefit_lines=benefit_lines or None
    )
    click.echo(outcome.sentence)


@click.command()
@says_errors
def value() -> None:
    """Turn effects into money, build the ledger and publish; nothing is published twice."""
    click.echo(value_portfolio(store_of_process(), now=present()).sentence)


@click.command()
@click.argument("what", type=click.Choice(REPORTS))
@click.argument("key", required=False)
@click.option("--as", "person_key", envvar="TIEOUT_PERSON", help="Whose view; without it everything is shown.")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="For people, for programs, for spreadsheets.",
)
@click.option("--as-known-on", type=click.DateTime(["%Y-%m-%d"]), help="Read what was known at the end of that day.")
@says_errors
def report(
    what: str, key: str | None, person_key: str | None, output_format: str, as_known_on: datetime | None
) -> None:
    """Print the portfolio, an initiative (by KEY), the evidence or the ledger."""
    if what == "initiative" and not key:
        raise click.UsageError("say which: tieout report initiative KEY")
    store = store_of_process()
    person = acting_person(store, person_key) if person_key else None
    with read(store) as session:
        document = report_document(
            session, what, person=person, key=key, known_on=as_known_on.date() if as_known_on else None
        )
    if output_format == "json":
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif output_format == "csv":
        rows = report_rows(what, document)
        if not rows:
            raise TieoutError(
                "there is nothing to report yet; post extracts, then run tieout estimate and tieout value"
            )
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        click.echo(report_text(what, document))
