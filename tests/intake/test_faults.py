"""Hostile, huge and hopeless files: refused with a reason, in bounded time and memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from ingest.check import CheckedExtract
from ingest.limits import Limits
from tests.intake.small_company import codes

Check = Callable[..., CheckedExtract]
HEADER = "kpi,unit,period,value\n"


def many_rows(count: int, bad_every: int = 0) -> str:
    """Rows of distinct months; each `bad_every`-th has a number that is none."""
    lines = []
    for at in range(count):
        unit = ("0012", "NA", "null", "S1")[at % 4]
        month = f"{1900 + at // 48}-{at // 4 % 12 + 1:02d}"
        is_bad = bad_every and at % bad_every == 0
        lines.append(f"sums,{unit},{month},{'1.2.3' if is_bad else at}")
    return HEADER + "\n".join(lines) + "\n"


ROWS = 12_000


@pytest.mark.parametrize(("bad_every", "bad"), [(0, 0), (1000, 12), (2, 6_000), (1, 12_000)])
def test_bad_rows_are_counted_exactly(bad_every: int, bad: int, check: Check) -> None:
    checked = check(many_rows(ROWS, bad_every))
    (counts,) = checked.counts
    assert (counts.rows_in, counts.bad, counts.new) == (ROWS, bad, ROWS - bad)
    listed = [finding for finding in checked.findings if finding.code == "CELL-002"]
    assert len(listed) == min(bad, 201)
    if bad > 200:
        assert listed[-1].found.startswith(f"{bad - 200:,} more rows")
    reasons = checked.quarantined[0].reasons
    assert len(reasons) == bad
    assert set(reasons) <= {"CELL-002 value"}


def test_a_file_of_bad_rows_takes_little_longer_than_a_clean_one(check: Check) -> None:
    def least_s(text: str) -> float:
        times = []
        for _ in range(3):
            start = time.process_time()
            check(text)
            times.append(time.process_time() - start)
        return min(times)

    clean, bad = least_s(many_rows(40_000)), least_s(many_rows(40_000, 1))
    assert bad <= 2 * clean + 0.2


def test_a_cell_of_many_megabytes_is_refused(check: Check) -> None:
    assert codes(check(f"{HEADER}sums,{'x' * 20_000_000},2026-08,1\n")) == ["LINE-003"]
    assert "CELL-012" in codes(check(f"{HEADER}sums,{'x' * 100_000},2026-08,1\n"))


def test_a_million_columns_are_refused(check: Check) -> None:
    assert codes(check("a," * 1_000_000 + "b\n1\n")) == ["LINE-003"]
    assert codes(check(HEADER.strip() + ",x" * 200 + "\n")) == ["HEAD-006"]


def test_millions_of_empty_rows_are_nothing(check: Check) -> None:
    checked = check(HEADER + "\n" * 3_000_000)
    assert codes(checked) == ["FILE-010"]
    assert codes(check(HEADER + ",,,\n" * 200_000)) == ["FILE-010", "FILE-011"]


def test_a_quote_that_never_closes_is_named(check: Check) -> None:
    assert codes(check(HEADER + 'sums,"S1,2026-08,1\n' + "sums,NA,2026-08,2\n" * 1000)) == ["LINE-002"]


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"PK\x05\x06" + b"\0" * 18,
        b"PAR1",
        b"PAR1PAR1",
        b"PAR1\0\0\0\0PAR1",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\n",
        b"\0",
        b",",
        b'"',
        b"kpi",
    ],
)
def test_scraps_are_refused(content: bytes, check: Check) -> None:
    checked = check(content)
    assert checked.has_errors
    assert not any(len(part.frame) for part in checked.parts)


def test_rows_above_the_limit_are_refused(check: Check) -> None:
    assert codes(check(many_rows(2_000), limits=Limits(rows=1_000))) == ["FILE-008"]


def test_memory_stays_in_bounds() -> None:
    """A check of 300,000 rows fits into 1.5 GB of address space, imports included."""
    program = (
        "from datetime import date\n"
        "from tests.intake.small_company import make_known\n"
        "from tests.intake.test_faults import many_rows\n"
        "from ingest.check import check_parts\n"
        "text = many_rows(14_400).encode()\n"
        "body = text.split(b'\\n', 1)\n"
        "checked = check_parts(make_known(), body[0] + b'\\n' + body[1] * 20, 'kpi_observations.csv', None)\n"
        "assert checked.bad == (288_000,), checked.bad\n"
        "assert {f.code for f in checked.findings} == {'KEY-001', 'DATE-002', 'CTRL-003'}\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (1_500_000_000, 1_500_000_000)),
        env={"PYTHONPATH": ".", "OPENBLAS_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
