"""Default-deny: nobody reaches any route without a session, save the sign-in page and the files it is drawn with."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from dashboard.ids import SIGN_IN

#: All that is served to somebody not signed in.
OPEN_PATHS = frozenset({SIGN_IN, "/assets/tieout.css", "/assets/favicon.svg", "/assets/vendor/inter-latin-5.3.0.woff2"})


def install_denial(server: Flask) -> None:
    """Deny every request that is not signed in; runs before anything else of the server."""
    server.before_request_funcs.setdefault(None, []).insert(0, deny_unless_signed_in)


def deny_unless_signed_in() -> BaseResponse | None:
    """Return None to let a request through, otherwise the way to the sign-in page, or 401 for what is no page."""
    if request.path in OPEN_PATHS or current_user.is_authenticated:
        return None
    if request.method == "GET" and _wants_page():
        query = request.query_string.decode("utf-8", "replace")
        target = f"{request.path}?{query}" if query else request.path
        return redirect(f"{SIGN_IN}?{urlencode({'next': target})}" if target != "/" else SIGN_IN, code=303)
    return _unauthorised()


def _wants_page() -> bool:
    is_machinery = request.path.startswith(("/_dash", "/assets/", "/_"))
    return not is_machinery and request.accept_mimetypes.best_match(["text/html", "application/json"]) == "text/html"


def _unauthorised() -> Response:
    response = jsonify({"message": "Sign in first."})
    response.status_code = 401
    return response
