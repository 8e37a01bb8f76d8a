"""Documentation made from the contracts and the catalogue: `python -m ingest.documents [FOLDER]`.

Writes `contracts.md`, `findings.md` and `datapackage.json` (a Data Package descriptor, version 2).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from ingest.catalogue import CATALOGUE, Entry
from ingest.contracts import ColumnSpec, ColumnType, Contract, contract_of
from models.domain.extract import ExtractKind

_INTRODUCTION = """# Data contracts

These are the tables that Tieout reads, made from the contracts in `ingest.contracts` by `python -m
ingest.documents`.

- **Formats.** CSV (comma, semicolon or tab; UTF-8, or UTF-16 with its mark), XLSX (one sheet per contract,
  named after it; or one sheet and the kind given) and Parquet. A CSV or Parquet file is named after its
  contract (`kpi_observations_2026-09.csv`), or the kind is given with it.
- **Columns** stand in any order and are known by name. A column that is not listed is a finding; nothing is
  dropped silently. The column `_findings` alone is left out on reading: the download of bad rows carries its
  reasons there.
- **Numbers** are digits with an optional minus and a decimal point, without grouping: `-1234.50`. **Dates** are
  year-month-day: `2026-10-05`. **Flags** are yes or no. **Keys** are text and kept exactly: `0012` keeps its
  zeros, `NA` is a key like any other. **Money** is in major units beside its currency, with no more decimals
  than the currency has.
- **Fiscal periods** are written `FY26-P03`, or as the month `2026-03` where fiscal periods are calendar months.
  **Periods of KPIs** follow the KPI's frequency: day `2026-10-05`, week `2026-W41` (by its first day, a Sunday,
  where the weeks of the fiscal calendar start on one), four weeks by their first day, month `2026-10`, quarter
  `2026-Q4`, year `2026`. In a workbook a date that is the first day of a period stands for it, because
  spreadsheets turn a typed month into one.
- **A number of a workbook** is read as the shortest decimal that denotes it. Spreadsheets keep 15 digits:
  longer keys must be text.
- **retract** = yes withdraws the posted row of the key; the other columns may then be empty. Absence from a
  later file never withdraws anything.
- **Control totals** stand in a sheet `Control`, or in `<file>.control.csv` beside the file: columns `part`,
  `item`, `value`; items `rows`, `sum:<column>`, `source_report`, `parameters`, `run_at`. What was read must
  agree with them.

Columns marked * make up the key of a row; the others say something about it. Columns marked ? may be absent or
empty.
"""

_FINDINGS_INTRODUCTION = """# Findings

Each problem of a file is a finding with a stable code, made from `ingest.catalogue` by `python -m
ingest.documents`. An **error** keeps the whole file from being posted, a **warning** asks for a look, a
**note** informs. Words in braces are filled in for the case. `sample_data/broken` holds a file for each code.
"""

_TITLES = {
    "FILE": "Files",
    "HEAD": "Headers",
    "LINE": "Lines",
    "CTRL": "Control totals",
    "BOOK": "Workbooks",
    "PARQ": "Parquet files",
    "CELL": "Cells",
    "KEY": "Keys",
    "REF": "References",
    "DATE": "Dates",
    "KPI": "Observations",
    "POL": "Policies",
    "BEN": "Benefit lines",
    "CASE": "Approved cases",
    "COST": "Costs",
    "CUR": "Currencies",
    "FX": "Exchange rates",
    "MAP": "Account map",
    "FOCUS": "FOCUS cost and usage files",
    "SPEND": "AI spend",
    "CLOSE": "Closed periods",
}


def describe_contracts() -> str:
    """Return the page of contracts."""
    return "\n".join([_INTRODUCTION, *(_describe_contract(contract_of(kind)) for kind in ExtractKind)])


def _describe_contract(contract: Contract) -> str:
    lines = [f"## {contract.kind.value}", "", contract.description, "", "| column | type | meaning |", "|---|---|---|"]
    lines += [f"| {_mark(spec)} | {_type_words(spec)} | {spec.description} |" for spec in contract.columns]
    return "\n".join([*lines, ""])


def _mark(spec: ColumnSpec) -> str:
    return f"`{spec.name}`{' *' if spec.is_key else ''}{'' if spec.is_required else ' ?'}"


def _type_words(spec: ColumnSpec) -> str:
    words = spec.type.value if spec.type is not ColumnType.ENUM else "one of " + ", ".join(spec.allowed)
    if spec.refers_to:
        words += f" of [{spec.refers_to}](#{spec.refers_to})"
    return f"{words}, {spec.bounds}" if spec.bounds else words


def describe_findings() -> str:
    """Return the page of findings."""
    parts = [_FINDINGS_INTRODUCTION]
    for prefix, title in _TITLES.items():
        entries = [entry for entry in CATALOGUE.values() if entry.code.split("-")[0] == prefix]
        parts.append(_describe_entries(title, entries))
    return "\n".join(parts)


def _describe_entries(title: str, entries: Iterable[Entry]) -> str:
    head = "| code | severity | title | found | allowed | what to do |"
    lines = [f"## {title}", "", head, "|---|---|---|---|---|---|"]
    for entry in entries:
        cells = (entry.code, entry.severity.value, entry.title, entry.found, entry.allowed, entry.advice)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join([*lines, ""])


_FIELD_TYPES = {
    ColumnType.DATE: "date",
    ColumnType.DECIMAL: "number",
    ColumnType.MONEY: "number",
    ColumnType.INT: "integer",
    ColumnType.BOOL: "boolean",
}


def describe_package() -> dict[str, object]:
    """Return the Data Package descriptor of the contracts."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "tieout-contracts",
        "title": "Tables that Tieout reads",
        "resources": [_describe_resource(contract_of(kind)) for kind in ExtractKind],
    }


def _describe_resource(contract: Contract) -> dict[str, object]:
    return {
        "name": contract.kind.value.replace("_", "-"),
        "description": contract.description,
        "path": f"{contract.kind.value}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
            "fieldsMatch": ["subset"],
            "missingValues": [""],
            "primaryKey": list(contract.key_names),
            "fields": [_describe_field(spec) for spec in contract.columns],
        },
    }


def _describe_field(spec: ColumnSpec) -> dict[str, object]:
    field: dict[str, object] = {
        "name": spec.name,
        "type": _FIELD_TYPES.get(spec.type, "string"),
        "description": spec.description,
    }
    if spec.type is ColumnType.BOOL:
        field.update(trueValues=["yes"], falseValues=["no"])
    constraints: dict[str, object] = {"required": True} if spec.is_required else {}
    if spec.allowed:
        constraints["enum"] = list(spec.allowed)
    return {**field, "constraints": constraints} if constraints else field


def write_documents(folder: Path) -> None:
    """Write the generated documents into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "contracts.md").write_text(describe_contracts(), encoding="utf-8")
    (folder / "findings.md").write_text(describe_findings(), encoding="utf-8")
    package = json.dumps(describe_package(), indent=1, ensure_ascii=False)
    (folder / "datapackage.json").write_text(package + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_documents(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs"))
