"""Addresses of pages and names of their parts: said once, linked everywhere.

Filters are part of an address, so that a link is a view. `as_known_on` travels along: pass it to `address`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote, urlencode

from models.domain.joint import JOINT_PREFIX

PORTFOLIO = "/"
INITIATIVES = "/initiatives"
LEDGER = "/ledger"
RATES = "/rates"
OVERLAPS = "/overlaps"
BRIDGE = "/bridge"
CASE_BRIDGE = "/case-bridge"
EVIDENCE = "/evidence"
VALIDATION = "/validation"
SPEND = "/spend"
UNIT_ECONOMICS = "/unit-economics"
UPLOADS = "/uploads"
LINEAGE = "/lineage"
AUDIT = "/audit"
PEOPLE = "/people"
MEMBERSHIPS = "/memberships"
PERIODS = "/periods"
POLICY = "/policy"
ACCOUNT = "/account"
SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"

UPLOAD_ROUTE = "/uploads/files"
AS_KNOWN_ON = "as_known_on"


def address(path: str, *, known_on: date | None = None, **filters: str | None) -> str:
    """Return a path with its filters and, where given, the date of knowledge; empty filters are left out."""
    query = {name: value for name, value in filters.items() if value}
    if known_on is not None:
        query[AS_KNOWN_ON] = known_on.isoformat()
    return f"{path}?{urlencode(query)}" if query else path


def _segment(key: str) -> str:
    return quote(key, safe="")


def initiative_path(initiative: str, known_on: date | None = None) -> str:
    """Return the page of an initiative; of what several share until a rule is signed, the overlaps."""
    if initiative.startswith(JOINT_PREFIX):
        return address(OVERLAPS, known_on=known_on)
    return address(f"{INITIATIVES}/{_segment(initiative)}", known_on=known_on)


def bridge_path(initiative: str = "", step: str = "", known_on: date | None = None, **filters: str) -> str:
    """Return the bridge of an initiative, of the portfolio without one, or a step of it with its rows."""
    owner = f"{INITIATIVES}/{_segment(initiative)}" if initiative else ""
    path = f"{owner}{BRIDGE}/{_segment(step)}" if step else f"{owner}{BRIDGE}"
    return address(path, known_on=known_on, **filters)


def case_bridge_path(
    initiative: str, from_version: int | None = None, to_version: int | None = None, known_on: date | None = None
) -> str:
    """Return the bridge between two versions of a case."""
    versions = {"from": str(from_version or ""), "to": str(to_version or "")}
    query = versions | {AS_KNOWN_ON: known_on.isoformat() if known_on else ""}
    return filtered(f"{INITIATIVES}/{_segment(initiative)}{CASE_BRIDGE}", query)


def hours_path(initiative: str, known_on: date | None = None) -> str:
    """Return the page of an initiative that leads from its hours to cash."""
    return address(f"{INITIATIVES}/{_segment(initiative)}/hours", known_on=known_on)


def line_evidence_path(initiative: str, benefit_line: str, *, part: str = "", known_on: date | None = None) -> str:
    """Return the evidence of a benefit line, `part` one of its views; of a joint effect, the overlaps."""
    if initiative.startswith(JOINT_PREFIX):
        return address(OVERLAPS, known_on=known_on)
    path = f"{INITIATIVES}/{_segment(initiative)}{EVIDENCE}/{_segment(benefit_line)}"
    return address(path, known_on=known_on, part=part)


def unit_economics_path(initiative: str, *, price: str = "", known_on: date | None = None) -> str:
    """Return what an outcome of an initiative costs; `price` is a change of the price of AI in percent."""
    return address(f"{INITIATIVES}/{_segment(initiative)}{UNIT_ECONOMICS}", known_on=known_on, price=price)


def ledger_path(pl_line: str, known_on: date | None = None) -> str:
    """Return the page of one P&L line."""
    return address(f"{LEDGER}/{_segment(pl_line)}", known_on=known_on)


def lineage_path(figure: str, *, initiative: str | None = None, known_on: date | None = None) -> str:
    """Return the first page behind a figure: the benefit lines and fiscal periods, or rows, that it sums.

    `figure` is one of `models.queries.lineage.LineageFigure` (claimed, measured, ...); `initiative` narrows it to one.
    """
    return address(LINEAGE, known_on=known_on, figure=figure, initiative=initiative)


def lineage_line_path(benefit_line: str, period: str | None = None, *, known_on: date | None = None) -> str:
    """Return the rows behind a benefit line, in one fiscal period (`FY26-P03`) or in all."""
    return address(f"{LINEAGE}/line/{_segment(benefit_line)}", known_on=known_on, period=period)


def lineage_costs_path(initiative: str, period: str | None = None, *, known_on: date | None = None) -> str:
    """Return the cost rows of an initiative."""
    return address(f"{LINEAGE}/costs/{_segment(initiative)}", known_on=known_on, period=period)


def lineage_claims_path(initiative: str, period: str | None = None, *, known_on: date | None = None) -> str:
    """Return the rows of what owners and vendors claim for an initiative."""
    return address(f"{LINEAGE}/claims/{_segment(initiative)}", known_on=known_on, period=period)


def lineage_case_path(initiative: str, *, known_on: date | None = None) -> str:
    """Return the rows of the approved case of an initiative."""
    return address(f"{LINEAGE}/case/{_segment(initiative)}", known_on=known_on)


def lineage_ledger_path(
    pl_line: str,
    period: str | None = None,
    *,
    known_on: date | None = None,
    entity: str | None = None,
    cost_centre: str | None = None,
) -> str:
    """Return the P&L rows behind a line of the ledger, of an entity and cost centre or of all."""
    place = {"entity": entity, "cost_centre": cost_centre}
    return address(f"{LINEAGE}/ledger/{_segment(pl_line)}", known_on=known_on, period=period, **place)


def extract_path(extract_id: int | str) -> str:
    """Return the page of one extract: findings, what it changes, its decision and history."""
    return f"{UPLOADS}/{_segment(str(extract_id))}"


def extract_row_path(extract_id: int | str, part_no: int, row_no: int) -> str:
    """Return the page that shows one row as it stands in the file."""
    return address(f"{LINEAGE}/row/{_segment(str(extract_id))}", part=str(part_no), row=str(row_no))


def extract_original_path(extract_id: int | str) -> str:
    """Return the download of the file exactly as received."""
    return f"/files/{_segment(str(extract_id))}/original"


def extract_findings_path(extract_id: int | str) -> str:
    """Return the download of an extract's findings as CSV."""
    return f"/files/{_segment(str(extract_id))}/findings.csv"


def extract_bad_rows_path(extract_id: int | str) -> str:
    """Return the download of an extract's bad rows with reasons, to be mended and sent again."""
    return f"/files/{_segment(str(extract_id))}/bad-rows"


def export_path(name: str, *, known_on: date | None = None, **filters: str | None) -> str:
    """Return the download of a registered export."""
    return address(f"/exports/{name}.csv", known_on=known_on, **filters)


def pack_path(kind: str, *, known_on: date | None = None, **filters: str | None) -> str:
    """Return the download of a pack: workbook or board."""
    return address(f"/packs/{kind}", known_on=known_on, **filters)


def grid_rows_path(name: str, *, known_on: date | None = None) -> str:
    """Return the address of the rows of a registered grid."""
    return address(f"/grids/{name}.json", known_on=known_on)


def filtered(path: str, filters: Mapping[str, str | None]) -> str:
    """Return a path with filters whose names are no Python names; empty filters are left out."""
    query = {name: value for name, value in filters.items() if value}
    return f"{path}?{urlencode(query)}" if query else path
