"""Who is signed in: Flask-Login over signed cookies that a change of the account ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, session
from flask_login import LoginManager, UserMixin, login_user, logout_user

from dashboard.context import current_context
from models.actions.people import SignIn, load_sign_in
from models.domain.people import Person
from models.store.unit_of_work import read

EPOCH = "tieout_epoch"
SIGNED_IN_AT = "tieout_signed_in_at"


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """The person of a session."""

    person: Person

    def get_id(self) -> str:
        """Return the key that the session keeps."""
        return self.person.key


def install_sessions(server: Flask) -> None:
    """Let Flask-Login keep sessions on a server."""
    manager = LoginManager()
    manager.session_protection = None  # the browser's name changes with its updates; the epoch ends sessions
    manager.user_loader(load_signed_in)
    manager.init_app(server)


def open_session(sign_in: SignIn, now: datetime) -> None:
    """Begin a session for a person; nothing of the one before is kept, its CSRF token included."""
    session.clear()
    session.permanent = True
    session[EPOCH] = sign_in.session_epoch
    session[SIGNED_IN_AT] = now.timestamp()
    login_user(SignedIn(sign_in.person))


def close_session() -> None:
    """End the session of this browser."""
    logout_user()
    session.clear()


def load_signed_in(key: str) -> SignedIn | None:
    """Return the person of a session; None if they can no longer sign in, changed their password, or time is up."""
    context = current_context()
    now = context.clock()
    if (
        now.timestamp() - float(session.get(SIGNED_IN_AT, 0.0))
        > timedelta(hours=context.settings.session_hours).total_seconds()
    ):
        return None
    with read(context.store) as rows:
        sign_in = load_sign_in(rows, key, on=now)
    if sign_in is None or sign_in.session_epoch != session.get(EPOCH):
        return None
    return SignedIn(sign_in.person)
