"""Check an auditor's pack and compute its published figures again: python recompute.py.

First every file of the folder is held against MANIFEST.json; nothing of it is read before that has passed. Then the
audit log is followed from its beginning, the panels are held against the posted rows, every estimate and the valuation
are computed again, and each figure is compared with the published one. Exit code 0: all agree; 1: something differs.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

MANIFEST = "MANIFEST.json"
_CHUNK = 1 << 20
_CHAIN_START = "0" * 64


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def check_files(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each file that is altered, missing, or not of the pack."""
    listed: Mapping[str, Mapping[str, Any]] = manifest["files"]
    present = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    problems = [f"{name} is missing" for name in sorted(listed.keys() - present)]
    problems += [f"{name} is not of the pack" for name in sorted(present - listed.keys() - {MANIFEST})]
    for name in sorted(listed.keys() & present):
        path = folder / name
        is_same = path.stat().st_size == listed[name]["size_bytes"] and hash_of(path) == listed[name]["sha256"]
        problems += [] if is_same else [f"{name} is altered"]
    return problems


def check_chain(folder: Path, published: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each audit event that does not follow from the one before, or if none publishes this."""
    problems, expected, prev_hash, is_named = [], 1, _CHAIN_START, False
    for event in _events(folder / "records" / "audit_events.csv"):
        number = int(event["event_no"])
        fields = {name: event[name] for name in event if name != "hash"} | {"event_no": number}
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if number != expected or event["prev_hash"] != prev_hash:
            problems.append(f"audit event {number} does not follow from the one before")
        if hashlib.sha256(text.encode()).hexdigest() != event["hash"]:
            problems.append(f"audit event {number} was changed after it was written")
        expected, prev_hash = number + 1, event["hash"]
        if event["action"] == "publish_valuation" and event["subject_key"] == str(published["load_seq"]):
            is_named = json.loads(event["detail"]).get("fingerprint") == published["fingerprint"]
    if not is_named:
        problems.append(f"no audit event publishes valuation {published['load_seq']} with this fingerprint")
    return problems


def _events(path: Path) -> Iterator[dict[str, str]]:
    csv.field_size_limit(1 << 30)
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def main(arguments: list[str] | None = None) -> int:
    """Check and compute; return the exit code."""
    parser = argparse.ArgumentParser(description="Check this pack and compute its published figures again.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parent)
    parser.add_argument("--only-check", action="store_true", help="check files and audit log; compute nothing")
    given = parser.parse_args(arguments)
    folder = given.folder.resolve()
    manifest_path = folder / MANIFEST
    if not manifest_path.is_file():
        say(f"{MANIFEST} is missing: {folder} is no auditor's pack")
        return 1
    try:
        manifest = json.loads(manifest_path.read_bytes())
        problems = check_files(folder, manifest)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        say(f"{MANIFEST} is altered: {error}")
        return 1
    say(f"Manifest SHA-256: {hash_of(manifest_path)}")
    say("Compare it with the audit event build_audit_pack that recorded this pack.")
    if not problems:
        say(f"Files: {len(manifest['files'])} of {len(manifest['files'])} are as they left.")
        problems = check_chain(folder, manifest["publication"])
    if problems:
        for problem in problems:
            say(problem)
        say(f"FAILED: {len(problems)} problem(s); nothing was computed.")
        return 1
    say("Audit log: every event follows from the one before, and one publishes this valuation.")
    if given.only_check:
        return 0
    # Nothing is left behind in the folder: what is not of the pack would fail the next check.
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder / "engine"))
    code: int = importlib.import_module("recompute.figures").compute_again(folder, manifest, say)
    return code


if __name__ == "__main__":
    sys.exit(main())
