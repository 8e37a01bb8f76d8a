from __future__ import annotations

import stat
from pathlib import Path

import pytest

from dashboard.format import Notation
from dashboard.settings import SETTINGS, document_settings, read_settings, settle_secret_key
from models.domain.errors import InvalidInputError

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def test_the_defaults_make_the_demo_work(tmp_path: Path) -> None:
    settings = read_settings({"TIEOUT_DATA_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path / 'tieout.sqlite'}"
    assert (settings.host, settings.port, settings.web_processes) == ("127.0.0.1", 8050, 1)
    assert settings.notation is Notation.MIXED
    assert not settings.is_cookie_secure


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("TIEOUT_PORT", "http"),
        ("TIEOUT_PORT", "0"),
        ("TIEOUT_TIMEZONE", "Berlin"),
        ("TIEOUT_SESSION_HOURS", "-1"),
        ("TIEOUT_COOKIE_SECURE", "maybe"),
        ("TIEOUT_NOTATION", "brackets"),
    ],
)
def test_an_unreadable_setting_is_named(variable: str, text: str) -> None:
    with pytest.raises(InvalidInputError, match=variable):
        read_settings({variable: text})


def test_the_secret_key_is_made_once_and_its_owners_alone(tmp_path: Path) -> None:
    settings = read_settings({"TIEOUT_DATA_DIR": str(tmp_path / "new")})
    first, second = settle_secret_key(settings), settle_secret_key(settings)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 64
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]


def test_a_given_secret_key_is_kept(tmp_path: Path) -> None:
    settings = read_settings({"TIEOUT_DATA_DIR": str(tmp_path), "TIEOUT_SECRET_KEY": "given"})
    assert settle_secret_key(settings).secret_key == "given"
    assert list(tmp_path.iterdir()) == []


def test_replace_leaves_what_is_none() -> None:
    settings = read_settings({})
    assert settings.replace(host=None, port=9000).host == settings.host
    assert settings.replace(port=9000).port == 9000


def test_every_setting_is_documented() -> None:
    assert DOCUMENT.read_text() == document_settings()
    assert len({setting.variable for setting in SETTINGS}) == len(SETTINGS)
    assert all(setting.description.endswith(".") for setting in SETTINGS)
