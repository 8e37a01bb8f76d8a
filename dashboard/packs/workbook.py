"""The workbook: inputs, formulas over them, control and lineage, in one file that a spreadsheet recalculates."""

from __future__ import annotations

from typing import IO

from dashboard.components.portfolio_words import footer_text
from dashboard.format import format_date, format_words
from dashboard.packs.cells import Book, Sheet, open_book, write_sheet
from dashboard.packs.clean import clean_text
from dashboard.packs.content import PackContent
from dashboard.packs.numbers import build_board_sheet
from dashboard.packs.sheet_control import NAME, build_control
from dashboard.packs.sheet_lineage import build_lineage
from dashboard.packs.slides import plan_slides
from dashboard.packs.workbook_sheets import Sheets, build_sheets

#: A longer property is left out whole.
_LONGEST_PROPERTY = 255


def write_workbook(content: PackContent, target: IO[bytes]) -> None:
    """Write the workbook of a pack to a file that is open for writing."""
    sheets = build_sheets(content)
    footer = pack_footer(content)
    book = open_book(target, content.currency)
    _describe(book, content, footer)
    for sheet in _in_order(content, sheets):
        write_sheet(book, sheet, footer)
    for name, where in sheets.summary.names.items():
        book.workbook.define_name(name, where)
    book.workbook.define_name(NAME, "=Control!$B$6")
    book.workbook.close()


def _in_order(content: PackContent, sheets: Sheets) -> list[Sheet]:
    ledger, sources = sheets.ledger, sheets.sources
    found = [
        sheets.summary.sheet,
        sheets.initiatives,
        sheets.not_measured,
        sheets.bridges.sums if sheets.bridges is not None else None,
        sheets.bridges.causes if sheets.bridges is not None else None,
        ledger.entries,
        ledger.unshared,
        ledger.over_claims,
        ledger.cells,
        ledger.held,
        sheets.inputs.postings,
        sheets.inputs.costs,
        sheets.inputs.claims,
        sheets.inputs.case,
        sources.views,
        sources.owners,
        sources.true_ups,
        sheets.economics if sheets.economics.rows else None,
        sheets.prices if sheets.prices.rows else None,
        sheets.estimates,
        build_control(content, sheets),
        build_board_sheet(content, [slide.said for slide in plan_slides(content, sheets)]),
        build_lineage(content, sources),
    ]
    return [sheet for sheet in found if sheet is not None]


def pack_footer(content: PackContent) -> str:
    """Return what stands under every sheet and slide: dates, lock, currency, rates, filters and scope."""
    context = content.context
    parts = [
        f"as of {format_date(context.as_of)} ({context.as_of_period}, {content.period_words})",
        f"as known on {format_date(context.as_known_on)}",
        f"{context.currency}, {format_words(context.rate_set)} rates",
        f"filters: {content.filters}",
        f"scope: {content.scope}",
        "provisional" if context.is_provisional or context.is_policy_provisional else "",
    ]
    return " · ".join(part for part in parts if part)


def _describe(book: Book, content: PackContent, footer: str) -> None:
    """Put what the file is into its properties."""
    context = content.context
    book.workbook.set_properties(
        {
            "title": _property(content.title),
            "subject": _property(footer),
            "author": _property(content.person_name),
            "company": "",
            "category": "Tieout workbook",
            "comments": footer_text(context, "the publication named here"),
            "created": content.made_at.replace(tzinfo=None),
        }
    )
    custom = {
        "As of": context.as_of.isoformat(),
        "As known on": context.as_known_on.isoformat(),
        "Period state": content.period_words,
        "Currency": context.currency,
        "Rate set": context.rate_set,
        "Policy version": str(context.policy_version),
        "Publication": str(context.load_seq),
        "Filters": content.filters,
        "Scope": content.scope,
        "Permissions": content.role,
    }
    for name, value in custom.items():
        book.workbook.set_custom_property(name, _property(value), "text")


def _property(text: str) -> str:
    """Return as much of a text as a property may hold; beyond the first plane a character counts twice."""
    kept = clean_text(text)[:_LONGEST_PROPERTY]
    while len(kept.encode("utf-16-le")) > 2 * _LONGEST_PROPERTY:
        kept = kept[:-1]
    return kept
