"""Any sequence of files and approvals leaves the store as a plain dict says, now and as known before."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ingest.pipeline import approve_extract, ingest_extract
from models.actions.people import person_of
from models.domain.extract import ExtractKind, ExtractState
from models.queries.knowledge import facts, known_seq
from models.store.engine import Store, close_store, open_store
from models.store.unit_of_work import read
from tests.conftest import NOW

KPIS = b"kpi,name,unit_of_measure,aggregation,behaviour,frequency,better\nk,K,min,sum,flow,month,lower\n"
UNITS = b"unit,name,entity\n0012,A,E1\nNA,B,E1\n"
KEYS = st.tuples(st.sampled_from(["0012", "NA"]), st.sampled_from(["2026-05", "2026-06", "2026-07"]))
NUMBERS = st.sampled_from(["1", "2.5", "2.50", "-3", "0.10", "007", "-0"])
CANONICAL = {"1": "1", "2.5": "2.5", "2.50": "2.5", "-3": "-3", "0.10": "0.1", "007": "7", "-0": "0"}
Rows = dict[tuple[str, str], str]


@contextmanager
def opened(template: Path) -> Iterator[Store]:
    folder = Path(tempfile.mkdtemp(prefix="tieout-story-"))
    shutil.copyfile(template, folder / "tieout.db")
    store = open_store(f"sqlite:///{folder}/tieout.db", folder)
    try:
        yield store
    finally:
        close_store(store)
        shutil.rmtree(folder)


class Story(RuleBasedStateMachine):
    """Files are sent, bad or good, and approved or left waiting; a dict tells what must be known."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self._opened = opened(self.template)
        self.store = self._opened.__enter__()
        with read(self.store) as session:
            self.sender, self.approver = person_of(session, "ana"), person_of(session, "cora")
        self.moment = NOW
        self.now: Rows = {}
        self.known_at: dict[int, Rows] = {}

    def teardown(self) -> None:
        self._opened.__exit__(None, None, None)

    def post(self, content: bytes, name: str) -> int | None:
        self.moment += timedelta(minutes=1)
        sent = ingest_extract(self.store, content, filename=name, person=self.sender, now=self.moment)
        if sent.state is not ExtractState.AWAITING_APPROVAL or sent.extract_id is None:
            return None
        return approve_extract(self.store, sent.extract_id, person=self.approver, now=self.moment).load_seq

    @initialize()
    def set_up(self) -> None:
        assert self.post(KPIS, "kpis.csv")
        assert self.post(UNITS, "units.csv")

    @rule(rows=st.dictionaries(KEYS, NUMBERS, min_size=1))
    def send_good(self, rows: Rows) -> None:
        body = "".join(f"k,{unit},{period},{text}\n" for (unit, period), text in rows.items())
        load_seq = self.post(f"kpi,unit,period,value\n{body}".encode(), "kpi_observations.csv")
        said = {key: CANONICAL[text] for key, text in rows.items()}
        if load_seq is not None:
            self.now = {**self.now, **said}
            self.known_at[load_seq] = self.now

    @rule(
        rows=st.dictionaries(KEYS, NUMBERS, min_size=1),
        bad=st.sampled_from(["k,NA,2026-05,1.2.3", "k,XX,2026-05,1", "k,NA,2026-05", "k,NA,05/2026,1"]),
    )
    def send_bad(self, rows: Rows, bad: str) -> None:
        body = "".join(f"k,{unit},{period},{text}\n" for (unit, period), text in rows.items())
        assert self.post(f"kpi,unit,period,value\n{body}{bad}\n".encode(), "kpi_observations.csv") is None

    @rule(key=KEYS, padding=st.integers(0, 50))
    def retract(self, key: tuple[str, str], padding: int) -> None:
        content = f"kpi,unit,period,definition_version,retract\nk,{key[0]},{key[1]},{padding},yes\n".encode()
        load_seq = self.post(content, "kpi_observations.csv")
        if load_seq is not None:
            self.now = {name: text for name, text in self.now.items() if name != key}
            self.known_at[load_seq] = self.now

    @invariant()
    def store_says_what_was_sent(self) -> None:
        with read(self.store) as session:
            for seq, rows in [*self.known_at.items(), (known_seq(session), self.now)][-4:]:
                frame = facts(session, ExtractKind.KPI_OBSERVATIONS, seq)
                found = {(str(row.unit), f"{row.start_on:%Y-%m}"): str(row.value) for row in frame.itertuples()}
                assert found == rows


@pytest.fixture
def story(sqlite_template: Path) -> type[Story]:
    return type("StoryHere", (Story,), {"template": sqlite_template})


def test_the_store_follows_the_story(story: type[Story]) -> None:
    bounds = settings(max_examples=5, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(story, settings=bounds)
