"""Findings of spend: files after the FOCUS specification, their invoices, and whose charges they are."""

from __future__ import annotations

from ingest.catalogue.entry import Entry
from models.domain.extract import Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

ENTRIES = (
    Entry(
        "FOCUS-001",
        _ERROR,
        "Mandatory columns missing",
        "a FOCUS cost and usage file without {found}",
        "the {allowed} mandatory columns of version 1.2 stand in every file, also where they are empty",
        "Export it again with all mandatory columns; the provider's own cost report has other names.",
    ),
    Entry(
        "FOCUS-002",
        _NOTE,
        "Columns outside the specification",
        "left out: {found}",
        "columns are those of FOCUS 1.0 to 1.4, or custom ones that begin with x_",
        "Nothing needs to be done; custom columns are kept if their names begin with x_.",
    ),
    Entry(
        "FOCUS-003",
        _ERROR,
        "Not a date-time in UTC",
        "the cell holds '{text}'",
        "date-times are written in ISO 8601 and UTC, as 2026-01-01T00:00:00Z; ends are exclusive",
        "Export date-times as the specification has them; another time zone would move charges to another month.",
    ),
    Entry(
        "FOCUS-004",
        _ERROR,
        "Tags are no JSON object",
        "the cell holds '{text}'",
        "tags are one JSON object: names in quotes, each with its value",
        "Export the column Tags as JSON; charges are mapped to initiatives by it.",
    ),
    Entry(
        "FOCUS-005",
        _WARNING,
        "Empty or filled against the specification",
        "the cell is {found}",
        "{column} is {allowed}",
        "Ask the provider; the amounts are read all the same.",
    ),
    Entry(
        "FOCUS-006",
        _WARNING,
        "Service category outside the specification",
        "the cell holds '{text}'",
        "a service category is one of: {allowed}",
        "Ask the provider; the charge counts as cloud cost.",
    ),
    Entry(
        "FOCUS-007",
        _NOTE,
        "Decimals cut",
        "'{text}' has more than 24 decimals",
        "24 decimals are kept",
        "Nothing needs to be done; what is cut is less than any currency can pay.",
    ),
    Entry(
        "SPEND-001",
        _WARNING,
        "Charge of an initiative that is not known",
        "x_InitiativeId says '{text}'",
        "it names an initiative that is posted",
        "Correct the tagging at the provider, or send {allowed} first; until then a mapping decides, or it waits to be "
        "claimed.",
    ),
    Entry(
        "SPEND-002",
        _WARNING,
        "Charges differ from their invoice",
        "billed cost of invoice {text} sums to {found}",
        "its total is {allowed}: difference {other}",
        "Send the charges or the invoice that are missing; a partial file of an open month differs until it is closed.",
    ),
    Entry(
        "SPEND-003",
        _WARNING,
        "Invoice booked as cost and sent as charges",
        "invoice {text} stands in {found} rows of {other}",
        "an invoice counts once: the cost rows count, its charges do not",
        "Retract the cost rows to count its charges by initiative and month, or leave it so.",
    ),
    Entry(
        "SPEND-004",
        _WARNING,
        "Posted charges that the file does not hold",
        "{found} posted charges of account {text}, {other}, fall on days of this file and are not in it",
        "what is posted stays until it is retracted; a file holds all charges of its days",
        "If the provider withdrew them, retract them by provider and charge; if the file is a part, send it whole.",
    ),
    Entry(
        "SPEND-005",
        _NOTE,
        "Charges of no initiative",
        "charges without an initiative: {found}, {other}",
        "charges belong to initiatives by x_InitiativeId or by spend_mappings",
        "They wait on the page AI spend to be claimed.",
    ),
)
