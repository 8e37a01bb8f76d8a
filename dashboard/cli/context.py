"""What every command needs: the store, the person, errors as sentences."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

import click

from dashboard.settings import Settings, read_settings
from models.actions.people import person_of
from models.domain.errors import TieoutError
from models.domain.people import Person
from models.queries.knowledge import organisation
from models.store.engine import Store, close_store, open_store
from models.store.unit_of_work import read

P = ParamSpec("P")
R = TypeVar("R")

as_person = click.option(
    "--as", "person_key", envvar="TIEOUT_PERSON", required=True, help="Who acts: the key of a person who can sign in."
)
format_option = click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)


def settings_of_process() -> Settings:
    """Return the settings of this process."""
    return read_settings()


def store_of_process() -> Store:
    """Open the store that the settings name; it is closed when the command ends."""
    settings = settings_of_process()
    store = open_store(settings.database_url, settings.data_dir)
    click.get_current_context().call_on_close(lambda: close_store(store))
    return store


def acting_person(store: Store, key: str) -> Person:
    """Return the person who acts; a person who cannot sign in cannot act here either."""
    with read(store) as session:
        return person_of(session, key, organisation(session).day_of(present()))


def present() -> datetime:
    """Return the time at which a command acts, in UTC."""
    return datetime.now(UTC)


def says_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn an error of the tree, or a folder that is closed to us, into a sentence and exit status 1."""

    @functools.wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except TieoutError as error:
            click.echo(f"tieout: {error}", err=True)
            sys.exit(1)
        except PermissionError as error:
            click.echo(f"tieout: {error.filename} may not be read or written by this user", err=True)
            sys.exit(1)

    return wrapped
