"""The application: Dash on a server that denies by default."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import dash
from dash import Dash, html
from dash.development.base_component import Component
from flask import Flask, Response, jsonify, redirect, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from dashboard.auth.denial import install_denial
from dashboard.auth.headers import install_headers
from dashboard.auth.sessions import install_sessions
from dashboard.auth.sign_in import blueprint as sign_in_blueprint
from dashboard.auth.start import install_start
from dashboard.auth.throttle import EXTENSION as THROTTLE
from dashboard.auth.throttle import SignInThrottle
from dashboard.components.shell import page_frame, shell
from dashboard.components.strip import header_strip
from dashboard.context import EXTENSION, Clock, WebContext, current_person, current_scheme, current_store, known_on_of
from dashboard.exports import install_exports
from dashboard.files import blueprint as files_blueprint
from dashboard.format import NOTATION
from dashboard.grid_rows import install_grid_rows
from dashboard.ids import SIGN_IN
from dashboard.pack_files import blueprint as packs_blueprint
from dashboard.page import Page
from dashboard.pages import PAGES
from dashboard.permissions import bind_callbacks, guard_page, page_not_found
from dashboard.settings import Settings, settle_secret_key
from dashboard.static_files import install_static_files
from dashboard.uploads import allow_large_body
from dashboard.uploads import blueprint as uploads_blueprint
from models.domain.errors import InvalidInputError, NotFoundError, NotPermittedError, StoreBusyError
from models.queries.strip import load_header_strip
from models.store.engine import Store
from models.store.unit_of_work import read

LOG = logging.getLogger("tieout.web")
ASSETS = Path(__file__).parent / "assets"
MOST_BYTES = 4_000_000  # of any request but an upload

#: lang for screen readers; scheme.js runs before anything is drawn, so that no page flashes white.
INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="preload" href="/assets/vendor/inter-latin-5.3.0.woff2" as="font" type="font/woff2" crossorigin>
<script src="/assets/early/scheme.js"></script>
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


def create_app(settings: Settings, store: Store, *, clock: Clock, pages: tuple[Page, ...] = PAGES) -> Dash:
    """Return the application.

    Parameters
    ----------
    settings
        Those of the installation; the secret key is made if there is none.
    store
        Where everything is; its tables exist.
    clock
        Tells the time in UTC.
    pages
        What is registered, in the order of navigation.
    """
    settled = settle_secret_key(settings)
    server = _make_server(settled)
    server.extensions[EXTENSION] = WebContext(settled, store, clock)
    server.extensions[THROTTLE] = SignInThrottle()
    app = Dash(
        "dashboard",
        server=server,  # type: ignore[arg-type]  # a server is taken, as documented
        title="Tieout",
        update_title="",
        use_pages=True,
        pages_folder="",
        assets_folder=str(ASSETS),
        assets_ignore=r".*\.(txt|md)$",
        assets_path_ignore=["vendor", "early", "icons"],
        index_string=INDEX,
        suppress_callback_exceptions=True,
        serve_locally=True,
        include_pages_meta=False,
    )
    _register_pages(app, pages)
    bind_callbacks(app)
    for blueprint in (sign_in_blueprint, uploads_blueprint, files_blueprint, packs_blueprint):
        server.register_blueprint(blueprint)
    install_exports(server, pages)
    install_grid_rows(server, pages)
    install_static_files(server, settled.data_dir / "static")
    _settle_callbacks(server)
    install_headers(server, settled, app.csp_hashes())
    install_start(server, pages)
    install_denial(server)
    return app


def _make_server(settings: Settings) -> Flask:
    server = Flask("dashboard", static_folder=None)
    server.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="tieout_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_cookie_secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=MOST_BYTES,
    )
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    install_sessions(server)
    server.before_request(refuse_nul)
    server.before_request(allow_large_body)
    CSRFProtect(server)
    server.before_request(lambda: NOTATION.set(settings.notation) and None)
    _install_errors(server)
    return server


def refuse_nul() -> Response | None:
    """Refuse an address with a NUL: nothing here has one, and some databases answer it with an error."""
    is_in_query = any("\0" in text for _, text in request.args.items(multi=True))
    return _answer("This address cannot be read.", 400) if is_in_query or "\0" in request.path else None


def _install_errors(server: Flask) -> None:
    """Answer the errors of the tree outside pages: callbacks, uploads, downloads."""
    answers: tuple[tuple[type[Exception], int], ...] = (
        (NotPermittedError, 403),
        (NotFoundError, 404),
        (InvalidInputError, 400),
        (StoreBusyError, 503),
    )
    server.register_error_handler(413, lambda _: _answer("The file is larger than what is received here.", 413))
    server.register_error_handler(CSRFError, _answer_csrf)
    server.register_error_handler(500, _answer_failure)
    for kind, status in answers:
        server.register_error_handler(kind, lambda error, status=status: _answer(str(error), status))


def _answer_csrf(_error: CSRFError) -> BaseResponse:
    """Show a form that stood open too long anew; ask anything else to reload its page for a token."""
    if request.path == SIGN_IN:
        return redirect(SIGN_IN, code=303)
    return _answer("This page has been open too long. Reload it and try again.", 400)


def _answer_failure(error: Exception) -> Response:
    """Record what nobody foresaw under a key that the person can quote; the answer says nothing else of it."""
    key = secrets.token_hex(4)
    cause = getattr(error, "original_exception", None) or error
    LOG.error("%s %s failed (%s)", request.method, request.path, key, exc_info=cause)
    return _answer(f"Tieout failed to do this. The failure is recorded under {key}; tell your administrator.", 500)


def _answer(message: str, status: int) -> Response:
    response = jsonify({"message": message})
    response.status_code = status
    return response


def _register(module: str, **page: Any) -> None:
    dash.register_page(module, **page)  # type: ignore[no-untyped-call]  # not annotated there


def _register_pages(app: Dash, pages: tuple[Page, ...]) -> None:
    dash.page_registry.clear()
    for order, page in enumerate(pages):
        where = {"path_template": page.path} if "<" in page.path else {"path": page.path}
        _register(
            page.name,
            name=page.navigation or page.title,
            title=f"{page.title} · Tieout",
            order=order,
            layout=guard_page(page, _frame),
            **where,
        )
    _register("not_found_404", title="Nothing here · Tieout", path="/not-found", layout=lambda **_: page_not_found())
    app.layout = lambda: _draw_shell(pages)


def _draw_shell(pages: tuple[Page, ...]) -> Component:
    if not current_user.is_authenticated:
        return html.Div()  # Dash asks once while the application is made; requests are denied before they get here
    return shell(pages, current_person(), scheme=current_scheme(), csrf_token=generate_csrf())


def _settle_callbacks(server: Flask) -> None:
    """Let Dash register its own callbacks now, so that the content security policy knows all inline scripts."""
    with server.test_request_context("/"):
        server.preprocess_request()


def _frame(page: Page, variables: dict[str, str], content: Component) -> Component:
    if not page.has_strip:
        return page_frame(content, title=page.title, strip=None)
    try:
        known_on = known_on_of(variables)
    except InvalidInputError:
        known_on = None  # the page itself says that the date cannot be read
    try:
        with read(current_store()) as session:
            strip = load_header_strip(session, current_person(), known_on=known_on)
    except StoreBusyError:
        return page_frame(content, title=page.title, strip=None)  # the page itself says that the database is busy
    return page_frame(content, title=page.title, strip=header_strip(strip, known_on=known_on))
