"""The sign-in page and the routes that open and end a session.

Drawn by the server: no script, nothing of the pages behind.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, request
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response as BaseResponse

from dashboard.auth.sessions import close_session, open_session
from dashboard.auth.throttle import ADDRESS, Failures, current_throttle, wait_after
from dashboard.context import current_context, current_scheme
from dashboard.ids import SIGN_IN, SIGN_OUT
from models.actions.people import authenticate
from models.domain.errors import StoreBusyError
from models.queries.people import count_failed_sign_ins
from models.store.unit_of_work import read

WRONG = "Name or password is not right, or the account cannot sign in."

blueprint = Blueprint("sign_in", __name__)


@blueprint.get(SIGN_IN)
def show_sign_in() -> Response:
    """Show the form."""
    return _page(target=request.args.get("next", ""))


@blueprint.post(SIGN_IN)
def take_sign_in() -> BaseResponse:
    """Check name and password; the answer to any failure is the same."""
    context, throttle = current_context(), current_throttle()
    person, password = _typed("person").strip(), _typed("password")
    target = request.form.get("next", "")
    now = context.clock()
    names = (f"person:{person.casefold()}", f"{ADDRESS}{request.remote_addr}")
    wait_s = max(throttle.wait_s(names, now), _wait_of_account(person, now))
    if wait_s > 0:
        minutes = -(-wait_s // 60)
        return _page(
            target=target,
            person=person,
            message=f"Too many attempts. Try again in {minutes} min.",
            status=429,
            wait_s=wait_s,
        )
    try:
        sign_in = authenticate(context.store, key=person, password=password, now=now)
    except StoreBusyError:
        return _page(target=target, person=person, message="Tieout is busy. Try again in a moment.", status=503)
    if sign_in is None:
        throttle.fail(names, now)
        return _page(target=target, person=person, message=WRONG, status=401)
    throttle.succeed(names[:1])
    open_session(sign_in, now)
    return redirect(safe_target(target), code=303)


def _typed(name: str) -> str:
    """Return what was typed; no name or password holds a NUL, which some databases refuse with an error."""
    return request.form.get(name, "").replace("\0", "")


def _wait_of_account(person: str, now: datetime) -> int:
    """Return how long an account must wait by what every web process knows of it."""
    try:
        with read(current_context().store) as session:
            known = count_failed_sign_ins(session, person)
    except StoreBusyError:
        return 0
    return wait_after(Failures(*known), now) if known is not None else 0


@blueprint.post(SIGN_OUT)
def take_sign_out() -> BaseResponse:
    """End the session."""
    close_session()
    return redirect(SIGN_IN, code=303)


def safe_target(target: str) -> str:
    """Return the address to go on to: a path of this site, else the start page."""
    parts = urlsplit(target)
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    is_page = parts.path not in {SIGN_IN, SIGN_OUT}
    return target if is_ours and is_page and "\\" not in target and target.isprintable() else "/"


def _page(*, target: str, person: str = "", message: str = "", status: int = 200, wait_s: int = 0) -> Response:
    alert = f'<p class="notice notice-error" role="alert" id="sign-in-message">{escape(message)}</p>' if message else ""
    described = ' aria-describedby="sign-in-message"' if message else ""
    body = _TEMPLATE.format(
        scheme=current_scheme(),
        csrf=escape(generate_csrf()),
        target=escape(target),
        person=escape(person),
        alert=alert,
        described=described,
    )
    response = make_response(body, status)
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    return response


_TEMPLATE = """<!DOCTYPE html>
<html lang="en" data-mantine-color-scheme="{scheme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Tieout</title>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/tieout.css">
</head>
<body class="sign-in-page">
<main class="sign-in">
<h1 class="brand"><span class="brand-mark" aria-hidden="true"></span>Tieout</h1>
<p class="sign-in-promise">Every claimed euro either ties out to the P&amp;L, or the page says why not.</p>
<form class="card sign-in-form" method="post" action="/sign-in">
{alert}
<input type="hidden" name="csrf_token" value="{csrf}">
<input type="hidden" name="next" value="{target}">
<label for="person">Name</label>
<input id="person" name="person" type="text" value="{person}" autocomplete="username"
  autocapitalize="none" spellcheck="false" required autofocus{described}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required{described}>
<button class="button button-primary" type="submit">Sign in</button>
</form>
<p class="sign-in-help">Your administrator adds people and gives new passwords.</p>
</main>
</body>
</html>
"""
