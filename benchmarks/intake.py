"""Rows per second of the intake, beside a plain pandas + pandera + to_sql path on the same file in the same run.

Run as `python -m benchmarks.intake [ROWS]` (1,000,000 by default). The plain path has neither exact decimals nor keys,
history, lineage, quarantine or a second person; it reads with pandas, validates with pandera (coerce) and writes with
to_sql.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pyarrow import csv as arrow_csv

from ingest.check import check_parts
from ingest.pipeline import approve_extract, ingest_extract, known_in_store
from models.actions.organisation import init_organisation
from models.actions.people import add_account
from models.domain.extract import ExtractState
from models.domain.people import OPERATOR, Person, Role
from models.store.engine import Store, close_store, open_store

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
UNITS, KPIS = 200, 50
MONTHS_FROM = 1950
REPEATS = 3
#: Of a store that is gone when the run ends.
PASSWORD = "benchmark " * 2


class PlainObservations(pa.DataFrameModel):
    """The plain path's idea of an observation."""

    kpi: str
    unit: str
    period: str = pa.Field(str_matches=r"^\d{4}-\d{2}$")
    value: float

    class Config:
        """As most pipelines are written."""

        coerce = True


def write_observations(path: Path, rows: int) -> None:
    """Write a KPI file of `rows` distinct observations."""
    values = np.random.default_rng(20261005).normal(100.0, 20.0, rows)
    with path.open("w", encoding="utf-8") as file:
        file.write("kpi,unit,period,value\n")
        for at, value in enumerate(values.tolist()):
            month = at // (UNITS * KPIS)
            period = f"{MONTHS_FROM + month // 12}-{month % 12 + 1:02d}"
            file.write(f"kpi_{at % KPIS},U{at // KPIS % UNITS:04d},{period},{value:.4f}\n")


def time_s(work: Callable[[], object]) -> float:
    """Least seconds of a few runs."""
    return min(_time_once(work) for _ in range(REPEATS))


def _time_once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def make_store(folder: Path) -> tuple[Store, Person, Person]:
    """Open a store in which the KPIs and units of the file are posted; return it with an analyst and a controller."""
    store = open_store(f"sqlite:///{folder}/bench.db", folder)
    init_organisation(store, name="Benchmark", time_zone="UTC", now=NOW)
    people = (Person("ana", "Ana", Role.FINANCE_ANALYST), Person("cora", "Cora", Role.CONTROLLER))
    for person in people:
        add_account(store, key=person.key, name=person.name, role=person.role, password=PASSWORD, by=OPERATOR, now=NOW)
    kpis = "".join(f"kpi_{at},K,x,sum,flow,month,lower\n" for at in range(KPIS))
    units = "".join(f"U{at:04d},U,E\n" for at in range(UNITS))
    masters = {
        "kpis.csv": f"kpi,name,unit_of_measure,aggregation,behaviour,frequency,better\n{kpis}",
        "units.csv": f"unit,name,entity\n{units}",
    }
    for name, text in masters.items():
        post(store, text.encode(), name, people)
    return store, *people


def post(store: Store, content: bytes | Path, name: str, people: tuple[Person, Person]) -> None:
    """Send a file as the analyst and approve it as the controller."""
    sent = ingest_extract(store, content, filename=name, person=people[0], now=NOW)
    assert sent.extract_id is not None, sent.message
    done = approve_extract(store, sent.extract_id, person=people[1], now=NOW)
    assert done.state is ExtractState.POSTED, done.message


def check_file(store: Store, path: Path) -> None:
    """Check the file as it stands against the store."""
    with known_in_store(store, NOW) as known:
        checked = check_parts(known, path, "kpi_observations.csv", None)
    assert checked.bad == (0,)


def run_plain(path: Path, folder: Path) -> None:
    """Take the file in the plain way."""
    frame = PlainObservations.validate(pd.read_csv(path), lazy=True)
    target = folder / "plain.db"
    target.unlink(missing_ok=True)
    with sqlite3.connect(target) as connection:
        frame.to_sql("kpi_observations", connection, index=False)


def main(rows: int) -> None:
    """Print the table of one run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "observations.csv"
        write_observations(path, rows)
        store, ana, cora = make_store(folder)
        scan_s = time_s(lambda: arrow_csv.read_csv(path, read_options=arrow_csv.ReadOptions(use_threads=False)))
        check_s = time_s(lambda: check_file(store, path))
        plain_check_s = _time_once(lambda: PlainObservations.validate(pd.read_csv(path), lazy=True))
        plain_s = _time_once(lambda: run_plain(path, folder))
        post_s = _time_once(lambda: post(store, path, "kpi_observations.csv", (ana, cora)))
        close_store(store)
    print(f"{rows:,} rows · one run, one machine; ratios hold, times do not")
    print(f"{'':44}{'seconds':>9}{'rows/s':>12}{'x scan':>9}")
    table = {
        "bare scan (pyarrow, one thread, untyped keys)": scan_s,
        "check": check_s,
        "plain check (pandas + pandera)": plain_check_s,
        "plain check and to_sql": plain_s,
        "send, check, approve, check again, post": post_s,
    }
    for label, seconds in table.items():
        print(f"{label:44}{seconds:9.2f}{rows / seconds:12,.0f}{seconds / scan_s:9.1f}")
    print(f"plain check / check {plain_check_s / check_s:.2f} · plain path / whole way {plain_s / post_s:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
