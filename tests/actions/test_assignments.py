"""Random assignment comes in by files, and one chosen unit denies it."""

import json
from datetime import date, timedelta

import numpy as np
import pytest

from models.actions.estimates import estimate_benefit_line
from models.causal.document import estimate_from_document
from models.domain.effect import Design, EvidenceGrade
from models.domain.extract import ExtractKind
from models.queries.knowledge import estimate_known, known_seq
from models.queries.line_panels import study_of
from models.queries.panels import kpi_panel
from models.store.unit_of_work import read

WEEKS, GO_LIVE = 90, 60
TREATED, UNITS = ("b", "c", "f", "g"), tuple("abcdefgh")


def _week(number):
    return date(2024, 1, 1) + timedelta(weeks=number)


@pytest.fixture
def trial(post):
    """Post a weekly KPI of eight units, four of which went live; the assignments of their roll-outs are given."""

    def load(assignments):
        kpi = {"kpi": "minutes", "name": "Minutes", "unit_of_measure": "min", "aggregation": "sum", "better": "lower"}
        post(ExtractKind.KPIS, [{**kpi, "behaviour": "flow", "frequency": "week"}])
        line = {"benefit_line": "L1", "valid_from_on": _week(0), "initiative": "I1", "name": "L1", "kpi": "minutes"}
        post(ExtractKind.BENEFIT_LINES, [{**line, "benefit_class": "cashable"}])
        noise = np.random.default_rng(11).normal(0, 2, (len(UNITS), WEEKS))
        rows = [
            {
                "kpi": "minutes",
                "unit": unit,
                "start_on": _week(t),
                "end_on": _week(t + 1),
                "value": f"{100 + 3 * (i % 4) + noise[i, t] - (5 if unit in TREATED and t >= GO_LIVE else 0):.3f}",
            }
            for i, unit in enumerate(UNITS)
            for t in range(WEEKS)
        ]
        post(ExtractKind.KPI_OBSERVATIONS, rows)
        start = {"initiative": "I1", "go_live_on": _week(GO_LIVE), "ended_on": None}
        pairs = zip(TREATED, assignments, strict=True)
        post(ExtractKind.ROLLOUTS, [{**start, "unit": unit, "assignment": how} for unit, how in pairs])

    return load


def test_units_drawn_at_random_are_an_experiment(trial, store, now):
    trial(["random"] * 4)
    with read(store) as session:
        inputs = kpi_panel(session, "L1", known_seq(session))
    assert inputs.is_randomised
    assert study_of(inputs).is_randomised
    assert estimate_benefit_line(store, "L1", now=now).status == "estimated"
    with read(store) as session:
        estimate = estimate_from_document(json.loads(estimate_known(session, "L1", known_seq(session)).document))
    assert estimate.design is Design.RANDOMISED
    assert estimate.grade is EvidenceGrade.E5
    assert estimate.average.low < -5 < estimate.average.high


@pytest.mark.parametrize("assignments", [["random"] * 3 + ["chosen"], ["random"] * 3 + [None], [None] * 4])
def test_one_unit_that_was_chosen_or_says_nothing_denies_it(trial, store, assignments):
    trial(assignments)
    with read(store) as session:
        inputs = kpi_panel(session, "L1", known_seq(session))
    assert not inputs.is_randomised
    assert not study_of(inputs).is_randomised
