"""Commands about what initiatives share: overlaps list, propose, sign, refuse, remove."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click

from dashboard.cli.context import acting_person, as_person, format_option, present, says_errors, store_of_process
from models.actions.sharing import propose_sharing_rule, refuse_sharing_rule, sign_sharing_rule
from models.domain.errors import NotFoundError
from models.domain.people import OPERATOR, Person, Role
from models.domain.sharing import ShareRule, SharingState, SignedAs, SubjectKind
from models.queries.overlaps import overlaps_view, removal_view
from models.queries.sharing_report import overlaps_document, removal_document
from models.store.engine import Store
from models.store.unit_of_work import read

_EVERYTHING = Person(OPERATOR, "Operator", Role.AUDITOR)
_RULES = click.Choice([rule.value for rule in ShareRule])
_known_on = click.option(
    "--as-known-on", type=click.DateTime(["%Y-%m-%d"]), help="Read what was known at the end of that day."
)
_for_initiative = click.option(
    "--for", "initiative", default="", help="The initiative for which an owner signs; without it, finance."
)


@click.group(invoke_without_command=True)
@click.option("--as", "person_key", envvar="TIEOUT_PERSON", help="Whose view; without it everything is shown.")
@_known_on
@format_option
@click.pass_context
@says_errors
def overlaps(context: click.Context, person_key: str | None, as_known_on: datetime | None, output_format: str) -> None:
    """List what initiatives share until a rule is signed, the rules, and allocated platform cost."""
    if context.invoked_subcommand is not None:
        return
    store = store_of_process()
    with read(store) as session:
        view = overlaps_view(session, _reader(store, person_key), known_on=_day(as_known_on))
    if view is None:
        raise NotFoundError("nothing has been valued yet; post extracts, then run tieout estimate and tieout value")
    document = overlaps_document(view)
    click.echo(json.dumps(document, indent=2, ensure_ascii=False) if output_format == "json" else _text(document))


def _reader(store: Store, person_key: str | None) -> Person:
    return acting_person(store, person_key) if person_key else _EVERYTHING


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None


def _text(document: dict[str, Any]) -> str:
    currency, lines = document["currency"], [f"as of {document['as_of']}, {document['scope']}"]
    for joint in document["joint_effects"]:
        amount = "no figure" if joint["measured"] is None else f"{currency} {joint['unshared']} of {joint['measured']}"
        lines.append(f"joint effect\t{joint['subject']}\t{amount} unshared\t{', '.join(joint['initiatives'])}")
    lines += [
        f"short line\t{row['subject']}\t{currency} {row['supported']} of {row['entries']} supported\t"
        f"{', '.join(row['initiatives'])}"
        for row in document["short_lines"]
    ]
    for rule in document["rules"]:
        missing = f"\tmissing: {', '.join(rule['missing'])}" if rule["state"] == SharingState.PROPOSED.value else ""
        lines.append(
            f"rule {rule['rule']}\t{rule['title']}\t{rule['by']} from {rule['valid_from']}\t{rule['state']}{missing}"
        )
    totals: dict[tuple[str, str], list[str]] = {}
    for cost in document["allocated_cost"]:
        totals.setdefault((cost["platform"], cost["initiative"]), []).append(cost["amount"])
    lines += [
        f"platform cost\t{platform or 'not in scope'}\tborne by {initiative or 'not in scope'} in {len(amounts)} rows"
        for (platform, initiative), amounts in sorted(totals.items())
    ]
    return "\n".join(lines)


@overlaps.command()
@click.argument("subject")
@click.option("--rule", "by_what", type=_RULES, required=True, help="By what it is shared.")
@click.option("--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day of the rule.")
@click.option("--reason", required=True, help="Why it is fair.")
@as_person
@says_errors
def propose(subject: str, by_what: str, valid_from: datetime, reason: str, person_key: str) -> None:
    """Propose how SUBJECT (a joint effect or a short line, as listed) is shared."""
    store = store_of_process()
    kind = SubjectKind.LEDGER_LINE if subject.startswith("ledger:") else SubjectKind.JOINT_EFFECT
    number = propose_sharing_rule(
        store,
        subject_kind=kind,
        subject=subject,
        rule=ShareRule(by_what),
        valid_from_on=valid_from.date(),
        reason=reason,
        by=acting_person(store, person_key),
        now=present(),
    )
    click.echo(f"Rule {number} is proposed; finance and an owner of every initiative sign it.")


@overlaps.command()
@click.argument("rule", type=int)
@_for_initiative
@as_person
@says_errors
def sign(rule: int, initiative: str, person_key: str) -> None:
    """Sign RULE for finance, or for an initiative as its owner."""
    store = store_of_process()
    side = SignedAs.OWNER if initiative else SignedAs.FINANCE
    outcome = sign_sharing_rule(
        store, rule, signed_as=side, initiative=initiative, by=acting_person(store, person_key), now=present()
    )
    is_done = outcome.state is SharingState.IN_FORCE
    click.echo(f"Rule {rule} is {'in force' if is_done else f'signed; {len(outcome.missing)} more to sign'}.")


@overlaps.command()
@click.argument("rule", type=int)
@click.option("--reason", required=True, help="Why it is refused.")
@_for_initiative
@as_person
@says_errors
def refuse(rule: int, reason: str, initiative: str, person_key: str) -> None:
    """Refuse RULE for finance, or for an initiative as its owner."""
    store = store_of_process()
    side = SignedAs.OWNER if initiative else SignedAs.FINANCE
    by = acting_person(store, person_key)
    refuse_sharing_rule(store, rule, signed_as=side, initiative=initiative, reason=reason, by=by, now=present())
    click.echo(f"Rule {rule} is refused.")


@overlaps.command()
@click.argument("initiative")
@click.option("--as", "person_key", envvar="TIEOUT_PERSON", help="Whose view; it has to be of the whole portfolio.")
@_known_on
@format_option
@says_errors
def remove(initiative: str, person_key: str | None, as_known_on: datetime | None, output_format: str) -> None:
    """Show the bridge from the portfolio's net to its net without INITIATIVE; nothing is changed."""
    store, known_on = store_of_process(), _day(as_known_on)
    reader = _reader(store, person_key)
    with read(store) as session:
        bridge = removal_view(session, reader, initiative, known_on=known_on)
        view = overlaps_view(session, reader, known_on=known_on)
    document = removal_document(bridge, view.context.currency if view is not None else "")
    if output_format == "json":
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    click.echo(f"net with {initiative}\t{document['with']}")
    for step in document["steps"]:
        click.echo(f"{step['step']}\t{step['amount']}")
    click.echo(f"net without {initiative}\t{document['without']}")
