"""Where estimates are computed makes no difference, and workers that end in the middle are made good."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date, timedelta
from importlib.util import find_spec

import numpy as np
import pytest

from dashboard.dask_executor import DaskExecutor, open_dask
from dashboard.executors import ProcessExecutor, executor_of, open_executor
from dashboard.settings import ExecutorKind, read_settings
from models.actions import estimates
from models.actions.estimates import estimate_all
from models.actions.people import person_of
from models.domain.errors import InvalidInputError, WorkersLostError
from models.domain.executor import InlineExecutor
from models.domain.extract import ExtractKind
from models.store.tables import EstimateRow
from models.store.unit_of_work import read
from tests.conftest import NOW, part_of, post_parts, sqlite_store

LINES, WEEKS, GO_LIVE = 12, 80, 56
FIRST = date(2024, 1, 1)
NEEDS_DASK = pytest.mark.skipif(find_spec("distributed") is None, reason="the extra dask is not installed")


def _rows():
    rng = np.random.default_rng((4, 1))
    keys = [f"{number:02d}" for number in range(LINES)]
    week = [FIRST + timedelta(weeks=number) for number in range(WEEKS + 1)]
    values = 100 + rng.normal(0, 2, (LINES, 4, WEEKS))
    values[:, 0, GO_LIVE:] -= 5
    kpi = {"name": "k", "unit_of_measure": "min", "aggregation": "sum", "behaviour": "flow", "frequency": "week"}
    return {
        ExtractKind.KPIS: [{"kpi": f"K{key}", **kpi, "better": "lower"} for key in keys],
        ExtractKind.BENEFIT_LINES: [
            {
                "benefit_line": f"L{key}",
                "valid_from_on": FIRST,
                "initiative": f"I{key}",
                "name": key,
                "benefit_class": "cashable",
                "kpi": f"K{key}",
            }
            for key in keys
        ],
        ExtractKind.ROLLOUTS: [
            {"initiative": f"I{key}", "unit": "a", "go_live_on": week[GO_LIVE], "ended_on": None} for key in keys
        ],
        ExtractKind.KPI_OBSERVATIONS: [
            {
                "kpi": f"K{key}",
                "unit": "abcd"[unit],
                "start_on": week[t],
                "end_on": week[t + 1],
                "value": f"{values[at, unit, t]:.3f}",
            }
            for at, key in enumerate(keys)
            for unit in range(4)
            for t in range(WEEKS)
        ],
    }


@pytest.fixture(scope="module")
def portfolio(sqlite_template, tmp_path_factory):
    """A SQLite file with a dozen benefit lines, to copy; nothing is estimated in it."""
    folder = tmp_path_factory.mktemp("portfolio")
    with sqlite_store(sqlite_template, folder) as store:
        with read(store) as session:
            ana, cora = person_of(session, "ana", NOW.date()), person_of(session, "cora", NOW.date())
        parts = [part_of(kind, rows, part_no=number) for number, (kind, rows) in enumerate(_rows().items(), 1)]
        post_parts(store, parts, ana, cora, NOW)
    return folder / "tieout.db"


@pytest.fixture
def estimate_with(portfolio, tmp_path):
    """Estimate the dozen lines in a fresh copy by an executor; return what is published of each, as text."""

    def estimate(executor, report=None):
        folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        with sqlite_store(portfolio, folder) as store:
            outcomes = estimate_all(store, now=NOW, executor=executor, report=report).outcomes
            assert len(outcomes) == LINES
            assert all(outcome.is_new for outcome in outcomes)
            with read(store) as session:
                return {row.benefit_line: row.document for row in session.query(EstimateRow)}

    return estimate


@pytest.fixture
def inline(estimate_with):
    found = estimate_with(InlineExecutor())
    assert all(json.loads(document)["kind"] == "effect" for document in found.values())
    return found


def differences(found, expected):
    """Return where documents differ, by line and field: what a failure should show."""
    told = {}
    for line in expected:
        ours, theirs = json.loads(found[line]), json.loads(expected[line])
        told[line] = {key: (ours.get(key), theirs.get(key)) for key in theirs if ours.get(key) != theirs.get(key)}
    return {line: fields for line, fields in told.items() if fields}


def kill_after_first(pids):
    """Return a report that kills one worker as soon as a first line is published."""
    said = []

    def report(sentence):
        if not said:
            os.kill(pids()[0], signal.SIGKILL)
        said.append(sentence)

    return report


@pytest.mark.slow
@pytest.mark.parametrize("n_processes", [1, 2, 3])
def test_any_number_of_processes_computes_the_same(estimate_with, inline, n_processes):
    executor = ProcessExecutor(n_processes, fewest_tasks=1)
    try:
        assert differences(estimate_with(executor), inline) == {}
        assert len(executor.worker_ids()) == n_processes
    finally:
        executor.close()
    assert executor.worker_ids() == ()


def test_a_worker_that_is_killed_midway_changes_nothing(estimate_with, inline):
    executor = ProcessExecutor(2, fewest_tasks=1)
    try:
        assert differences(estimate_with(executor, kill_after_first(executor.worker_ids)), inline) == {}
    finally:
        executor.close()


def test_workers_that_end_again_and_again_are_an_error_and_what_was_published_stays(portfolio, tmp_path, monkeypatch):
    """Nothing is half-written: a line is there whole or not at all, and the next run does the rest."""
    executor = ProcessExecutor(1, fewest_tasks=1)
    said = []
    with sqlite_store(portfolio, tmp_path) as store:

        class Failing:
            def map(self, work, tasks):
                yield from map(work, tasks[:5])
                yield from executor.map(os._exit, [1])

        with pytest.raises(WorkersLostError, match="3 times"):
            estimate_all(store, now=NOW, executor=Failing(), report=said.append)
        assert len(said) == 5
        outcomes = estimate_all(store, now=NOW).outcomes
        assert sum(not outcome.is_new for outcome in outcomes) == 5
        assert sum(outcome.is_new for outcome in outcomes) == LINES - 5
        monkeypatch.setattr(estimates, "estimate_line", None)
        assert not any(outcome.is_new for outcome in estimate_all(store, now=NOW).outcomes)
    executor.close()


def test_results_come_in_the_order_of_the_tasks_and_few_tasks_start_no_process():
    executor = ProcessExecutor(2)
    assert list(executor.map(abs, [-3, 2, -1])) == [3, 2, 1]
    assert list(executor.map(abs, [])) == []
    assert executor.worker_ids() == ()
    with pytest.raises(InvalidInputError):
        ProcessExecutor(0)


def test_an_error_of_a_task_is_raised_where_its_result_is_read():
    executor = ProcessExecutor(1, fewest_tasks=1)
    try:
        results = executor.map(json.loads, ["1", "{", "3"])
        assert next(results) == 1
        with pytest.raises(json.JSONDecodeError):
            next(results)
    finally:
        executor.close()


def test_settings_name_the_executor():
    with executor_of(read_settings({"TIEOUT_EXECUTOR": "inline"})) as executor:
        assert isinstance(executor, InlineExecutor)
    with executor_of(read_settings({"TIEOUT_COMPUTE_PROCESSES": "2"})) as executor:
        assert isinstance(executor, ProcessExecutor)
    with executor_of(read_settings({"TIEOUT_COMPUTE_PROCESSES": "1"})) as executor:
        assert isinstance(executor, InlineExecutor)
    for wrong in ({"TIEOUT_EXECUTOR": "cloud"}, {"TIEOUT_COMPUTE_PROCESSES": "-1"}, {"TIEOUT_DASK_SCHEDULER": "here"}):
        with pytest.raises(InvalidInputError, match=next(iter(wrong))):
            read_settings(wrong)
    with pytest.raises(InvalidInputError, match="TIEOUT_DASK_SCHEDULER"), open_executor(ExecutorKind.DASK):
        pass


@contextmanager
def dask_cluster(folder, n_workers):
    """A scheduler and workers in processes of their own, on loopback alone; yields its address and the workers."""
    where, started = folder / "scheduler.json", []

    def start(role, *words):
        loopback = ["--host", "127.0.0.1", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
        with (folder / "dask.log").open("a") as log:
            command = [sys.executable, "-m", "dask", role, *words, *loopback]
            started.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT))

    try:
        start("scheduler", "--port", "0", "--scheduler-file", str(where))
        give_up = time.monotonic() + 120
        while not where.exists():
            assert time.monotonic() < give_up, (folder / "dask.log").read_text()
            time.sleep(0.1)
        address = json.loads(where.read_text())["address"]
        assert address.startswith("tcp://127.0.0.1:")
        for number in range(n_workers):
            (folder / f"worker{number}").mkdir()
            own = ["--no-nanny", "--nthreads", "1", "--local-directory", str(folder / f"worker{number}")]
            start("worker", address, *own)
        yield address, started[1:]
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


@NEEDS_DASK
def test_dask_workers_compute_the_same_though_one_is_killed_midway(estimate_with, inline, tmp_path):
    from distributed import Client

    with dask_cluster(tmp_path, 2) as (address, workers):
        with Client(address, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
        with open_dask(address) as executor:
            killed = estimate_with(executor, kill_after_first(lambda: [workers[0].pid]))
            assert differences(killed, inline) == {}
            workers[0].wait(timeout=30)
            assert differences(estimate_with(executor), inline) == {}  # on the one that is left


@NEEDS_DASK
def test_a_scheduler_that_does_not_answer_is_a_sentence(monkeypatch):
    monkeypatch.setattr("dashboard.dask_executor._ANSWER_S", 1)
    executor = DaskExecutor("tcp://127.0.0.1:9")
    assert list(executor.map(abs, [])) == []
    with pytest.raises(WorkersLostError, match="does not answer"):
        executor.map(abs, [1])
    executor.close()


def test_dask_without_its_package_or_scheduler_is_refused(monkeypatch):
    with pytest.raises(InvalidInputError, match="TIEOUT_DASK_SCHEDULER"), open_dask(""):
        pass
    monkeypatch.setattr("dashboard.dask_executor.find_spec", lambda _: None)
    with pytest.raises(InvalidInputError, match="install"), open_dask("tcp://127.0.0.1:8786"):
        pass
