"""A data folder with people, the small company's files, and a way to run `tieout` over them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from dashboard.cli import main
from tests.journeys.small_files import write_small_company

Run = Callable[..., Result]


def run_in(data_dir: Path, *arguments: object, **variables: str) -> Result:
    """Run a command in this process; whatever it raises that is no exit of its own is a traceback to its user."""
    environment = {"TIEOUT_DATA_DIR": str(data_dir), "TIEOUT_DATABASE_URL": "", "TIEOUT_PERSON": "", **variables}
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def data_dir(sqlite_template: Path, tmp_path: Path) -> Path:
    """A data folder whose database knows people of every role."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copyfile(sqlite_template, folder / "tieout.sqlite")
    return folder


@pytest.fixture
def tieout(data_dir: Path) -> Run:
    """Run `tieout` over the data folder."""
    return lambda *arguments, **variables: run_in(data_dir, *arguments, **variables)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The small company's files."""
    return write_small_company(tmp_path_factory.mktemp("files"))


@pytest.fixture(scope="module")
def valued(sqlite_template: Path, files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder into which commands alone have brought the small company; for reports."""
    folder = tmp_path_factory.mktemp("valued")
    shutil.copyfile(sqlite_template, folder / "tieout.sqlite")
    for number, path in enumerate(files, start=1):
        assert run_in(folder, "ingest", path, "--as", "ana").exit_code == 0
        assert run_in(folder, "approve", number, "--as", "cora").exit_code == 0
    assert run_in(folder, "estimate").exit_code == 0
    assert run_in(folder, "value").exit_code == 0
    return folder
