"""Settings, the only reader of the environment.

Every setting is one record of `SETTINGS`: variable, field, what it does, default. docs/settings.md is generated
from them (`python -m dashboard.settings`).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboard.format import Notation
from models.domain.errors import InvalidInputError

MB = 1_000_000


class ExecutorKind(StrEnum):
    """Where estimates are computed."""

    PROCESSES = "processes"
    INLINE = "inline"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class Settings:
    """What one installation is told from outside. `secret_key` is never shown; see `settle_secret_key`."""

    database_url: str
    data_dir: Path
    host: str
    port: int
    secret_key: str
    time_zone: str
    session_hours: float
    is_cookie_secure: bool
    max_upload_bytes: int
    web_processes: int
    notation: Notation
    trusted_proxies: int
    executor: ExecutorKind
    compute_processes: int
    dask_scheduler: str

    def replace(self, **changes: Any) -> Settings:
        """Return these settings with some changed; None leaves a setting as it is."""
        return replace(self, **{name: value for name, value in changes.items() if value is not None})


@dataclass(frozen=True, slots=True)
class Setting:
    """One environment variable: its field, what it does, its default as text, and how its text is read."""

    variable: str
    field: str
    description: str
    default: str
    read: Callable[[str], Any]


def _read_flag(text: str) -> bool:
    if text.lower() not in {"1", "0", "yes", "no", "true", "false"}:
        raise ValueError("write 1 or 0")
    return text.lower() in {"1", "yes", "true"}


def _read_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("write a time zone such as Europe/Berlin") from error
    return text


def _read_positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("write a whole number above 0")
    return number


def _read_count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError("write a whole number, 0 or above")
    return number


def _read_scheduler(text: str) -> str:
    if text and "://" not in text:
        raise ValueError("write the address of a scheduler such as tcp://127.0.0.1:8786")
    return text


def _read_hours(text: str) -> float:
    hours = float(text)
    if not 0 < hours <= 24 * 30:
        raise ValueError("write hours between 0 and 720")
    return hours


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "TIEOUT_DATA_DIR",
        "data_dir",
        "Folder of the received files, the SQLite database and the secret key.",
        "data",
        Path,
    ),
    Setting(
        "TIEOUT_DATABASE_URL",
        "database_url",
        "Where the records live: `sqlite:///PATH`, or `postgresql://USER@HOST/NAME` for many people. "
        "Empty: `tieout.sqlite` in the data folder.",
        "",
        str,
    ),
    Setting(
        "TIEOUT_HOST",
        "host",
        "Address to listen on. Put a TLS proxy in front before listening on more than this machine.",
        "127.0.0.1",
        str,
    ),
    Setting("TIEOUT_PORT", "port", "Port to listen on.", "8050", _read_positive),
    Setting(
        "TIEOUT_SECRET_KEY",
        "secret_key",
        "Signs sessions; the same on every web process and machine. "
        "Empty: made once and kept in the data folder, readable by its owner alone.",
        "",
        str,
    ),
    Setting(
        "TIEOUT_TIMEZONE",
        "time_zone",
        "Time zone of the organisation, in which a day ends; fixed in the database when it is first made.",
        "Europe/Berlin",
        _read_zone,
    ),
    Setting("TIEOUT_SESSION_HOURS", "session_hours", "Hours after which a person signs in again.", "10", _read_hours),
    Setting(
        "TIEOUT_COOKIE_SECURE",
        "is_cookie_secure",
        "1 sends cookies over HTTPS alone, and tells browsers to stay on HTTPS. Set it wherever TLS is in front.",
        "0",
        _read_flag,
    ),
    Setting(
        "TIEOUT_MAX_UPLOAD_MB",
        "max_upload_bytes",
        "Largest file that is received, in megabytes.",
        "500",
        lambda text: _read_positive(text) * MB,
    ),
    Setting("TIEOUT_WEB_PROCESSES", "web_processes", "Web processes, each with eight threads.", "1", _read_positive),
    Setting(
        "TIEOUT_NOTATION",
        "notation",
        "How negatives are written: `mixed` (parentheses in tables, signs in charts), `parentheses` or `signs`.",
        "mixed",
        Notation,
    ),
    Setting(
        "TIEOUT_TRUSTED_PROXIES",
        "trusted_proxies",
        "How many proxies in front set X-Forwarded-For and X-Forwarded-Proto; 0 believes neither.",
        "0",
        int,
    ),
    Setting(
        "TIEOUT_EXECUTOR",
        "executor",
        "Where many estimates are computed: `processes` beside the worker, `inline` in it, or `dask`.",
        "processes",
        ExecutorKind,
    ),
    Setting(
        "TIEOUT_COMPUTE_PROCESSES",
        "compute_processes",
        "Processes that compute estimates; 0 takes as many as there are cores.",
        "0",
        _read_count,
    ),
    Setting(
        "TIEOUT_DASK_SCHEDULER",
        "dask_scheduler",
        "Address of a Dask scheduler whose workers have Tieout installed, such as `tcp://127.0.0.1:8786`. It runs "
        "what it is sent: let nobody reach it but this machine or a network of its own.",
        "",
        _read_scheduler,
    ),
)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process.

    Parameters
    ----------
    environment
        Variables and their text; that of the process if None.

    Raises
    ------
    InvalidInputError
        If the text of a setting cannot be read; the message names the variable.
    """
    variables = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        text = variables.get(setting.variable, "") or setting.default
        try:
            values[setting.field] = setting.read(text)
        except ValueError as error:
            raise InvalidInputError(f"{setting.variable}: '{text}' cannot be used; {error}") from error
    values["data_dir"] = values["data_dir"].expanduser().resolve()
    if not values["database_url"]:
        values["database_url"] = f"sqlite:///{values['data_dir'] / 'tieout.sqlite'}"
    return Settings(**values)


def settle_secret_key(settings: Settings) -> Settings:
    """Return the settings with a secret key: the one given, else the one kept in the data folder, made on first use."""
    if settings.secret_key:
        return settings
    path = settings.data_dir / "secret_key"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    draft = settings.data_dir / f"secret_key.{secrets.token_hex(8)}"
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)  # of two processes that start at once one wins, and both read its key
        draft.unlink()
    return settings.replace(secret_key=path.read_text())


def document_settings() -> str:
    """Return docs/settings.md."""
    rows = [
        f"| `{s.variable}` | `{s.default}` | {s.description} |"
        if s.default
        else f"| `{s.variable}` | | {s.description} |"
        for s in SETTINGS
    ]
    head = "# Settings\n\nRead from the environment when a command starts. The defaults make the demo work.\n\n"
    return head + "| variable | default | what it does |\n|---|---|---|\n" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    Path("docs/settings.md").write_text(document_settings())
