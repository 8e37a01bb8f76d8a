"""The demo's packs in the scopes that matter."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from dashboard.components.portfolio_filters import PortfolioFilter
from dashboard.packs.content import PackContent, PackRequest, read_pack
from models.actions.people import person_of
from models.store.unit_of_work import read
from tests.journeys.company_site import EXECUTIVE, OWNER, BuiltDemo, Site, build_demo, open_site
from tests.packs.making import NOW, Packs

Make = Callable[..., Packs]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> BuiltDemo:
    """The demo, built once whatever the number of workers."""
    own = tmp_path_factory.getbasetemp()
    return build_demo(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def company(demo: BuiltDemo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site over a copy of the demo."""
    with open_site(demo.copy_to(tmp_path_factory.mktemp("packs") / "data")) as opened:
        yield opened


@pytest.fixture(scope="session")
def content_of(company: Site) -> Callable[..., PackContent]:
    """Read the content of a pack for a person of the demo."""

    def read_content(person: str, request: PackRequest | None = None) -> PackContent:
        with read(company.store) as session:
            who = person_of(session, person, date(2026, 10, 9))
        return read_pack(company.store, who, request or PackRequest(), now=NOW)

    return read_content


@pytest.fixture(scope="session")
def make_packs(
    content_of: Callable[..., PackContent], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Make:
    """Make the packs of a person and request."""

    def make(person: str, wanted: PackRequest | None = None) -> Packs:
        folder = tmp_path_factory.mktemp("office")
        return Packs(content_of(person, wanted), lambda: str(request.getfixturevalue("office")), folder)

    return make


@pytest.fixture(scope="session")
def whole(make_packs: Make) -> Packs:
    """The packs of an executive: everything."""
    return make_packs(EXECUTIVE)


@pytest.fixture(scope="session")
def owned(make_packs: Make) -> Packs:
    """The packs of an initiative owner: her own initiatives."""
    return make_packs(OWNER)


@pytest.fixture(scope="session")
def single(make_packs: Make, whole: Packs) -> Packs:
    """The packs of one initiative."""
    return make_packs(EXECUTIVE, PackRequest(initiative=whole.content.initiatives[0].key))


@pytest.fixture(scope="session")
def filtered(make_packs: Make) -> Packs:
    """The packs through a filter."""
    return make_packs(EXECUTIVE, PackRequest(chosen=PortfolioFilter(grade="E3")))


@pytest.fixture(params=["whole", "owned", "single", "filtered"])
def packs(request: pytest.FixtureRequest) -> Packs:
    """The packs in each scope."""
    found: Packs = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def own_company(demo: BuiltDemo, tmp_path: Path) -> Iterator[Site]:
    """A site over a copy of the test's own."""
    with open_site(demo.copy_to(tmp_path / "data")) as opened:
        yield opened
    shutil.rmtree(tmp_path / "data", ignore_errors=True)
