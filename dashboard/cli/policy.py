"""Commands about the policy: show, preview."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dashboard.cli.context import present, says_errors, store_of_process
from ingest.policy_file import check_policy, last_policy, policy_texts
from models.domain.errors import InvalidInputError
from models.domain.figures import MoneyInterval
from models.domain.people import OPERATOR, Person, Role
from models.queries.policies import list_policies
from models.queries.policy_preview import Amount, preview_policy
from models.store.unit_of_work import read

_READER = Person(OPERATOR, "Operator", Role.AUDITOR)


@click.group()
def policy() -> None:
    """Show the policy in force, and what another one would change."""


@policy.command()
@says_errors
def show() -> None:
    """Print the policy in force and its versions."""
    with read(store_of_process()) as session:
        view = list_policies(session, _READER, known_on=None)
    for name, text in policy_texts(view.policy).items():
        click.echo(f"{name}\t{text}")
    for version in view.versions:
        state = "provisional" if version.is_provisional else "in force" if version.is_in_force else "earlier"
        click.echo(
            f"version {version.policy.version}\t{state}\tsent by {version.sent_by}\t"
            f"approved by {version.decided_by or 'nobody yet'}\t{version.filename}"
        )


@policy.command()
@click.option(
    "--file",
    "path",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A policies file; of several versions the one that comes into force last.",
)
@says_errors
def preview(path: Path) -> None:
    """Print what the policy of a file would change in money; nothing is written."""
    store = store_of_process()
    checked = check_policy(store, path, path.name, present())
    found = last_policy(checked)
    if checked.has_errors or found is None:
        for finding in checked.findings:
            click.echo(f"{finding.severity.value} {finding.code} {finding.sentence}")
        sys.exit(1)
    if found.version == 0:
        raise InvalidInputError("the file holds no policy")
    with read(store) as session:
        result = preview_policy(session, _READER, found, now=present())
    click.echo(f"policy version {result.before.version} -> {result.after.version}, as of {result.as_of_after}")
    for figure in result.figures:
        click.echo(f"{figure.name}\t{_text(figure.before)}\t{_text(figure.after)}")
    click.echo(f"Payback, years\t{_years(result.payback_before)}\t{_years(result.payback_after)}")
    for each in result.initiatives:
        click.echo(f"{each.name}\tgo-forward NPV\t{_text(each.npv_before)}\t{_text(each.npv_after)}")


def _text(amount: Amount) -> str:
    if amount is None:
        return "n/a"
    if isinstance(amount, MoneyInterval):
        return f"{amount.point} {amount.currency} [{amount.low}, {amount.high}]"
    return f"{amount.major} {amount.currency}"


def _years(years: float | None) -> str:
    return "n/a" if years is None else f"{years:.2f}"
