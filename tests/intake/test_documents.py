"""The generated documents are current, and contracts and fact tables say the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.catalogue import CATALOGUE
from ingest.contracts import ColumnType, contract_of
from ingest.documents import describe_contracts, describe_findings, write_documents
from models.domain.extract import ExtractKind
from models.store.tables import FACT_TABLES

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", ["contracts.md", "findings.md", "datapackage.json"])
def test_documents_are_current(name: str, tmp_path: Path) -> None:
    write_documents(tmp_path)
    assert (DOCS / name).read_text(encoding="utf-8") == (tmp_path / name).read_text(encoding="utf-8"), (
        "run python -m ingest.documents"
    )


def test_every_code_and_column_is_documented() -> None:
    findings, contracts = describe_findings(), describe_contracts()
    assert all(f"| {code} |" in findings for code in CATALOGUE)
    for kind in ExtractKind:
        assert f"\n## {kind.value}\n" in contracts
        for spec in contract_of(kind).columns:
            assert f"`{spec.name}`" in contracts
            assert spec.description.endswith((".", ")."))


def test_the_package_names_the_key_of_every_table() -> None:
    package = json.loads((DOCS / "datapackage.json").read_text(encoding="utf-8"))
    keys = {
        resource["path"].removesuffix(".csv"): resource["schema"]["primaryKey"] for resource in package["resources"]
    }
    assert keys == {kind.value: list(contract_of(kind).key_names) for kind in ExtractKind}


@pytest.mark.parametrize("kind", list(ExtractKind))
def test_contract_and_fact_table_agree(kind: ExtractKind) -> None:
    contract, fact = contract_of(kind), FACT_TABLES[kind]
    specs = {spec.name: spec for spec in contract.columns if spec.name != "retract"}
    stored = {column.name: column for column in fact.columns}
    assert specs.keys() == stored.keys()
    assert set(contract.key_names) == {column.name for column in fact.key_columns}
    same_type = {
        ColumnType.DECIMAL: "decimal",
        ColumnType.MONEY: "money",
        ColumnType.INT: "int",
        ColumnType.BOOL: "bool",
        ColumnType.DATE: "date",
        ColumnType.FISCAL_PERIOD: "period",
        ColumnType.KPI_PERIOD: "period",
    }
    for name, spec in specs.items():
        if spec.type in same_type:
            assert stored[name].type == same_type[spec.type], name
        else:
            assert stored[name].type in {"key", "text", "enum"}, name
        # What a file must hold the table needs; what a file may leave out the table does without, or keeps as ''.
        is_open = stored[name].is_optional or (spec.is_key and spec.type is ColumnType.KEY)
        assert spec.is_required or is_open, name
        assert not (spec.is_required and stored[name].is_optional), name
