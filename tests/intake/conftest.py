"""What is known, and shorthand to check files against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ingest.check import CheckedExtract, check_bytes
from ingest.known import Known
from tests.intake.small_company import make_known


@pytest.fixture
def known() -> Known:
    return make_known()


@pytest.fixture
def check(known: Known) -> Callable[..., CheckedExtract]:
    """Check text or bytes under a name, by default as observations."""

    def check_content(content: str | bytes, name: str = "kpi_observations.csv", **options: Any) -> CheckedExtract:
        return check_bytes(known, content if isinstance(content, bytes) else content.encode(), name, **options)

    return check_content
