"""Findings of workbooks and Parquet files."""

from __future__ import annotations

from ingest.catalogue.entry import Entry
from models.domain.extract import Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

ENTRIES = (
    Entry(
        "BOOK-001",
        _ERROR,
        "Damaged workbook",
        "the archive cannot be opened: {found}",
        "a complete XLSX workbook is needed",
        "Open it in a spreadsheet, save it again and send that.",
    ),
    Entry(
        "BOOK-002",
        _ERROR,
        "Archive out of proportion",
        "{found}",
        "a workbook's archive holds at most {allowed}",
        "Save the workbook again from a spreadsheet; if it is as large as that, send Parquet or CSV.",
    ),
    Entry(
        "BOOK-003",
        _ERROR,
        "Password or old format",
        "the file is {found}",
        "an unprotected XLSX workbook is read",
        "Remove the password, or save it as XLSX.",
    ),
    Entry(
        "BOOK-004",
        _ERROR,
        "Macros",
        "the workbook carries macros",
        "workbooks without macros are read",
        "Save it as XLSX, which leaves macros out.",
    ),
    Entry(
        "BOOK-005",
        _ERROR,
        "Cell far outside the table",
        "{found}",
        "a sheet spans at most {allowed}",
        "Delete the stray cell (go to the last cell of the sheet) and save again.",
    ),
    Entry(
        "BOOK-006",
        _ERROR,
        "Error value in a cell",
        "the cell shows {found}",
        "cells hold values",
        "Correct the formula, or paste the value.",
    ),
    Entry(
        "BOOK-007",
        _ERROR,
        "Formula without a value",
        "the cell holds a formula that was never calculated",
        "formulas carry their calculated value",
        "Open the workbook in a spreadsheet, let it calculate, save it, and send that.",
    ),
    Entry(
        "BOOK-008",
        _ERROR,
        "Merged cells",
        "cells {found} are merged",
        "each cell of the table stands alone",
        "Unmerge them and fill each cell.",
    ),
    Entry(
        "BOOK-009",
        _ERROR,
        "Sheet without a contract",
        "no contract is called '{found}'",
        "visible sheets are named after contracts: {allowed}",
        "Rename the sheet, or hide or delete it if it is not data.",
    ),
    Entry(
        "BOOK-010",
        _NOTE,
        "Hidden sheet not read",
        "the sheet '{found}' is hidden",
        "visible sheets are read",
        "Unhide it if it is meant to be read.",
    ),
    Entry(
        "BOOK-011",
        _ERROR,
        "Reading was stopped",
        "reading the file {found}",
        "a file is read within {allowed}",
        "Save it again from a spreadsheet, or send it as CSV.",
    ),
    Entry(
        "BOOK-012",
        _ERROR,
        "Document type in a workbook",
        "{found} declares a document type or entities",
        "the parts of a workbook are plain XML",
        "Save the workbook again from a spreadsheet.",
    ),
    Entry(
        "PARQ-001",
        _ERROR,
        "Damaged Parquet file",
        "the file cannot be opened: {found}",
        "a complete Parquet file is needed",
        "Write it again.",
    ),
    Entry(
        "PARQ-002",
        _ERROR,
        "Column of an unreadable type",
        "the column is of type {found}",
        "text, numbers, decimals, dates and booleans are read",
        "Write the column as text.",
    ),
)
