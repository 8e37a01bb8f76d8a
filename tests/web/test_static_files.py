from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import brotli
from plotly.offline import get_plotlyjs_version

from dashboard.static_files import CompressedFiles

Visitor = Any
ASSETS = Path(__file__).parents[2] / "dashboard" / "assets"


def bundle() -> Path:
    (found,) = (ASSETS / "vendor").glob("plotly-finance-*.min.js")
    return found


def test_the_chart_library_is_the_one_that_plotly_bundles() -> None:
    version = get_plotlyjs_version()
    assert bundle().name == f"plotly-finance-{version}.min.js"
    assert f"v{version}" in bundle().read_text()[:200]
    assert f"/assets/vendor/{bundle().name}" in (ASSETS / "early" / "scheme.js").read_text()
    assert bundle().stat().st_size < 1_400_000


def test_vendored_files_name_their_licence() -> None:
    notes = (ASSETS / "vendor" / "README.md").read_text()
    for path in (ASSETS / "vendor").iterdir():
        assert path.name == "README.md" or path.name in notes, path.name


def test_static_files_come_compressed_and_are_kept_a_year(signed_in: Callable[[str], Visitor]) -> None:
    client = signed_in("cora").client
    path = f"/assets/vendor/{bundle().name}"
    answer = client.get(path, headers={"Accept-Encoding": "gzip, br"}, buffered=True)
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert len(answer.data) < 450_000
    assert brotli.decompress(answer.data) == bundle().read_bytes()
    zipped = client.get(path, headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert gzip.decompress(zipped.data) == bundle().read_bytes()
    assert client.get(path, buffered=True).data == bundle().read_bytes()


def test_an_address_that_does_not_name_its_content_is_asked_again(signed_in: Callable[[str], Visitor]) -> None:
    client = signed_in("cora").client
    answer = client.get("/assets/tieout.css", headers={"Accept-Encoding": "br"}, buffered=True)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = client.get("/assets/tieout.css", headers={"If-None-Match": answer.headers["ETag"]}, buffered=True)
    assert again.status_code == 304


def test_every_script_of_the_index_is_kept_a_year(signed_in: Callable[[str], Visitor]) -> None:
    client = signed_in("cora").client
    page = client.get("/account", headers={"Accept": "text/html"}).text
    scripts = re.findall(r'<script src="([^"]+)"', page)
    assert any("dash_renderer" in path for path in scripts)
    assert all(path.startswith("/") for path in scripts)
    assert not any("plotly" in path for path in scripts)  # loaded when a chart asks for it
    for path in scripts:
        answer = client.get(path, headers={"Accept-Encoding": "br"}, buffered=True)
        assert answer.status_code == 200, path
        if not path.startswith("/assets/early/"):
            assert "max-age=31536000" in answer.headers["Cache-Control"], path


def test_compression_is_done_once(tmp_path: Path) -> None:
    plain = b"words " * 1000
    first = CompressedFiles(tmp_path).compress(plain, "br")
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"as kept")
    assert CompressedFiles(tmp_path).compress(plain, "br") == b"as kept"
    assert brotli.decompress(first) == plain


def test_callbacks_are_compressed_but_never_cached(signed_in: Callable[[str], Visitor]) -> None:
    answer = signed_in("cora").client.get("/_dash-layout", headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Cache-Control"] == "no-store"
