"""Serve the pages with gunicorn, and keep one worker beside them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any

from gunicorn.app.base import BaseApplication

from dashboard.settings import Settings

THREADS = 8


class PageServer(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn around the application, configured by our settings alone."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set what gunicorn would otherwise read from files and command line."""
        options = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "worker_class": "gthread",
            "workers": self.settings.web_processes,
            "threads": THREADS,
            "timeout": 120,
            "graceful_timeout": 10,
            "control_socket_disable": True,
            "proc_name": "tieout",
            "loglevel": "warning",
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application in each web process."""
        from dashboard.wsgi import build_server  # noqa: PLC0415  # each process opens its own store

        return build_server(self.settings)


class WorkerProcess:
    """One `tieout worker`, started again when it dies, stopped with us."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True, name="worker-keeper")
        self._keeper_pid = os.getpid()

    def start(self) -> None:
        """Start the worker and keep it."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the worker to finish its job's step and wait for it."""
        if os.getpid() != self._keeper_pid:  # a web process leaves through here too, and the worker is not its own
            return
        self._stop.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=15)

    def _keep(self) -> None:
        while not self._stop.is_set():
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                [sys.executable, "-m", "dashboard.cli", "worker", "--parent", str(os.getpid())]
            )
            self._process.wait()
            self._stop.wait(2)


def serve_pages(settings: Settings, *, with_worker: bool) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    settings
        Address, database, data folder.
    with_worker
        Whether to keep one worker beside the pages; several machines may run `tieout worker` instead.
    """
    worker = WorkerProcess()
    if with_worker:
        worker.start()
    try:
        PageServer(settings).run()
    finally:
        worker.stop()


def stop_on_signal(stop: threading.Event) -> Any:
    """Return a signal handler that sets `stop`."""

    def handle(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    return handle
