"""In-year, run-rate and full-year effects: types that cannot be added together, at run time and before it."""

from __future__ import annotations

import subprocess
import sys
from itertools import permutations
from pathlib import Path

import pytest

from models.domain.errors import EffectKindError, InvalidInputError
from models.domain.horizon import FullYearEffect, InYearEffect, RunRateEffect, SpannedEffect
from models.domain.interval import MoneyInterval
from models.domain.money import Money

IN_YEAR = InYearEffect("FY26", Money(700, "EUR"), MoneyInterval(500, 700, 900, "EUR", 0.95))
RUN_RATE = RunRateEffect(Money(1_200, "EUR"))
FULL_YEAR = FullYearEffect(Money(1_000, "EUR"), is_complete=True, basis="twelve periods")


def test_the_same_kind_adds_and_has_no_limits() -> None:
    in_year, run_rate = IN_YEAR + IN_YEAR, RUN_RATE + RUN_RATE
    assert in_year == InYearEffect("FY26", Money(1_400, "EUR"))
    assert run_rate == RunRateEffect(Money(2_400, "EUR"))
    half = FullYearEffect(Money(1, "EUR"), is_complete=False, basis="annualised")
    assert FULL_YEAR + half == FullYearEffect(
        Money(1_001, "EUR"), is_complete=False, basis="twelve periods; annualised"
    )


@pytest.mark.parametrize(("one", "other"), list(permutations([IN_YEAR, RUN_RATE, FULL_YEAR], 2)))
def test_two_kinds_never_add(one: SpannedEffect, other: SpannedEffect) -> None:
    with pytest.raises(EffectKindError, match="different spans"):
        one + other  # type: ignore[operator]  # what is refused here
    assert issubclass(EffectKindError, InvalidInputError)


def test_two_years_never_add() -> None:
    with pytest.raises(EffectKindError, match="FY26 and FY27"):
        IN_YEAR + InYearEffect("FY27", Money(1, "EUR"))


def test_a_plain_amount_is_no_effect() -> None:
    with pytest.raises(EffectKindError):
        RUN_RATE + Money(1, "EUR")  # type: ignore[operator]  # what is refused here


FINE = ("in_year + in_year", "run_rate + run_rate", "full_year + full_year")
REFUSED = ("in_year + run_rate", "run_rate + full_year", "full_year + in_year", "run_rate + amount")


def test_the_type_checker_refuses_as_well(tmp_path: Path) -> None:
    """One run over all expressions: those that add one kind pass, each of the others is an error of its line."""
    root = Path(__file__).parents[2]
    head = [
        "from models.domain.horizon import FullYearEffect, InYearEffect, RunRateEffect",
        "from models.domain.money import Money",
        "def add(in_year: InYearEffect, run_rate: RunRateEffect, full_year: FullYearEffect, amount: Money) -> None:",
    ]
    snippet = tmp_path / "snippet.py"
    snippet.write_text("\n".join([*head, *(f"    {expression}" for expression in (*FINE, *REFUSED)), ""]))
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(snippet)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    first = len(head) + len(FINE) + 1
    assert [int(line.split(":")[1]) for line in errors] == list(range(first, first + len(REFUSED))), done.stdout
    assert all("Unsupported operand types for +" in line for line in errors)
