"""Commands about AI spend: what providers' files hold, and what an outcome costs."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import click

from dashboard.cli.context import acting_person, says_errors, store_of_process
from models.domain.errors import NotFoundError
from models.domain.people import OPERATOR, Person, Role
from models.queries.spend import spend_view
from models.queries.spend_report import economics_document, economics_text, spend_document, spend_text
from models.queries.unit_economics import unit_economics
from models.store.engine import Store
from models.store.unit_of_work import read

_viewer = click.option("--as", "person_key", envvar="TIEOUT_PERSON", help="Whose view; without it everything is shown.")
_json = click.option("--json", "is_json", is_flag=True, help="A document for programs.")
_known = click.option(
    "--as-known-on", type=click.DateTime(["%Y-%m-%d"]), help="Read what was known at the end of that day."
)


@click.command()
@_viewer
@_json
@_known
@says_errors
def spend(person_key: str | None, is_json: bool, as_known_on: datetime | None) -> None:
    """Print AI spend from providers' cost and usage files, invoices agreed, and what nobody registered."""
    store = store_of_process()
    person = _reader(store, person_key)
    with read(store) as session:
        view = spend_view(session, person, known_on=_day(as_known_on))
    if view is None:
        raise NotFoundError("no cost and usage file has been posted yet; send a FOCUS file with tieout ingest")
    click.echo(json.dumps(spend_document(view), indent=2, ensure_ascii=False) if is_json else spend_text(view))


@click.command()
@click.argument("initiative")
@click.option("--price", type=click.IntRange(-50, 50), default=0, help="Change of the price of AI, whole percent.")
@_viewer
@_json
@_known
@says_errors
def economics(initiative: str, price: int, person_key: str | None, is_json: bool, as_known_on: datetime | None) -> None:
    """Print what an outcome of INITIATIVE costs and leaves, and go-forward NPV at another price of AI."""
    store = store_of_process()
    person = _reader(store, person_key)
    with read(store) as session:
        view = unit_economics(session, person, initiative, change=Decimal(price) / 100, known_on=_day(as_known_on))
    click.echo(json.dumps(economics_document(view), indent=2, ensure_ascii=False) if is_json else economics_text(view))


def _reader(store: Store, key: str | None) -> Person:
    return acting_person(store, key) if key else Person(OPERATOR, "Operator", Role.AUDITOR)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
