"""The demo once per test run; a site that is read and a site that is changed; people in a browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.company_site import Browsing, BuiltDemo, Site, build_demo, open_site


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> BuiltDemo:
    """The demo, built once whatever the number of workers; copy it, never change it."""
    own = tmp_path_factory.getbasetemp()
    return build_demo(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def site(demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site over a copy that nobody posts to."""
    with open_site(demo.copy_to(tmp_path_factory.mktemp("site") / "data")) as opened:
        yield opened


@pytest.fixture
def own_site(demo: BuiltDemo, tmp_path: Path) -> Iterator[Site]:
    """A site over a copy of the test's own."""
    with open_site(demo.copy_to(tmp_path / "data")) as opened:
        yield opened


@pytest.fixture
def browsing(browser: Any) -> Iterator[Browsing]:
    """People in a browser; anything on a console fails the test."""
    opened = Browsing(browser)
    yield opened
    opened.close()
    assert opened.complaints == []


@pytest.fixture
def enter(browsing: Browsing, site: Site) -> Callable[..., Any]:
    """Open a page of the site that nobody posts to."""

    def open_page(person: str, path: str = "/", *, scheme: str = "light", width: int = 1440) -> Any:
        return browsing.enter(site, person, path, scheme=scheme, width=width)

    return open_page
