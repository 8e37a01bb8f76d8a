"""visible: how small a benefit a line's KPI could show, in money, against its case."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run, run_in
from tests.cli.test_data_commands import sentence


def test_the_smallest_benefit_in_words_and_for_programs(valued: Path) -> None:
    told = run_in(valued, "visible", "L-AP")
    assert told.exit_code == 0, told.output
    assert "after 13 periods" in told.output
    assert "EUR" in told.output
    document = json.loads(run_in(valued, "visible", "L-AP", "--format", "json").output)
    assert (document["benefit_line"], document["currency"], document["power"]) == ("L-AP", "EUR", 0.8)
    sizes = [one["smallest_effect"] for one in document["benefits"]]
    assert all(size is None or size > 0.0 for size in sizes)
    assert any(size is not None for size in sizes)
    for one in document["benefits"]:
        if one["smallest_effect"] is not None:
            assert one["year_minor"] > one["to_date_minor"] > 0 or one["n_periods"] >= 52
    promised = document["case_year_minor"]
    shown = next((one for one in document["benefits"] if one["period"] == document["visible_from"]), None)
    if shown is not None:
        assert shown["year_minor"] <= promised
    again = json.loads(run_in(valued, "visible", "L-AP", "--format", "json").output)
    assert again == document


def test_a_line_that_is_not_there_is_not_found(valued: Path, tieout: Run) -> None:
    assert "no benefit line" in sentence(run_in(valued, "visible", "NO-SUCH"))
    assert "no benefit line" in sentence(tieout("visible", "L-AP"))
