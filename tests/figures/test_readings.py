"""What a reader would stumble over: sums that do not read as sums, one state in two words, p-values of zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.components.ledger_words import state_of_test
from dashboard.components.portfolio_grid import initiative_rows
from dashboard.components.portfolio_matrix import matrix_table
from dashboard.components.portfolio_reading import Reading
from dashboard.components.states import failed_state, notice
from dashboard.format import Scale, format_p_value
from models.domain.ledger import LineTest, TieState
from models.domain.measure import BenefitClass
from models.domain.people import Person, Role
from models.domain.valuation import CaseMark, MatrixCell
from models.queries.portfolio import _scoped
from tests.figures.specimen import make_summary
from tests.figures.specimen_lines import make_context
from tests.figures.walk import text_of

ALL = Person("audra", "Audra", Role.AUDITOR)


def shown(cells: Sequence[MatrixCell]) -> list[list[str]]:
    reading = Reading(make_context(), None, may_open_ledger=False, names={}, lines={})
    return [[text_of(cell) for cell in row] for row in matrix_table(cells, (), reading, Scale.M).rows]


@given(st.lists(st.integers(-900_000_000, 900_000_000).filter(bool), min_size=1, max_size=12))
def test_a_line_of_one_initiative_reads_the_same_in_its_total(amounts: list[int]) -> None:
    cells = [MatrixCell(f"l{i:02}", f"Line {i:02}", f"i{i % 3}", amount, amount) for i, amount in enumerate(amounts)]
    *body, total = shown(cells)
    read_as = [_number(row[-2]) for row in body]
    assert sum(read_as) == pytest.approx(_number(total[-2]), abs=1e-9)
    if all(_is_settled(row) for row in body):
        assert all(row[-2] == row[-1] for row in body)
    assert abs(_number(total[-2]) - sum(amounts) / 1e8) <= 0.05 + 1e-9 + 0.1 * len(amounts)


def test_lines_of_one_initiative_each_settle_their_totals() -> None:
    cells = [
        MatrixCell("a", "A", "one", 125_000_00, 125_000_00),
        MatrixCell("b", "B", "two", 483_460_00, 0),
        MatrixCell("c", "C", "one", 142_060_00, 142_060_00),
        MatrixCell("c", "C", "two", 11_000_00, 0),
        MatrixCell("d", "D", "two", 210_00, 0),
    ]
    rows = {row[0]: row[1:] for row in shown(cells)}
    assert [rows[name][-2] for name in ("a", "b", "d")] == [next(c for c in rows[n] if c) for n in ("a", "b", "d")]
    assert rows["d"][-2] == "0.0"  # something small; a dash says nothing
    assert rows["d"][-1] == "-"
    assert rows["a"][-2] == rows["a"][-1]


def _is_settled(row: list[str]) -> bool:
    return next(cell for cell in row[1:] if cell) == row[-2]


def _number(text: str) -> float:
    if text in {"", "-", "n/a"}:
        return 0.0
    return -float(text.strip("()")) if text.startswith("(") else float(text)


def test_a_short_line_of_several_bears_the_state_of_its_entries() -> None:
    test = LineTest(
        "FY26", "FY26-P01", "FY26-P09", 9, 100, 60, 10, 24, 20, 80, TieState.LOCATED_NOT_SUPPORTED, ("a", "b"), True, ""
    )
    assert state_of_test(test) is TieState.OVERLAP_OPEN
    assert state_of_test(replace(test, is_unshared=False)) is TieState.LOCATED_NOT_SUPPORTED


def test_an_initiative_without_a_cashable_line_has_no_case_to_be_on() -> None:
    ini = next(each for each in make_summary().initiatives if each.grade is not None)
    marked = replace(ini, case_mark=CaseMark.ON_CASE)
    stock = replace(
        marked, lines=tuple(replace(line, benefit_class=BenefitClass.WORKING_CAPITAL) for line in ini.lines)
    )
    cash = replace(marked, lines=tuple(replace(line, benefit_class=BenefitClass.CASHABLE) for line in ini.lines))
    assert _scoped(stock, ALL).case_mark is CaseMark.NO_CASE
    assert _scoped(cash, ALL).case_mark is CaseMark.ON_CASE
    (row,) = initiative_rows([_scoped(stock, ALL)], "EUR", known_on=None)
    assert row["variance"]["note"] == "no case"
    assert row["keep"] == {"business_unit": ini.business_unit, "stage": row["keep"]["stage"], "grade": row["grade"]}


def test_a_p_value_is_never_zero() -> None:
    assert [format_p_value(p) for p in (0.0, 0.00099, 0.001, 0.329, None)] == [
        "<0.001",
        "<0.001",
        "0.001",
        "0.329",
        "n/a",
    ]


def test_what_went_wrong_is_said_in_sentences_that_begin_as_such() -> None:
    said = text_of(notice("a password has at least 10 characters.", tone="error"))
    assert said.startswith("A password has")
    assert text_of(notice("claire.whitmore can sign in no longer.", tone="error")).startswith("claire.whitmore")
    assert "The row is a whole number" in text_of(failed_state("This address", "the row is a whole number"))
