"""How units of a roll-out were picked is read where a file says so, and never guessed."""

from __future__ import annotations

from collections.abc import Callable

from ingest.check import CheckedExtract
from tests.intake.small_company import codes

Check = Callable[..., CheckedExtract]


def test_the_assignment_of_a_roll_out_is_read(check: Check) -> None:
    checked = check("initiative,unit,go_live_on,assignment\nINV,0012,2025-04-07,random\n", "rollouts.csv")
    assert codes(checked) == []
    assert checked.parts[0].frame["assignment"].tolist() == ["random"]


def test_a_file_without_it_is_as_good_as_before(check: Check) -> None:
    assert codes(check("initiative,unit,go_live_on\nINV,0012,2025-04-07\n", "rollouts.csv")) == []


def test_another_word_for_it_is_found(check: Check) -> None:
    checked = check("initiative,unit,go_live_on,assignment\nINV,0012,2025-04-07,lottery\n", "rollouts.csv")
    assert len(codes(checked)) == 1
