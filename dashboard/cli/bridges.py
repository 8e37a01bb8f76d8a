"""The command about bridges: from promised to realised by cause, of the portfolio, an initiative, two versions."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from dashboard.cli.context import acting_person, says_errors, store_of_process
from models.domain.bridge import Cause
from models.domain.errors import NotFoundError
from models.domain.people import OPERATOR, Person, Role
from models.queries.bridge_document import case_document, view_document
from models.queries.bridges import case_bridge, initiative_bridge, portfolio_bridge
from models.store.unit_of_work import read

_EVERYTHING = Person(OPERATOR, "Operator", Role.AUDITOR)
_LABEL_WIDTH, _AMOUNT_WIDTH = 32, 18


@click.command()
@click.option("--initiative", help="Of this initiative; without it of the portfolio.")
@click.option("--from", "from_version", type=int, help="With --to: from this approved version of the case.")
@click.option("--to", "to_version", type=int, help="With --from: to this approved version of the case.")
@click.option("--json", "is_json", is_flag=True, help="For programs, with every contribution.")
@click.option("--as", "person_key", envvar="TIEOUT_PERSON", help="Whose view; without it everything is shown.")
@click.option("--as-known-on", type=click.DateTime(["%Y-%m-%d"]), help="Read what was known at the end of that day.")
@says_errors
def bridge(
    initiative: str | None,
    from_version: int | None,
    to_version: int | None,
    is_json: bool,
    person_key: str | None,
    as_known_on: datetime | None,
) -> None:
    """Print why realised differs from promised, by cause, to the cent."""
    if (from_version is None) != (to_version is None) or (from_version is not None and not initiative):
        raise click.UsageError("say --initiative KEY --from VERSION --to VERSION")
    store = store_of_process()
    person = acting_person(store, person_key) if person_key else _EVERYTHING
    known_on = as_known_on.date() if as_known_on else None
    with read(store) as session:
        if initiative and from_version is not None and to_version is not None:
            document = case_document(
                case_bridge(session, person, initiative, from_version, to_version, known_on=known_on)
            )
        elif initiative:
            document = view_document(initiative_bridge(session, person, initiative, known_on=known_on))
        else:
            view = portfolio_bridge(session, person, known_on=known_on)
            if view is None:
                raise NotFoundError("nothing has been valued yet; post extracts, then run tieout estimate and value")
            document = view_document(view)
    click.echo(json.dumps(document, indent=2, ensure_ascii=False) if is_json else _text(document))


def _text(document: dict[str, Any]) -> str:
    currency = document["currency"]
    if "steps" in document:
        ends = (f"version {document['from_version']}", f"version {document['to_version']}")
        return "\n".join([f"Case of {document['initiative']}, {currency}", *_side(document, *ends)])
    if document["bridge"] is None:
        return "No bridge was published by that day."
    who = document["initiative"] or document["scope"]
    lines = [f"{who}, {currency}, as of {document['as_of']}", ""]
    lines += _side(document["bridge"]["benefit"], "approved case to date", "realised cashable")
    lines += ["", *_side(document["bridge"]["cost"], "approved cost to date", "invested"), ""]
    completion = document["completion"]
    found = completion["at_completion"]
    lines.append(_row("at completion", found["point"] if found else "n/a"))
    lines.append(_row("case to horizon", completion["case"]))
    lines.append(_row("cost at completion", completion["cost_at_completion"]))
    if completion["owner"]:
        lines.append(_row("owner less model (E0)", completion["owner_less_model"]))
    return "\n".join([*lines, *(f"- {note}" for note in document["bridge"]["notes"])])


def _side(side: dict[str, Any], start: str, end: str) -> list[str]:
    steps = [_row(f"  {Cause(step['cause']).label}", step["amount"]) for step in side["steps"]]
    return [_row(start, side["start"]), *steps, _row(end, side["end"])]


def _row(label: str, amount: str) -> str:
    return f"{label:<{_LABEL_WIDTH}}{amount:>{_AMOUNT_WIDTH}}"
