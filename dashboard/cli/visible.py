"""What a benefit line could show, in money: tieout visible."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from dashboard.cli.context import acting_person, format_option, says_errors, store_of_process
from dashboard.format import format_level, format_money, format_once_in, format_quantity
from models.domain.money import to_major
from models.domain.people import OPERATOR, Person, Role
from models.domain.visibility import LineVisibility, VisibleBenefit
from models.queries.visibility import simulate_visibility
from models.store.unit_of_work import read

_EVERYTHING = Person(OPERATOR, "Operator", Role.AUDITOR)


@click.command()
@click.argument("benefit_line")
@click.option("--as", "person_key", envvar="TIEOUT_PERSON", help="Whose view; without it everything is shown.")
@click.option("--as-known-on", type=click.DateTime(["%Y-%m-%d"]), help="Read what was known at the end of that day.")
@format_option
@says_errors
def visible(benefit_line: str, person_key: str | None, as_known_on: datetime | None, output_format: str) -> None:
    """Say how small a benefit the KPI of BENEFIT_LINE could show, and from when on, against its approved case."""
    store = store_of_process()
    person = acting_person(store, person_key) if person_key else _EVERYTHING
    with read(store) as session:
        found = simulate_visibility(session, person, benefit_line, as_known_on.date() if as_known_on else None)
    if output_format == "json":
        click.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False, default=_plain))
    else:
        click.echo("\n".join(visibility_text(found)))


def visibility_text(found: LineVisibility) -> list[str]:
    """Return what a line could show, in words."""
    lines = [f"{found.benefit_line} {found.name}: {found.kpi_name} ({found.unit_of_measure})"]
    if not found.benefits:
        return [*lines, "Its KPI has no history before go-live to judge by."]
    lines.append(_sentence(found))
    if found.why_no_money is not None:
        lines.append(f"No money: {found.why_no_money.reason} {found.why_no_money.what_would_help}")
    once = "once" if found.is_once else "a year"
    lines.append(f"Smallest benefit found with probability {format_level(found.power)} at {format_level(found.level)}:")
    for one in found.benefits:
        size = "none" if one.smallest_effect is None else format_quantity(one.smallest_effect)
        money = "" if one.year_minor is None else f", {_money(one.year_minor, found.currency)} {once}"
        lines.append(f"  {_after(one)}: {size}{money}")
    return lines


def _sentence(found: LineVisibility) -> str:
    if found.case_year_minor is None or found.expected_effect is None:
        return "No promise in money is held against it."
    once = "" if found.is_once else " a year"
    amount = _money(abs(found.case_year_minor), found.currency)
    verb = "promises" if found.case_year_minor > 0 else "expects to lose"
    promise = f"The case {verb} {amount}{once}"
    if found.visible_from is None:
        return f"{promise}; this KPI could not show it by itself at any horizon looked at."
    shown = next(one for one in found.benefits if one.period == found.visible_from)
    least = _money(shown.year_minor or 0, found.currency)
    return f"{promise}; {format_once_in(found.visible_from)}, this KPI can show {least}{once} or more."


def _after(one: VisibleBenefit) -> str:
    return f"after {one.n_periods} periods (the last from {one.period})"


def _money(minor: int, currency: str) -> str:
    return format_money(to_major(minor, currency), currency)


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is nothing to print")
