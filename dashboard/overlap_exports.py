"""What leaves the overlaps page: unshared rows and shares, rules with signatures, platform cost."""

from __future__ import annotations

from collections.abc import Mapping

from dashboard.context import current_store, known_on_of
from dashboard.page import Export, ExportTable
from models.domain.money import to_major
from models.domain.people import Permission, Person
from models.queries.overlaps import OverlapsView, overlaps_view
from models.store.unit_of_work import read

SHARE_COLUMNS = (
    "kind",
    "subject",
    "name",
    "initiatives",
    "period",
    "holder",
    "amount",
    "currency",
    "rule",
    "reason",
    "as_of",
    "as_known_on",
    "scope",
)
RULE_COLUMNS = (
    "rule",
    "state",
    "what",
    "by",
    "valid_from_on",
    "reason",
    "proposed_by",
    "proposed_at",
    "signed",
    "missing",
    "scope",
)
COST_COLUMNS = (
    "platform",
    "initiative",
    "period",
    "category",
    "nature",
    "recurrence",
    "treatment",
    "source_reference",
    "driver",
    "quantity",
    "total_quantity",
    "amount",
    "currency",
    "scope",
)


def _view(person: Person, query: Mapping[str, str]) -> OverlapsView | None:
    with read(current_store()) as session:
        return overlaps_view(session, person, known_on=known_on_of(query))


def export_overlaps(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return every unshared row, and each period of a joint effect with who has what of it."""
    view = _view(person, query)
    if view is None:
        return ExportTable("tieout-overlaps", SHARE_COLUMNS, [])
    context = view.context
    end = [context.as_of, context.as_known_on, context.scope]
    rows: list[list[object]] = []
    for joint in view.joints:
        head = ["joint_effect", joint.key, joint.name, "; ".join(joint.initiatives)]
        for posting in joint.postings:
            held = [*((each.initiative, each.amount_minor) for each in posting.shares), ("", posting.unshared_minor)]
            rows += [
                [
                    *head,
                    posting.period,
                    holder or "unshared",
                    to_major(amount, context.currency),
                    context.currency,
                    posting.rule_id,
                    posting.reason,
                    *end,
                ]
                for holder, amount in held
            ]
    for line in view.unshared:
        place = "/".join(part for part in (line.pl_line, line.entity, line.cost_centre) if part)
        head = ["ledger_line", place, view.lines.get(line.pl_line, ""), "; ".join(line.initiatives), line.fiscal_year]
        rows += [
            [*head, holder, to_major(amount, context.currency), context.currency, None, line.reason, *end]
            for holder, amount in (
                ("entries", line.entries_minor),
                ("supported, unshared", line.tied_minor),
                ("short", line.short_minor),
            )
        ]
    return ExportTable(f"tieout-overlaps-{context.as_of.isoformat()}", SHARE_COLUMNS, rows)


def export_rules(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return every sharing rule that the person may know of, with who has signed and who is missing."""
    view = _view(person, query)
    rows = [
        [
            rule.id,
            rule.state.value,
            rule.title,
            rule.rule,
            rule.valid_from_on,
            rule.reason,
            rule.proposed_by,
            rule.proposed_at.isoformat(),
            "; ".join(
                f"{each.side}{'' if each.is_agreed else ' refused'} {each.person}".strip() for each in rule.signatures
            ),
            "; ".join(rule.missing),
            view.context.scope,
        ]
        for rule in (view.rules if view is not None else ())
        if view is not None
    ]
    return ExportTable("tieout-sharing-rules", RULE_COLUMNS, rows)


def export_allocated(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return platform cost by fiscal period, with the driver that gave it to its initiative."""
    view = _view(person, query)
    if view is None:
        return ExportTable("tieout-allocated-cost", COST_COLUMNS, [])
    currency, scope = view.context.currency, view.context.scope
    rows = [
        [
            row.platform or "not in scope",
            row.initiative or "not in scope",
            row.period,
            row.category,
            row.nature,
            row.recurrence,
            row.treatment,
            row.source_reference,
            row.driver,
            row.quantity,
            row.total_quantity,
            to_major(row.amount_minor, currency),
            currency,
            scope,
        ]
        for row in view.allocated
    ]
    return ExportTable(f"tieout-allocated-cost-{view.context.as_of.isoformat()}", COST_COLUMNS, rows)


EXPORTS = (
    Export("overlaps", Permission.VIEW_PORTFOLIO, export_overlaps),
    Export("sharing-rules", Permission.VIEW_PORTFOLIO, export_rules),
    Export("allocated-cost", Permission.VIEW_PORTFOLIO, export_allocated),
)
