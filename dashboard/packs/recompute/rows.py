"""The rows of a pack: panels held against the posted observations, cell by cell, and volumes of drivers."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from models.causal.joint_lines import LinePanel
from models.value.line_effect import Volumes
from models.value.tagged import from_tagged

_NUMBERS = ("value", "numerator", "denominator", "weight")
_Place = tuple[str, str, str]


def read_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a CSV by column."""
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


class Observations:
    """The posted KPI observations of a pack, by their place in the files."""

    def __init__(self, folder: Path) -> None:
        self.by_place: dict[_Place, dict[str, str]] = {}
        for row in read_rows(folder / "facts" / "kpi_observations.csv"):
            self.by_place[row["load_seq"], row["part_no"], row["row_no"]] = row

    def count_known(self, seq: int) -> Counter[str]:
        """Return how many observations of each KPI were known at a number of the sequence."""
        return Counter(row["kpi"] for row in self.by_place.values() if _is_known(row, seq))

    def driver_volumes(self, seq: int) -> dict[str, Volumes]:
        """Return the values of each KPI known at a number of the sequence, by unit and first day."""
        found: dict[str, dict[tuple[str, date], float]] = defaultdict(dict)
        for row in self.by_place.values():
            if _is_known(row, seq) and row["value_float"]:
                found[row["kpi"]][row["unit"], date.fromisoformat(row["start_on"])] = float(row["value_float"])
        return dict(found)


def _is_known(row: Mapping[str, str], seq: int) -> bool:
    is_superseded = bool(row["superseded_by"]) and int(row["superseded_by"]) <= seq
    return int(row["load_seq"]) <= seq and not is_superseded and row["is_retracted"] != "True"


def read_panels(folder: Path) -> dict[str, LinePanel]:
    """Return the panels of a pack by their names."""
    documents = json.loads((folder / "panels.json").read_bytes())
    found = {}
    for name, document in documents.items():
        fields = {field: from_tagged(value) for field, value in document["panel"].items()}
        found[name] = LinePanel(frame=_frame(folder / "panels" / f"{name}.csv"), **fields)
    return found


def _frame(path: Path) -> pd.DataFrame:
    rows = list(read_rows(path))
    with path.open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    frame = pd.DataFrame({"unit": pd.Series([row["unit"] for row in rows], dtype="str")})
    frame["period"] = pd.Series([date.fromisoformat(row["period"]) for row in rows], dtype="object")
    for name in header:
        if name in _NUMBERS:
            frame[name] = np.array([float(row[name]) if row[name] else np.nan for row in rows], dtype=np.float64)
    return frame


def check_panels(folder: Path, observations: Observations) -> tuple[int, list[str]]:
    """Return how many cells of panels are those that were posted, and a sentence for each that is not."""
    documents = json.loads((folder / "panels.json").read_bytes())
    known: dict[int, Counter[str]] = {}
    n_cells, problems = 0, []
    for name, document in documents.items():
        seq, kpi, driver = document["seq"], document["kpi"], document["panel"]["driver_kpi"]
        rows = list(read_rows(folder / "panels" / f"{name}.csv"))
        for row in rows:
            n_cells += 1
            problem = _check_row(row, kpi, driver, observations)
            problems += [f"panels/{name}.csv: {row['unit']}, {row['period']}: {problem}"] if problem else []
        if seq not in known:
            known[seq] = observations.count_known(seq)
        places = {_place(row, "") for row in rows}
        if not len(places) == len(rows) == known[seq][kpi]:
            problems.append(
                f"panels/{name}.csv has {len(places)} places in {len(rows)} rows where {known[seq][kpi]} observations "
                f"of {kpi} were known at {seq}"
            )
    return n_cells, problems


def _place(row: Mapping[str, str], prefix: str) -> _Place:
    return row[f"{prefix}load_seq"], row[f"{prefix}part_no"], row[f"{prefix}row_no"]


def _check_row(row: Mapping[str, str], kpi: str, driver: str | None, observations: Observations) -> str:
    """Say how a row of a panel differs from what was posted; empty where it does not."""
    posted = observations.by_place.get(_place(row, ""))
    if posted is None:
        return "no such row was posted"
    if (posted["kpi"], posted["unit"], posted["start_on"]) != (kpi, row["unit"], row["period"]):
        return f"the posted row is of {posted['kpi']}, {posted['unit']}, {posted['start_on']}"
    expected = _expected(row, posted)
    if driver is not None:
        behind = observations.by_place.get(_place(row, "driver_")) if row["driver_row_no"] else None
        if behind is not None and (behind["kpi"], behind["unit"], behind["start_on"]) != (
            driver,
            row["unit"],
            row["period"],
        ):
            return "its volume is of another row"
        expected["weight"] = _number(behind["value_float"]) if behind is not None else None
    for name, wanted in expected.items():
        if _number(row[name]) != wanted:
            return f"{name} is {row[name] or 'missing'}, posted was {wanted}"
    return ""


def _expected(row: Mapping[str, str], posted: Mapping[str, str]) -> dict[str, float | None]:
    if "numerator" not in row:
        weight = {"weight": _number(posted["count_float"])} if "weight" in row else {}
        return {"value": _number(posted["value_float"]), **weight}
    above, below = _number(posted["numerator_float"]), _number(posted["denominator_float"])
    has_volume = above is not None and below is not None and below > 0
    ratio = above / below if has_volume and above is not None and below is not None else None
    return {"numerator": above, "denominator": below, "value": ratio}


def _number(text: str) -> float | None:
    return float(text) if text else None
