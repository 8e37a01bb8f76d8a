"""The figures of fixed inputs: they move only with VALUE_VERSION, and not with the machine's kernel."""

import json
import os
import subprocess
import sys
from pathlib import Path

from models.value import VALUE_VERSION
from models.value.document import from_document, to_document
from models.value.portfolio import PortfolioWorth
from tests.value.golden import golden_worth

ROOT = Path(__file__).parents[2]

#: Change these only together with VALUE_VERSION, and say in the changelog under "Figures that change" what moved.
GOLDEN = {
    "version": 2,
    "measured": (43373189, 55487291, 67512353),
    "tied_out": (15785442, 20499241, 25163596),
    "invested": 33209856,
    "claimed": 48000000,
    "case_to_date": 23400000,
    "late_recoverable": 2128771,
    "short": 771988,
    "run_rate": 56927364,
    "forecast": 90977697,
    "npv_since_approval": 92926973,
    "npv_go_forward": 79209443,
    "irr": 3.036678,
}


def figures_of(worth: PortfolioWorth) -> dict[str, object]:
    figures = worth.figures
    return {
        "version": VALUE_VERSION,
        "measured": (figures.measured.low_minor, figures.measured.point_minor, figures.measured.high_minor),
        "tied_out": (figures.tied_out.low_minor, figures.tied_out.point_minor, figures.tied_out.high_minor),
        "invested": figures.invested.amount_minor,
        "claimed": figures.claimed.amount_minor,
        "case_to_date": figures.case_to_date.amount_minor,
        "late_recoverable": figures.gap.late_recoverable.amount_minor,
        "short": figures.gap.short.amount_minor,
        "run_rate": figures.run_rate.point_minor if figures.run_rate else None,
        "forecast": figures.forecast.point_minor if figures.forecast else None,
        "npv_since_approval": figures.npv_since_approval.point_minor if figures.npv_since_approval else None,
        "npv_go_forward": figures.npv_go_forward.point_minor if figures.npv_go_forward else None,
        "irr": round(figures.irr.rate, 6) if figures.irr and figures.irr.rate else None,
    }


def test_figures_of_fixed_inputs_stand():
    assert figures_of(golden_worth()) == GOLDEN


def test_two_kernels_give_the_same_document():
    texts = {kernel: printed(kernel) for kernel in ("Prescott", "Haswell")}
    assert texts["Prescott"] == texts["Haswell"]
    assert json.loads(texts["Haswell"]) == to_document(golden_worth())


def printed(kernel: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tests.value.golden"],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_document_of_a_valuation_comes_back_equal():
    worth = golden_worth()
    assert from_document(PortfolioWorth, json.loads(json.dumps(to_document(worth)))) == worth


def test_splits_and_parts_of_the_golden_valuation_add_up():
    worth = golden_worth()
    figures = worth.figures
    for shares in (figures.by_grade, figures.by_class, figures.by_tie_state):
        assert sum(share.realised.amount_minor for share in shares) == figures.realised.point_minor
    assert sum(part.totals.measured for part in worth.parts) == figures.measured.point_minor
    assert figures.dependent_bound.low_minor <= figures.realised_cashable.low_minor
    assert figures.realised_cashable.high_minor <= figures.dependent_bound.high_minor
