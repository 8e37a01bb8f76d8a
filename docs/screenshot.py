"""Takes docs/images/portfolio.png, the picture of the README, from the demo.

    python docs/screenshot.py [DATA_DIR]

DATA_DIR is a data folder that `tieout demo --no-serve` has filled; without it the demo is run into a temporary one.
Needs a Chromium or Chrome.
"""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from dashboard.app import create_app
from dashboard.demo import COMPANY, PASSWORD, prepare_demo
from dashboard.settings import read_settings
from models.store.engine import close_store, open_store

PICTURE = Path(__file__).parent / "images" / "portfolio.png"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
EXECUTIVE = "henrik.osterloh"
NOW = datetime(2026, 10, 8, 18, tzinfo=UTC)
WIDTH, HEIGHT = 1440, 1400


def main() -> None:
    """Run the demo, serve it, take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        if len(sys.argv) > 1:
            shutil.copytree(sys.argv[1], data_dir)
        with serve_demo(data_dir) as address:
            PICTURE.parent.mkdir(exist_ok=True)
            take_picture(address, PICTURE)
    print(PICTURE)


@contextmanager
def serve_demo(data_dir: Path) -> Iterator[str]:
    """Serve the demo on a free port; give its address."""
    settings = read_settings({"TIEOUT_DATA_DIR": str(data_dir), "TIEOUT_SECRET_KEY": "for a picture alone"})
    prepare_demo(settings, COMPANY, is_reset=False, report=print)
    store = open_store(settings.database_url, settings.data_dir)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(settings, store, clock=lambda: NOW).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        close_store(store)


def take_picture(address: str, path: Path) -> None:
    """Sign in as the executive and photograph the portfolio, light, 1440 pixels wide."""
    browser_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if browser_path is None:
        sys.exit("no Chromium or Chrome on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", locale="en-GB")
        page.goto(f"{address}/sign-in")
        page.fill("#person", EXECUTIVE)
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_selector(".js-plotly-plot .bars")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(500)
        page.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    main()
