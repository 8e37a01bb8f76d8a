"""Seconds and peak memory of the packs: a board pack of 50 initiatives, a workbook of 24, 50 and 1,000, in one run.

    python benchmarks/packs.py [DATA_DIR]

DATA_DIR is a data folder that `tieout demo --no-serve` has filled; without it the demo is run into a temporary one. The
larger publications hold the records of the sample company's last one, over and over under new keys. Each pack is made
in a process of its own, so that its peak memory is its own; recalculation is LibreOffice's, where there is one.
"""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from portfolio import enlarge  # the benchmark beside this one
from python_calamine import CalamineWorkbook

from dashboard.demo import COMPANY, prepare_demo
from dashboard.packs.content import PackRequest, read_pack
from dashboard.packs.handing import KINDS
from dashboard.settings import Settings, read_settings
from models.domain.people import OPERATOR, Person, Role
from models.queries import publications
from models.store.audit import canonical_json
from models.store.engine import Store, close_store, open_store
from models.store.repositories.publications import add_publication
from models.store.sequence import LoadKind, lock_posting, take_load_seq
from models.store.unit_of_work import read, write
from models.value.document import to_document
from models.value.publication import Publication

NOW = datetime(2026, 10, 9, 9, tzinfo=UTC)
EXECUTIVE = Person("henrik.osterloh", "Henrik Osterloh", Role.EXECUTIVE)
RUNS = (("board", 24), ("board", 50), ("workbook", 24), ("workbook", 50), ("workbook", 1_000))
LIMIT_S = 15.0
#: LibreOffice's setting to recalculate every workbook that it opens.
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>"""


def publish(store: Store, publication: Publication, count: int) -> None:
    """Store a publication of so many initiatives after the last one."""
    with write(store, person=OPERATOR, now=NOW) as uow:
        lock_posting(uow)
        large = enlarge(publication, count, take_load_seq(uow, LoadKind.PUBLICATION).load_seq)
        document = canonical_json(to_document(large))
        add_publication(
            uow.session, large.valuation, large.policy.calendar, fingerprint=f"packs {count}", document=document
        )


def make_pack(settings: Settings, kind: str, target: Path, answer: Connection) -> None:
    """Make one pack; answer with the seconds of reading and writing and the peak memory in MB."""
    store = open_store(settings.database_url, settings.data_dir)
    began = time.perf_counter()
    content = read_pack(store, EXECUTIVE, PackRequest(), now=NOW)
    was_read = time.perf_counter()
    with target.open("w+b") as file:
        KINDS[kind].write(content, file)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = time.perf_counter() - was_read
    answer.send(
        (was_read - began, seconds, peak_mb, sum(ini.figures.invested.amount_minor for ini in content.initiatives))
    )
    close_store(store)


def recalculate_s(path: Path, folder: Path, invested_minor: int) -> float | None:
    """Return the seconds that LibreOffice takes to open, recalculate and save a workbook; its sum is then exact."""
    program = shutil.which("soffice")
    if program is None:
        return None
    user = folder / "profile" / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(ALWAYS, "utf-8")
    began = time.perf_counter()
    command = [program, f"-env:UserInstallation={user.parent.as_uri()}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(folder / "out"), str(path)], check=True, capture_output=True)  # noqa: S603
    seconds = time.perf_counter() - began
    summary = CalamineWorkbook.from_path(str(folder / "out" / path.name)).get_sheet_by_name("Summary").to_python()
    found = next(row[1] for row in summary if row[0] == "Invested")
    assert round(found * 100) == invested_minor, (found, invested_minor)
    return seconds


def main() -> None:
    """Print the table; fail if the board pack of 50 initiatives takes longer than it may."""
    slowest = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data_dir = folder / "data"
        if len(sys.argv) > 1:
            shutil.copytree(sys.argv[1], data_dir)
        settings = read_settings({"TIEOUT_DATA_DIR": str(data_dir), "TIEOUT_SECRET_KEY": "for benchmarks alone"})
        prepare_demo(settings, COMPANY, is_reset=False, report=lambda _: None)
        print(f"{'pack':10}{'initiatives':>12}{'read s':>9}{'write s':>9}{'peak MB':>9}{'file MB':>9}{'recalc s':>10}")
        store = open_store(settings.database_url, settings.data_dir)
        with read(store) as session:
            sample = publications.load_publication(session, None)
        close_store(store)
        assert sample is not None
        published = 24
        for kind, count in sorted(RUNS, key=lambda run: run[1]):
            if count != published:
                store = open_store(settings.database_url, settings.data_dir)
                publish(store, sample, count)
                close_store(store)
                published = count
            target = folder / f"{kind}-{count}{KINDS[kind].ending}"
            here, there = multiprocessing.Pipe()
            process = multiprocessing.get_context("spawn").Process(
                target=make_pack, args=(settings, kind, target, there)
            )
            process.start()
            read_s, write_s, peak_mb, invested = here.recv()
            process.join()
            again = recalculate_s(target, folder, invested) if kind == "workbook" else None
            shown = f"{again:>10.1f}" if again is not None else ""
            size = target.stat().st_size / 1e6
            print(f"{kind:10}{count:>12,}{read_s:>9.1f}{write_s:>9.1f}{peak_mb:>9.0f}{size:>9.1f}{shown}")
            if (kind, count) == ("board", 50):
                slowest = read_s + write_s
    assert slowest < LIMIT_S, f"the board pack of 50 initiatives took {slowest:.1f} s"


if __name__ == "__main__":
    main()
