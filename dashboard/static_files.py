"""Static files: compressed once, kept beside the data, cached by browsers under addresses that name their content."""

from __future__ import annotations

import gzip
import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path

import brotli
from flask import Flask, Response, request

YEAR = "private, max-age=31536000, immutable"
SHORT = "private, no-cache"
COMPRESSED = frozenset(
    {
        "text/css",
        "text/html",
        "text/javascript",
        "application/javascript",
        "application/json",
        "application/x-javascript",
        "image/svg+xml",
    }
)
SMALLEST_BYTES = 1024
STATIC_PREFIXES = ("/assets/", "/_dash-component-suites/")


@dataclass(slots=True)
class CompressedFiles:
    """Compressed bytes by the hash of the plain ones, in memory and on disk."""

    folder: Path
    _memory: dict[str, bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def compress(self, plain: bytes, coding: str) -> bytes:
        """Return `plain` in a content coding (`br` or `gzip`), computed once."""
        name = f"{hashlib.sha256(plain).hexdigest()}.{coding}"
        with self._lock:
            if name not in self._memory:
                self._memory[name] = self._read_or_make(name, plain, coding)
            return self._memory[name]

    def _read_or_make(self, name: str, plain: bytes, coding: str) -> bytes:
        path = self.folder / name
        if path.exists():
            return path.read_bytes()
        packed = brotli.compress(plain, quality=9) if coding == "br" else gzip.compress(plain, 8)
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{threading.get_ident()}.draft")
        draft.write_bytes(packed)
        draft.replace(path)
        return packed


def install_static_files(server: Flask, folder: Path) -> None:
    """Compress and cache static files of a server; answers of callbacks are compressed fast and never cached."""
    files = CompressedFiles(folder)

    @server.after_request
    def pack(response: Response) -> Response:
        is_static = request.path.startswith(STATIC_PREFIXES) and response.status_code == 200
        if is_static:
            response.headers["Cache-Control"] = YEAR if _names_its_content() else SHORT
        coding = _coding()
        if coding and _is_worth_it(response):
            plain = _body(response)
            if len(plain) >= SMALLEST_BYTES:
                response.set_data(files.compress(plain, coding) if is_static else _pack_fast(plain, coding))
                response.headers["Content-Encoding"] = coding
                response.headers["Content-Length"] = str(response.content_length)
        if response.mimetype in COMPRESSED:
            response.vary.add("Accept-Encoding")
        return response


def _names_its_content() -> bool:
    """Whether the address changes with the content: Dash's fingerprints, ?m= of assets, versions in vendored names."""
    return ".v" in request.path or "m" in request.args or request.path.startswith("/assets/vendor/")


def _coding() -> str:
    accepted = request.headers.get("Accept-Encoding", "")
    return "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""


def _is_worth_it(response: Response) -> bool:
    return (
        response.status_code == 200
        and response.mimetype in COMPRESSED
        and "Content-Encoding" not in response.headers
        and (not response.is_streamed or response.direct_passthrough)
    )


def _body(response: Response) -> bytes:
    response.direct_passthrough = False
    return response.get_data()


def _pack_fast(plain: bytes, coding: str) -> bytes:
    return brotli.compress(plain, quality=4) if coding == "br" else gzip.compress(plain, 4)
