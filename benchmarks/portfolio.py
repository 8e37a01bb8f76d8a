"""Portfolio query and page latency at 1,000 initiatives, beside the 24 of the sample company, in one run.

    python benchmarks/portfolio.py [DATA_DIR]

DATA_DIR is a data folder that `tieout demo --no-serve` has filled; without it the demo is run into a temporary one.
The large publication holds the records of the sample company's last one, over and over under new keys, and is stored,
read and drawn by the same code. Times are medians of several requests of a signed-in executive, in milliseconds.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from dashboard.app import create_app
from dashboard.demo import COMPANY, PASSWORD, prepare_demo
from dashboard.settings import Settings, read_settings
from models.domain.people import OPERATOR, Person, Role
from models.queries import publications
from models.queries.portfolio import portfolio_summary
from models.store.audit import canonical_json
from models.store.engine import Store, close_store, open_store
from models.store.repositories.publications import add_publication
from models.store.sequence import LoadKind, lock_posting, take_load_seq
from models.store.unit_of_work import read, write
from models.value.document import to_document
from models.value.publication import Publication

LARGE = 1_000
REPEATS = 7
NOW = datetime(2026, 10, 9, 9, tzinfo=UTC)
EXECUTIVE = Person("henrik.osterloh", "Henrik Osterloh", Role.EXECUTIVE)


def rename(node: Any, names: dict[str, str]) -> Any:
    """Return a record with every text that is a key replaced by its new key."""
    if isinstance(node, Enum):
        return node
    if isinstance(node, str):
        return names.get(node, node)
    if isinstance(node, tuple | frozenset):
        return type(node)(rename(each, names) for each in node)
    if dataclasses.is_dataclass(node) and not isinstance(node, type):
        fields = [
            field.name for field in dataclasses.fields(node) if field.name != "recipe"
        ]  # draws are of the estimate
        changed = {name: rename(getattr(node, name), names) for name in fields}
        return dataclasses.replace(node, **changed)
    return node


def enlarge(publication: Publication, wanted: int, load_seq: int) -> Publication:
    """Return a publication with its initiatives, their parts and entries repeated under new keys."""
    valuation, ledger = publication.valuation, publication.valuation.ledger
    keys = [each.key for each in valuation.initiatives]
    keys += [line.benefit_line for each in valuation.initiatives for line in each.lines]
    blocks: list[list[Any]] = [
        list(block)
        for block in (
            valuation.initiatives,
            publication.parts,
            ledger.entries,
            ledger.held_by_budget,
            ledger.over_claims,
        )
    ]
    copies = [list(block) for block in blocks]
    for number in range(1, -(-wanted // len(blocks[0]))):
        names = {key: f"{key}~{number}" for key in keys}
        for target, block in zip(copies, blocks, strict=True):
            target.extend(rename(each, names) for each in block)
    initiatives, parts, entries, held, over = copies
    kept = {each.key for each in initiatives[:wanted]}
    enlarged = dataclasses.replace(
        ledger,
        entries=tuple(entry for entry in entries if entry.initiative in kept),
        held_by_budget=tuple(each for each in held if each.initiative in kept),
        over_claims=tuple(claim for claim in over if kept.issuperset(claim.initiatives)),
    )
    return dataclasses.replace(
        publication,
        valuation=dataclasses.replace(
            valuation,
            context=dataclasses.replace(valuation.context, load_seq=load_seq),
            initiatives=tuple(initiatives[:wanted]),
            ledger=enlarged,
        ),
        parts=tuple(part for part in parts if part.key in kept),
    )


def publish_large(store: Store) -> int:
    """Store the large publication after the last one; return how many initiatives it holds."""
    with read(store) as session:
        publication = publications.load_publication(session, None)
    assert publication is not None
    with write(store, person=OPERATOR, now=NOW) as uow:
        lock_posting(uow)
        large = enlarge(publication, LARGE, take_load_seq(uow, LoadKind.PUBLICATION).load_seq)
        document = canonical_json(to_document(large))
        calendar = large.policy.calendar
        add_publication(uow.session, large.valuation, calendar, fingerprint="benchmark", document=document)
    return len(large.valuation.initiatives)


def median_ms(work: Callable[[], object]) -> float:
    """Return the median time of some repetitions, after one that warms up."""
    work()
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def sign_in(client: FlaskClient) -> dict[str, str]:
    """Sign the executive in; return the headers of a callback."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert found is not None
    form = {"person": EXECUTIVE.key, "password": PASSWORD, "csrf_token": found[1]}
    assert client.post("/sign-in", data=form).status_code == 303
    client.get("/account", headers={"Accept": "text/html"})
    cookie = client.get_cookie("_csrf_token")
    assert cookie is not None
    return {"X-CSRFToken": cookie.decoded_value, "Accept-Encoding": "br"}


def draw(client: FlaskClient, headers: dict[str, str], path: str) -> int:
    """Ask for a page as Dash does; return the bytes of the answer."""
    body = {
        "output": ".._pages_content.children..._pages_store.data..",
        "outputs": [{"id": "_pages_content", "property": "children"}, {"id": "_pages_store", "property": "data"}],
        "inputs": [
            {"id": "_pages_location", "property": "pathname", "value": path},
            {"id": "_pages_location", "property": "search", "value": ""},
        ],
        "changedPropIds": ["_pages_location.pathname"],
    }
    answer = client.post("/_dash-update-component", json=body, headers=headers)
    assert answer.status_code == 200
    return len(answer.data)


def measure(settings: Settings, store: Store) -> dict[str, float]:
    """Return the latencies over what is published last."""

    def summarise(keys: set[str] | None = None) -> object:
        with read(store) as session:
            return portfolio_summary(session, EXECUTIVE, known_on=None, initiatives=keys)

    def read_anew() -> object:
        publications._SHELF._kept.clear()  # noqa: SLF001 - as after a restart
        return summarise()

    with read(store) as session:
        publication = publications.load_publication(session, None)
    assert publication is not None
    some = {each.key for each in publication.valuation.initiatives[::2]}
    client = create_app(settings, store, clock=lambda: NOW).server.test_client()
    headers = sign_in(client)
    found = {
        "query, first after a restart": median_ms(read_anew),
        "query, whole portfolio": median_ms(summarise),
        "query, half of it by a filter": median_ms(lambda: summarise(some)),
    }
    for path in ("/", "/initiatives", "/evidence", "/initiatives/SHIFT"):
        found[f"callback {path}"] = median_ms(lambda path=path: draw(client, headers, path))
        found[f"callback {path}, KB"] = draw(client, headers, path) / 1000
    rows = client.get("/grids/initiatives.json", headers=headers)
    found["rows of the ranked grid"] = median_ms(lambda: client.get("/grids/initiatives.json", headers=headers))
    found["rows of the ranked grid, KB"] = len(rows.data) / 1000
    known = headers | {"If-None-Match": rows.headers["ETag"]}
    found["rows of the ranked grid, unchanged"] = median_ms(
        lambda: client.get("/grids/initiatives.json", headers=known)
    )
    return found


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        if len(sys.argv) > 1:
            shutil.copytree(sys.argv[1], data_dir)
        settings = read_settings({"TIEOUT_DATA_DIR": str(data_dir), "TIEOUT_SECRET_KEY": "for benchmarks alone"})
        prepare_demo(settings, COMPANY, is_reset=False, report=lambda _: None)
        store = open_store(settings.database_url, settings.data_dir)
        try:
            small = measure(settings, store)
            count = publish_large(store)
            large = measure(settings, store)
        finally:
            close_store(store)
    print(f"{'':36}{'24':>10}{count:>10,}{'ratio':>8}")
    for name, value in small.items():
        unit = "" if name.endswith("KB") else " ms"
        print(f"{name:36}{value:>7,.0f}{unit:3}{large[name]:>7,.0f}{unit:3}{large[name] / value:>7.1f}x")


if __name__ == "__main__":
    main()
