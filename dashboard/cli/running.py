"""Commands that run: demo, serve, worker."""

from __future__ import annotations

import logging
import os
import signal
import threading

import click

from dashboard.cli.context import says_errors, settings_of_process, store_of_process
from dashboard.demo import COMPANY, REFERENCE, prepare_demo
from dashboard.executors import executor_of
from dashboard.serving import serve_pages, stop_on_signal
from dashboard.worker import run_worker
from models.store.migrations.run import upgrade_store


@click.command()
@click.option("--no-serve", is_flag=True, help="Do everything but serve.")
@click.option("--reset", is_flag=True, help="Start over from an empty database.")
@click.option(
    "--reference", is_flag=True, help="Public real data instead of the sample company; money is illustrative."
)
@says_errors
def demo(no_serve: bool, reset: bool, reference: bool) -> None:
    """Load the sample company through the intake, measure it, and serve it."""
    settings = prepare_demo(
        settings_of_process(), REFERENCE if reference else COMPANY, is_reset=reset, report=click.echo
    )
    if not no_serve:
        click.echo(f"Serving http://{settings.host}:{settings.port} (stop with Ctrl-C)")
        serve_pages(settings, with_worker=True)


@click.command()
@click.option("--host", help="Address to listen on; default TIEOUT_HOST.")
@click.option("--port", type=int, help="Port to listen on; default TIEOUT_PORT.")
@click.option("--no-worker", is_flag=True, help="Pages only; run tieout worker elsewhere.")
@says_errors
def serve(host: str | None, port: int | None, no_worker: bool) -> None:
    """Serve the pages, with one worker beside them."""
    settings = settings_of_process().replace(host=host, port=port)
    upgrade_store(store_of_process())
    click.echo(f"Serving http://{settings.host}:{settings.port} (stop with Ctrl-C)")
    serve_pages(settings, with_worker=not no_worker)


@click.command()
@click.option("--parent", type=int, hidden=True, help="Stop when this process is gone.")
@says_errors
def worker(parent: int | None) -> None:
    """Work on jobs until stopped: estimate what changed, value it, publish."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_on_signal(stop))
    if parent is not None:
        threading.Thread(target=_stop_with_parent, args=(parent, stop), daemon=True).start()
    settings = settings_of_process()
    run_worker(store_of_process(), stop, executor=lambda: executor_of(settings))


def _stop_with_parent(parent: int, stop: threading.Event) -> None:
    """Set `stop` once the server that started us is gone, however it went."""
    while not stop.wait(2):
        if os.getppid() != parent:
            stop.set()
