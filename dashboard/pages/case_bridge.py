"""What changed from one approved version of a case to another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dash.development.base_component import Component

from dashboard.components.bridge_charts import versions_card
from dashboard.components.bridge_tables import pairs_card
from dashboard.components.bridge_words import versions_title
from dashboard.components.cards import Crumb, page_head, stack
from dashboard.components.downloads import download_link
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import empty_state
from dashboard.context import current_person, current_store, known_on_of, read_number
from dashboard.ids import CASE_BRIDGE, INITIATIVES, bridge_path, export_path, initiative_path
from dashboard.page import Export, ExportTable, Page
from dashboard.pages.bridge import exported_steps
from models.domain.errors import NotFoundError
from models.domain.money import to_major
from models.domain.people import Permission, Person
from models.queries.bridges import CaseBridgeView, case_bridge, initiative_bridge
from models.store.unit_of_work import read

COLUMNS = ("initiative", "from_version", "to_version", "step", "key", "name", "amount", "currency", "as_known_on")


def draw_case_bridge(key: str, **filters: str) -> Component:
    """Return the bridge between the versions that the address names, the last two without them."""
    person, known_on = current_person(), known_on_of(filters)
    with read(current_store()) as session:
        found = initiative_bridge(session, person, key, known_on=known_on)
        versions = _chosen_versions(found.versions, filters)
        if versions is None:
            return _nothing_to_compare(found.name, key, known_on)
        view = case_bridge(session, person, key, *versions, known_on=known_on)
    return render_case_bridge(view, known_on=known_on, may_open_ledger=person.may(Permission.VIEW_LEDGER))


def _chosen_versions(versions: tuple[int, ...], query: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the versions that an address names; without one the last, and the one before the later of both."""
    chosen = {name: read_number(text, "a version") for name in ("from", "to") if (text := query.get(name, ""))}
    to = chosen.get("to", versions[-1] if versions else 0)
    earlier = [version for version in versions if version < to]
    start = chosen.get("from", earlier[-1] if earlier else 0)
    return (start, to) if start else None


def render_case_bridge(view: CaseBridgeView, *, known_on: date | None, may_open_ledger: bool) -> Component:
    """Return the page."""
    reading = Reading(view.context, known_on, may_open_ledger, names={view.initiative: view.name}, lines={})
    return stack(
        page_head(
            versions_title(view.bridge, view.from_version, view.to_version, reading.currency),
            f"{view.name} · promised benefit of cashable classes, each version to its own horizon",
            crumbs=_crumbs(view.name, view.initiative, known_on),
            actions=[download_link("CSV", export_path("case-bridge", known_on=known_on, **_address_of(view)))],
        ),
        versions_card(view, reading),
        pairs_card(view, known_on),
    )


def _crumbs(name: str, key: str, known_on: date | None) -> list[Crumb]:
    return [Crumb(name, initiative_path(key, known_on)), Crumb("Bridge", bridge_path(key, known_on=known_on))]


def _nothing_to_compare(name: str, key: str, known_on: date | None) -> Component:
    return stack(
        page_head(f"The case of {name} has a single version", crumbs=_crumbs(name, key, known_on)),
        empty_state("Nothing to compare yet", "A further version comes with the approved cases extract."),
    )


def _address_of(view: CaseBridgeView) -> dict[str, str]:
    return {"initiative": view.initiative, "from": str(view.from_version), "to": str(view.to_version)}


def export_case_bridge(person: Person, query: Mapping[str, str]) -> ExportTable:
    """Return every contribution to every step between two versions, with all digits."""
    known_on, initiative = known_on_of(query), query.get("initiative", "")
    with read(current_store()) as session:
        found = initiative_bridge(session, person, initiative, known_on=known_on)
        versions = _chosen_versions(found.versions, query)
        if versions is None:
            raise NotFoundError(f"the case of {initiative} has a single version")
        view = case_bridge(session, person, initiative, *versions, known_on=known_on)
    names, context = dict(view.names), view.context
    rows = [
        [
            initiative,
            view.from_version,
            view.to_version,
            step,
            key,
            names.get(key, key),
            to_major(amount, context.currency),
            context.currency,
            context.as_known_on,
        ]
        for step, key, amount in exported_steps(view.bridge)
    ]
    return ExportTable(f"tieout-case-bridge-{initiative}-{view.from_version}-{view.to_version}", COLUMNS, rows)


PAGE = Page(
    f"{INITIATIVES}/<key>{CASE_BRIDGE}",
    "Versions of a case",
    Permission.VIEW_INITIATIVE,
    draw_case_bridge,
    exports=(Export("case-bridge", Permission.VIEW_INITIATIVE, export_case_bridge),),
)
