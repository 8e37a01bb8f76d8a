"""The members of an auditor's pack: each a path and the pieces of its bytes, made one after the other."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions, version
from importlib.resources import files
from typing import Any

from dashboard.exports import safe_filename
from models.causal import ENGINE_VERSION
from models.domain.extract import ExtractKind
from models.queries.audit_pack import AuditPack, PackedEstimate, PackedPanel, Place
from models.queries.audit_records import AuditRecords, OriginalFile, RecordTable
from models.store.content import ContentStore
from models.value import VALUE_VERSION
from models.value.tagged import to_tagged

Member = tuple[str, Iterable[bytes]]
_CHUNK = 1 << 20
_ROWS = 2000
#: What of the engine a pack carries: everything that a figure is computed by.
_ENGINE = ("domain", "causal", "value")
_PLACES = ("load_seq", "part_no", "row_no")


def pack_members(records: AuditRecords, content: ContentStore, pack: AuditPack) -> Iterator[Member]:
    """Yield the members of a pack, but for README and manifest."""
    brought: set[int] = set()
    for kind in ExtractKind:
        only = pack.kpis if pack.initiative and kind is ExtractKind.KPI_OBSERVATIONS else None
        table = records.fact_table(kind, kpis=only)
        yield f"facts/{kind.value}.csv", _csv_pieces(_noting_loads(table, brought))
    originals = records.original_files()
    kept = originals if not pack.initiative else tuple(each for each in originals if each.load_seq in brought)
    for original in kept:
        yield path_of(original), _bytes_of(content, original.sha256)
    paths = {original.load_seq: path_of(original) for original in originals}
    for panel in pack.panels:
        yield f"panels/{panel.name}.csv", _csv_pieces(_panel_table(panel, paths))
    yield "panels.json", _json({panel.name: _panel_document(panel) for panel in pack.panels})
    for estimate in pack.estimates:
        yield _estimate_path(estimate), [estimate.document.encode()]
    yield "estimates.json", _json([_estimate_task(estimate) for estimate in pack.estimates])
    yield "valuation/inputs.json", _json(to_tagged(_inputs_of(pack)))
    yield "valuation/platform_uses.json", _json(to_tagged(pack.task.uses))
    yield "PUBLISHED.json", [pack.document.encode()]
    for table in records.record_tables():
        yield f"records/{table.name}.csv", _csv_pieces(table)
    yield "versions.json", _json(versions())
    yield from _program()


def path_of(original: OriginalFile) -> str:
    """Return where an original file lies in a pack: by the number of its load, under its own name."""
    return f"files/{original.load_seq:05d}-{safe_filename(original.filename)}"


def versions() -> dict[str, Any]:
    """Return the versions of everything that computes: engine, valuation, Tieout, Python, each installed package."""
    packages = {str(each.metadata["Name"]).lower(): each.version for each in distributions()}
    return {
        "engine": ENGINE_VERSION,
        "value": VALUE_VERSION,
        "tieout": version("tieout"),
        "python": platform.python_version(),
        "packages": dict(sorted(packages.items())),
    }


def _inputs_of(pack: AuditPack) -> Any:
    """Return what the valuation starts from before the cost of platforms is allocated: the script allocates it."""
    return dataclasses.replace(pack.task.inputs, initiatives=pack.task.posted)


def _program() -> Iterator[Member]:
    """Yield the script and the engine's source, as they run here."""
    own = files("dashboard.packs.recompute")
    models = files("models")
    yield "recompute.py", [own.joinpath("recompute.py").read_bytes()]
    yield "engine/models/__init__.py", [models.joinpath("__init__.py").read_bytes()]
    for room in _ENGINE:
        yield from _sources(models.joinpath(room), f"engine/models/{room}")
    for name, pieces in _sources(own, "engine/recompute"):
        if name != "engine/recompute/recompute.py":
            yield name, pieces


def _sources(folder: Any, path: str) -> Iterator[Member]:
    for entry in sorted(folder.iterdir(), key=lambda each: str(each.name)):
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry, f"{path}/{entry.name}")
        elif entry.name.endswith(".py"):
            yield f"{path}/{entry.name}", [entry.read_bytes()]


def _panel_document(panel: PackedPanel) -> dict[str, Any]:
    fields = [field.name for field in dataclasses.fields(panel.panel) if field.name != "frame"]
    return {
        "kpi": panel.kpi,
        "seq": panel.seq,
        "panel": {name: to_tagged(getattr(panel.panel, name)) for name in fields},
    }


def _panel_table(panel: PackedPanel, paths: dict[int, str]) -> RecordTable:
    frame = panel.panel.frame
    names = tuple(str(name) for name in frame.columns)
    columns = (*names, *_PLACES, "file", *(f"driver_{name}" for name in _PLACES))

    def rows() -> Iterator[tuple[Any, ...]]:
        values = (frame[name] for name in names)
        for place, driver, *cells in zip(panel.places, panel.driver_places, *values, strict=True):
            told = (_text_of(cell) for cell in cells)
            yield (*told, *_place(place), paths.get(place.load_seq, ""), *_place(driver))

    return RecordTable(panel.name, columns, rows())


def _text_of(cell: Any) -> str:
    if isinstance(cell, float):
        return "" if cell != cell else repr(float(cell))  # noqa: PLR0124  # not a number
    return str(cell)


def _place(place: Place | None) -> tuple[int | str, ...]:
    return ("", "", "") if place is None else (place.load_seq, place.part_no, place.row_no)


def _estimate_path(estimate: PackedEstimate) -> str:
    return f"estimates/{estimate.estimate_id:05d}.json"


def _estimate_task(estimate: PackedEstimate) -> dict[str, Any]:
    document = dataclasses.asdict(estimate)
    return {**document, "document": _estimate_path(estimate)}


def _noting_loads(table: RecordTable, brought: set[int]) -> RecordTable:
    """Return a table that notes the loads of its rows while it is walked."""
    place = table.columns.index("load_seq")

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in table.rows:
            brought.add(int(row[place] or 0))
            yield row

    return RecordTable(table.name, table.columns, rows())


def _csv_pieces(table: RecordTable) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.columns)
    for number, row in enumerate(table.rows, start=1):
        writer.writerow(row)
        if number % _ROWS == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _json(document: Any) -> list[bytes]:
    return [json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()]


def _bytes_of(content: ContentStore, sha256: str) -> Iterator[bytes]:
    with content.open(sha256) as file:
        while chunk := file.read(_CHUNK):
            yield chunk
