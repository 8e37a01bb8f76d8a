"""A portfolio of benefit lines from the store and back: read, compute with grade-deciding checks, publish.

    python -m benchmarks.scale [LINES] [DATA_DIR]

Each of 1,000 lines (by default) has a weekly KPI of its own on 10 units over 156 weeks, one of them treated. The lines
are estimated in one process and in as many as there are cores; then again, when nothing changed. Inputs go the way of
every file. DATA_DIR keeps the store for the next run.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.intake import make_store, post
from dashboard.executors import open_executor
from dashboard.settings import ExecutorKind
from models.actions.estimates import EstimatesOutcome, estimate_all
from models.store.engine import Store, close_store, open_store
from models.store.tables import EstimateRow
from models.store.unit_of_work import read

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
UNITS, WEEKS, GO_LIVE = 10, 156, 100
FIRST = date(2023, 9, 25)
RHO, SEED = 0.5, 20261005


def write_masters(lines: int) -> dict[str, str]:
    """Return the files that name KPIs, initiatives, lines and roll-outs."""
    go_live = FIRST + timedelta(weeks=GO_LIVE)
    keys = [f"{number:04d}" for number in range(lines)]
    return {
        "kpis.csv": "kpi,name,unit_of_measure,aggregation,behaviour,frequency,better\n"
        + "".join(f"S{key},Handling time,min,sum,flow,week,lower\n" for key in keys),
        "business_units.csv": "business_unit,name\nB,Operations\n",
        "people.csv": "person,name\nowner,Olga Owner\n",
        "initiatives.csv": "initiative,name,business_unit,owner,delivery_model,archetype\n"
        + "".join(f"I{key},Initiative {key},B,owner,buy,automation\n" for key in keys),
        "benefit_lines.csv": "benefit_line,valid_from_on,initiative,name,benefit_class,kpi\n"
        + "".join(f"L{key},{FIRST},I{key},Line {key},released_capacity,S{key}\n" for key in keys),
        "rollouts.csv": "initiative,unit,go_live_on\n" + "".join(f"I{key},U0000,{go_live}\n" for key in keys),
    }


def write_observations(path: Path, lines: int) -> None:
    """Write the weekly values of every KPI: a common shock, AR(1) noise in each unit, an effect of -5 on the first."""
    rng = np.random.default_rng(SEED)
    starts = [f"{FIRST + timedelta(weeks=t):%G-W%V}" for t in range(WEEKS)]
    with path.open("w", encoding="utf-8") as file:
        file.write("kpi,unit,period,value\n")
        for number in range(lines):
            noise = rng.normal(0.0, 2.0, (UNITS, WEEKS))
            for t in range(1, WEEKS):
                noise[:, t] += RHO * noise[:, t - 1]
            values = 100.0 + noise + rng.normal(0.0, 1.0, WEEKS)
            values[0, GO_LIVE:] -= 5.0
            for unit in range(UNITS):
                own = zip(starts, values[unit].tolist(), strict=True)
                file.write("".join(f"S{number:04d},U{unit:04d},{start},{value:.4f}\n" for start, value in own))


def fill_store(folder: Path, lines: int) -> None:
    """Make a store and send the files of all lines."""
    store, ana, cora = make_store(folder)
    try:
        for name, text in write_masters(lines).items():
            post(store, text.encode(), name, (ana, cora))
        path = folder / "observations.csv"
        write_observations(path, lines)
        post(store, path, "kpi_observations.csv", (ana, cora))
        path.unlink()
    finally:
        close_store(store)


def run(store: Store, executor: ExecutorKind) -> tuple[float, float, EstimatesOutcome]:
    """Estimate all lines; return seconds by the clock and of this process's CPU, and what became of them."""
    began, cpu = time.perf_counter(), time.process_time()
    with open_executor(executor) as workers:
        outcome = estimate_all(store, now=NOW, executor=workers)
    return time.perf_counter() - began, time.process_time() - cpu, outcome


def main(lines: int, folder: Path) -> None:
    """Print seconds and lines per second."""
    if not (folder / "bench.db").exists():
        fill_store(folder, lines)
    table: dict[str, tuple[float, float, EstimatesOutcome]] = {}
    for executor in (ExecutorKind.INLINE, ExecutorKind.PROCESSES):
        shutil.copyfile(folder / "bench.db", folder / "run.db")
        store = open_store(f"sqlite:///{folder}/run.db", folder)
        try:
            table[executor.value] = run(store, executor)
            assert sum(each.is_new for each in table[executor.value][2].outcomes) == lines
            if executor is ExecutorKind.PROCESSES:
                table["unchanged"] = run(store, executor)
                assert not any(each.is_new for each in table["unchanged"][2].outcomes)
            with read(store) as session:
                size = sum(len(row.document) for row in session.query(EstimateRow).limit(50)) / 50
        finally:
            close_store(store)
    print(f"{lines:,} benefit lines of {UNITS} units x {WEEKS} weeks; documents of {size / 1000:.0f} KB")
    for name, (seconds, cpu, _) in table.items():
        ratio = table["inline"][0] / seconds
        print(f"{name:10} {seconds:7.1f} s  {lines / seconds:7.1f} lines/s  x{ratio:5.1f}  CPU here {cpu:6.1f} s")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    if len(sys.argv) > 2:
        main(wanted, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(wanted, Path(name))
