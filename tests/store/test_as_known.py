"""Uploads, restatements and retractions against a plain dictionary: what was known at every load is known for ever."""

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from models.domain.extract import ExtractKind
from models.queries.knowledge import facts
from models.store.engine import close_store, open_store
from models.store.merge import count_part, merge_part
from models.store.posting import write_staged
from models.store.sequence import LoadKind, take_load_seq
from models.store.staging import NormalisedPart
from models.store.unit_of_work import read, scratch

KPI = ExtractKind.KPI_OBSERVATIONS
NOW = datetime(2026, 10, 5, tzinfo=UTC)
WEEKS = (date(2026, 9, 21), date(2026, 9, 28))
keys = st.tuples(st.sampled_from(["a", "0012", "NA"]), st.sampled_from(WEEKS))
values = st.sampled_from([None, "1", "1.0", "2.5", "retract"])
files = st.dictionaries(keys, values, min_size=1, max_size=5)


def part_from(rows):
    frame = pd.DataFrame(
        [
            {
                "kpi": "k",
                "unit": unit,
                "start_on": start_on,
                "end_on": date.fromordinal(start_on.toordinal() + 7),
                "value": None if value == "retract" else value,
                "is_retracted": value == "retract",
                "row_no": number,
            }
            for number, ((unit, start_on), value) in enumerate(rows.items(), start=2)
        ]
    )
    return NormalisedPart(KPI, 1, "", frame)


class KnowledgeMachine(RuleBasedStateMachine):
    open_fresh = None

    @initialize()
    def begin(self):
        self.store = type(self).open_fresh()
        self.snapshots = [{}]

    def expect(self, rows):
        current = dict(self.snapshots[-1])
        new = changed = 0
        for key, value in rows.items():
            if value == "retract":
                changed += key in current
                current.pop(key, None)
            elif key not in current:
                new, changed = (new, changed + 1) if key in self.ever else (new + 1, changed)
                current[key] = value
            elif current[key] != value:
                changed += 1
                current[key] = value
        return current, new, changed

    @property
    def ever(self):
        return {key for snapshot in self.snapshots for key in snapshot}

    def merge(self, rows, failure=None):
        with write_staged(self.store, [part_from(rows)], person="ana", now=NOW) as posting:
            load_seq = take_load_seq(posting.uow, LoadKind.EXTRACT).load_seq
            counts = merge_part(posting.uow.session, posting.parts[0], load_seq)
            if failure is not None:
                raise failure
        return counts

    @rule(rows=files)
    def post(self, rows):
        expected, new, changed = self.expect(rows)
        counts = self.merge(rows)
        assert (counts.rows_in, counts.new, counts.changed, counts.bad) == (len(rows), new, changed, 0)
        self.snapshots.append(expected)

    @rule(rows=files)
    def look_ahead(self, rows):
        _, new, changed = self.expect(rows)
        with scratch(self.store) as session:
            delta = count_part(session, part_from(rows), max_restatements=100)
        assert (delta.counts.new, delta.counts.changed) == (new, changed)
        assert len({restatement.line for restatement in delta.restatements}) == changed

    @rule(rows=files)
    def die_before_commit(self, rows):
        with pytest.raises(ZeroDivisionError):
            self.merge(rows, failure=ZeroDivisionError)

    @invariant()
    def every_load_is_remembered(self):
        for seq, snapshot in enumerate(getattr(self, "snapshots", [])):
            with read(self.store) as session:
                frame = facts(session, KPI, seq)
            values = [None if pd.isna(value) else value for value in frame["value"]]
            found = dict(zip(zip(frame["unit"], frame["start_on"], strict=True), values, strict=True))
            assert found == snapshot

    def teardown(self):
        if hasattr(self, "store"):
            close_store(self.store)


def test_knowledge_on_sqlite(sqlite_template):
    def open_fresh():
        folder = Path(tempfile.mkdtemp())
        (folder / "tieout.db").write_bytes(sqlite_template.read_bytes())
        return open_store(f"sqlite:///{folder}/tieout.db", folder)

    machine = type("SqliteMachine", (KnowledgeMachine,), {"open_fresh": staticmethod(open_fresh)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=8,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.postgres
def test_knowledge_on_postgresql(postgres, tmp_path):
    made = []

    def open_fresh():
        import uuid

        name = f"test_{uuid.uuid4().hex}"
        with postgres.administer() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {postgres.template}".encode())
        made.append(name)
        return open_store(postgres.url(name), tmp_path)

    machine = type("PostgresqlMachine", (KnowledgeMachine,), {"open_fresh": staticmethod(open_fresh)})
    try:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=4,
                stateful_step_count=8,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        with postgres.administer() as connection:
            for name in made:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
