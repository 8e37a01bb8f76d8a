"""Sharing rules: who has signed, who is missing, and the fields to propose, sign or refuse one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.components.attributes import attributes
from dashboard.components.cards import card, pill
from dashboard.components.downloads import button
from dashboard.components.fields import choice_field, date_field, text_field
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.components.tables import Cell, Column, TableData, data_table
from dashboard.format import format_date
from models.domain.sharing import ShareRule, SharingState, SignedAs, SubjectKind
from models.queries.overlaps import OverlapsView, RuleView, place_of_subject, subject_of

_STATES = {
    SharingState.PROPOSED: ("waits for signatures", "provisional"),
    SharingState.IN_FORCE: ("in force", "strong"),
    SharingState.REFUSED: ("refused", ""),
}


def rules_card(view: OverlapsView, *, download: Component | None = None) -> Component:
    """Return every rule with its signatures, those that are missing, and what this person may do about it."""
    actions = [download] if download is not None else []
    if not view.rules:
        text = "Finance and an owner of every initiative sign a rule; until then the rows stay unshared."
        return card(empty_state("No rule has been proposed", text), title="Sharing rules", actions=actions)
    heads = [Column(name) for name in ("Rule", "What it shares", "State", "Signed", "Missing", "Decision")]
    rows: list[list[Cell]] = [
        [
            f"{rule.id}",
            html.Div(
                [
                    html.Div(rule.title),
                    html.Div(
                        f"{rule.rule} from {format_date(rule.valid_from_on)}, proposed by {rule.proposed_by}: "
                        f"{rule.reason}",
                        className="muted",
                    ),
                ]
            ),
            pill(_STATES[rule.state][0], tone=_STATES[rule.state][1]),
            _signed(rule),
            ", ".join(rule.missing) if rule.state is SharingState.PROPOSED and rule.missing else "-",
            _decisions(rule),
        ]
        for rule in view.rules
    ]
    parts: list[Component] = [data_table(TableData("Sharing rules", heads, rows), name="listing-wide")]
    if any(rule.my_sides for rule in view.rules):
        parts.append(text_field("sharing-refusal", "Reason, where you refuse a rule"))
    waiting = sum(rule.state is SharingState.PROPOSED for rule in view.rules)
    title = f"{waiting} sharing rule{' waits' if waiting == 1 else 's wait'} for signatures" if waiting else None
    return card(
        parts,
        title=title or "Every sharing rule is decided",
        subtitle="In force once finance and an owner of every initiative have signed; the one signed last replaces "
        "an earlier one from its day",
        actions=actions,
    )


def _signed(rule: RuleView) -> Component | str:
    if not rule.signatures:
        return "-"
    return html.Ul(
        [
            html.Li(
                f"{each.side}{f', {each.person}' if each.person else ''}"
                f"{'' if each.is_agreed else f' refused: {each.reason}'} ({format_date(each.signed_at.date())})"
            )
            for each in rule.signatures
        ],
        className="plain",
    )


def _decisions(rule: RuleView) -> Component | str:
    if not rule.my_sides:
        return "-"
    buttons = []
    for side, initiative in rule.my_sides:
        who = "for finance" if side is SignedAs.FINANCE else f"for {initiative}"
        if side is not SignedAs.FINANCE or rule.may_sign_as_finance:
            buttons.append(_button("Sign", "sign", rule, side, initiative, who))
        buttons.append(_button("Refuse", "refuse", rule, side, initiative, who))
    return html.Div(buttons, className="button-row")


def _button(text: str, verb: str, rule: RuleView, side: SignedAs, initiative: str, who: str) -> Component:
    return html.Button(
        f"{text} {who}",
        id={"type": f"sharing-{verb}", "rule": rule.id, "side": side.value, "initiative": initiative},
        className="button",
        type="button",
        n_clicks=0,
        **attributes({"aria-label": f"{text} rule {rule.id} {who}"}),
    )


def propose_card(view: OverlapsView, reading: Reading) -> Component | None:
    """Return the fields to propose a rule; None where there is nothing to propose or the person may not."""
    subjects = open_subjects(view, reading)
    if not view.may_propose or not subjects:
        return None
    fields = html.Div(
        [
            choice_field("sharing-subject", "What is shared", subjects, value=subjects[0][0]),
            choice_field(
                "sharing-rule", "By what", [(rule.value, rule.label) for rule in ShareRule], value=ShareRule.EQUAL
            ),
            date_field("sharing-from", "Valid from", value=_first_day(view).isoformat()),
            text_field("sharing-reason", "Why it is fair"),
            button("Propose", "sharing-propose", is_primary=True),
        ],
        className="fields",
    )
    return card(
        fields,
        title="Propose a sharing rule",
        subtitle="By usage needs posted drivers (purpose joint_effect), by cases an approved case of each initiative",
    )


def _first_day(view: OverlapsView) -> date:
    """Return from which day a rule is proposed unless somebody says otherwise: the first that it could share."""
    starts = [posting.start_on for joint in view.joints for posting in joint.postings]
    return min(starts, default=view.context.as_of.replace(month=1, day=1))


def open_subjects(view: OverlapsView, reading: Reading) -> Sequence[tuple[str, str]]:
    """Return what a rule can be proposed about: (key, words), without what waits for signatures already."""
    found = [(joint.key, joint.name) for joint in view.joints if joint.why_not is None]
    found += [
        (subject_of(row), place_of_subject(subject_of(row), reading.lines))
        for row in view.unshared
        if not any(key in {joint.key for joint in view.joints} for key in row.initiatives)
    ]
    known = {key for key, _ in found}
    found += [
        (rule.subject, rule.title)
        for rule in view.rules
        if rule.subject_kind is SubjectKind.LEDGER_LINE and rule.subject and rule.subject not in known
    ]
    waiting = view.waiting
    return [pair for pair in dict(found).items() if pair[0] not in waiting]
