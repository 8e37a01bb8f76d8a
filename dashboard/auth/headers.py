"""Response headers: what a browser may load and run, how long it may keep what, the CSRF token for Dash."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask, Response, request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from dashboard.settings import Settings

CSRF_COOKIE = "_csrf_token"  # the name that Dash reads


def content_security_policy(script_hashes: Sequence[str]) -> str:
    """Return the policy; `script_hashes` are those of Dash's inline scripts once all callbacks are registered."""
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self'", *script_hashes]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ]
    )


def install_headers(server: Flask, settings: Settings, script_hashes: Sequence[str]) -> None:
    """Set the headers of every response."""
    policy = content_security_policy(script_hashes)

    @server.after_request
    def set_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()"
        response.headers.pop("Server-Timing", None)
        if settings.is_cookie_secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        if current_user.is_authenticated and response.mimetype == "text/html":
            response.set_cookie(
                CSRF_COOKIE, generate_csrf(), secure=settings.is_cookie_secure, samesite="Lax", path="/"
            )
        _forget_on_sign_out(response)
        return response


def _forget_on_sign_out(response: Response) -> None:
    if not current_user.is_authenticated and CSRF_COOKIE in request.cookies:
        response.delete_cookie(CSRF_COOKIE, path="/")
