"""The application for a web server: `gunicorn 'dashboard.wsgi:build_server()'`."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask

from dashboard.app import create_app
from dashboard.settings import Settings, read_settings
from models.store.engine import open_store


def build_server(settings: Settings | None = None) -> Flask:
    """Return the server for `settings`, those of the environment if None."""
    settled = read_settings() if settings is None else settings
    app = create_app(settled, open_store(settled.database_url, settled.data_dir), clock=lambda: datetime.now(UTC))
    server: Flask = app.server
    return server
