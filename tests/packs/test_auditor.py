"""The auditor's pack gives the published figures again where nothing of Tieout is, and tells what was touched."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import math
import re
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dashboard.cli import main
from dashboard.components.audit_packs import audit_packs_card
from dashboard.packs.auditor import AuditPackMade, AuditRequest, hand_out_audit_pack
from dashboard.packs.recompute.estimates import compare_estimates
from models.actions.people import person_of
from models.causal import estimate_from_document
from models.domain.errors import ConflictError, NotFoundError, NotPermittedError
from models.queries import audit_pack
from models.queries.audit import AuditFilter, list_audit_events
from models.store.unit_of_work import read
from tests.journeys.company_site import ADMINISTRATOR, ANALYST, AUDITOR, EXECUTIVE, OWNER, Site
from tests.packs.auditing import ALLOWED, Unpacked
from tests.packs.making import NOW

ROOT = Path(__file__).parents[2]
INITIATIVE = "VOICE"  # shares a joint effect with another, and the ledger with all


def make_pack(
    site: Site, folder: Path, person: str = AUDITOR, request: AuditRequest | None = None
) -> tuple[AuditPackMade, Unpacked]:
    with read(site.store) as session:
        who = person_of(session, person, date(2026, 10, 9))
    target = io.BytesIO()
    made = hand_out_audit_pack(site.store, who, request or AuditRequest(), target, now=NOW)
    with zipfile.ZipFile(target) as archive:
        archive.extractall(folder)
    return made, Unpacked(folder)


@pytest.fixture(scope="module")
def packed(company: Site, tmp_path_factory: pytest.TempPathFactory) -> tuple[AuditPackMade, Unpacked]:
    return make_pack(company, tmp_path_factory.mktemp("audit") / "whole")


@pytest.fixture(scope="module")
def whole(packed: tuple[AuditPackMade, Unpacked]) -> Unpacked:
    return packed[1]


@pytest.fixture(scope="module")
def one(company: Site, tmp_path_factory: pytest.TempPathFactory) -> Unpacked:
    return make_pack(company, tmp_path_factory.mktemp("audit") / "one", request=AuditRequest(initiative=INITIATIVE))[1]


def edit_rows(edit: Callable[[list[list[str]]], None]) -> Callable[[str], str]:
    def edited(text: str) -> str:
        rows = list(csv.reader(io.StringIO(text)))
        edit(rows)
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        return out.getvalue()

    return edited


def test_every_published_figure_comes_out_again_on_any_processor(whole: Unpacked) -> None:
    first, second = (whole.run(OPENBLAS_CORETYPE=core) for core in ("Haswell", "Prescott"))
    assert first.returncode == 0, first.stdout + first.stderr
    assert second.returncode == 0, second.stdout + second.stderr
    figures_of = [done.stdout.partition("Estimates: ")[2] for done in (first, second)]
    assert figures_of[0] == figures_of[1]
    lines = first.stdout.splitlines()
    count = int(lines[-1].split()[-2])
    assert lines[-1] == f"agrees: {count} of {count} figures"
    assert count > 10_000
    published = whole.document("PUBLISHED.json")["valuation"]
    realised = published["figures"]["realised"]
    printed = next(line for line in lines if line.startswith("  Realised "))
    wanted = [f"{realised[f'{end}_minor'] / 100:,.2f}" for end in ("low", "point", "high")]
    assert printed.split()[-3:] == wanted
    keys = {row[published["initiatives"]["fields"].index("key")] for row in published["initiatives"]["rows"]}
    assert keys == {line.split()[0] for line in lines if line.endswith("high") and not line.startswith("Portfolio")}
    estimates = whole.document("estimates.json")
    assert f"Estimates: {len(estimates)} of {len(estimates)} are the published ones." in lines
    assert any(task["key"].startswith("joint:") for task in estimates)
    assert not list(whole.folder.rglob("__pycache__"))


def test_the_hash_that_the_script_prints_is_in_the_audit_log(
    packed: tuple[AuditPackMade, Unpacked], company: Site
) -> None:
    made, unpacked = packed
    printed = unpacked.run("--only-check").stdout.splitlines()
    assert printed[0] == f"Manifest SHA-256: {made.manifest_sha256}"
    with read(company.store) as session:
        who = person_of(session, AUDITOR, date(2026, 10, 9))
        events = list_audit_events(session, who, AuditFilter(action="build_audit_pack"))
    event = next(event for event in events if event.detail["manifest_sha256"] == made.manifest_sha256)
    assert (event.person, event.detail["filters"]) == (AUDITOR, "no filter")
    manifest = unpacked.document("MANIFEST.json")
    assert (manifest["scope"], manifest["role"], manifest["filters"]) == ("all initiatives", "auditor", "no filter")


def test_a_pack_holds_the_posted_files_byte_for_byte(whole: Unpacked, company: Site) -> None:
    with (whole.folder / "records" / "extracts.csv").open(encoding="utf-8", newline="") as file:
        extracts = list(csv.DictReader(file))
    assert len(extracts) > 20
    for extract in extracts:
        (path,) = (whole.folder / "files").glob(f"{int(extract['load_seq']):05d}-*")
        assert path.read_bytes() == company.store.content.path(extract["sha256"]).read_bytes()
        assert hashlib.sha256(path.read_bytes()).hexdigest() == extract["sha256"]
        assert extract["uploaded_by"]
    assert any(extract["decided_by"] and extract["decided_by"] != extract["uploaded_by"] for extract in extracts)
    versions = whole.document("versions.json")
    assert {"engine", "value", "tieout", "python"} < versions.keys()
    assert {"numpy", "pandas", "statsmodels", "sqlalchemy"} < versions["packages"].keys()
    readme = (whole.folder / "README.txt").read_text("utf-8")
    for words in ("python recompute.py", "DOES NOT PROVE", "build_audit_pack", "all initiatives", "no filter"):
        assert words in readme


def test_one_altered_byte_in_any_kind_of_member_fails_and_names_it(whole: Unpacked, tmp_path: Path) -> None:
    copy = whole.copy_to(tmp_path / "pack")
    kinds: dict[str, str] = {}
    for name in copy.document("MANIFEST.json")["files"]:
        kinds.setdefault(f"{name.split('/')[0]} {Path(name).suffix}", name)
    assert len(kinds) >= 12
    for name in kinds.values():
        path = copy.folder / name
        before = path.read_bytes()
        middle = len(before) // 2
        path.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
        # A script that was altered itself cannot vouch for itself: another copy of it looks at the folder.
        done = whole.run(str(copy.folder), "--only-check")
        assert done.returncode == 1
        assert f"{name} is altered" in done.stdout.splitlines()
        path.write_bytes(before)
    assert whole.run(str(copy.folder), "--only-check").returncode == 0


@pytest.mark.parametrize("what", ["missing", "added", "no manifest", "broken manifest"])
def test_a_missing_and_an_added_file_are_named(one: Unpacked, tmp_path: Path, what: str) -> None:
    copy = one.copy_to(tmp_path / "pack")
    if what == "missing":
        (copy.folder / "facts" / "costs.csv").unlink()
        wanted = "facts/costs.csv is missing"
    elif what == "added":
        (copy.folder / "engine" / "models" / "sitecustomize.py").write_text("", "utf-8")
        wanted = "engine/models/sitecustomize.py is not of the pack"
    elif what == "no manifest":
        (copy.folder / "MANIFEST.json").unlink()
        wanted = "MANIFEST.json is missing"
    else:
        (copy.folder / "MANIFEST.json").write_text('{"files": 3}', "utf-8")
        wanted = "MANIFEST.json is altered"
    done = copy.run()
    assert done.returncode == 1
    assert wanted in done.stdout
    assert "agrees" not in done.stdout


def panel_of(pack: Unpacked) -> str:
    """The panel of an estimate of its own: it decides the result."""
    return next(str(task["panel"]) for task in pack.document("estimates.json") if task["panel"] and not task["lead"])


def _drop_panel_row(pack: Unpacked) -> None:
    def drop(rows: list[list[str]]) -> None:
        del rows[40]

    pack.change(f"panels/{panel_of(pack)}.csv", edit_rows(drop))


def _drop_row_everywhere(pack: Unpacked) -> None:
    places: list[list[str]] = []

    def drop(rows: list[list[str]]) -> None:
        at = [rows[0].index(name) for name in ("load_seq", "part_no", "row_no")]
        places.append(places[0] if places else [rows[40][i] for i in at])
        rows[:] = [row for row in rows if [row[i] for i in at] != places[0]]

    pack.change(f"panels/{panel_of(pack)}.csv", edit_rows(drop))
    pack.change("facts/kpi_observations.csv", edit_rows(drop))


def _raise_value(pack: Unpacked) -> None:
    def edit(rows: list[list[str]]) -> None:
        at = rows[0].index("value")
        rows[50][at] = repr(float(rows[50][at]) * 1.5)

    pack.change(f"panels/{panel_of(pack)}.csv", edit_rows(edit))


def _swap_seed(pack: Unpacked) -> None:
    def edit(document: Any) -> None:
        document[panel_of(pack)]["panel"]["seed"] += 1

    pack.change_json("panels.json", edit)


def _change_policy(pack: Unpacked) -> None:
    def edit(document: Any) -> None:
        document["fields"]["policy"]["fields"]["persistence_rate"] *= 0.9

    pack.change_json("valuation/inputs.json", edit)


def _change_cost(pack: Unpacked) -> None:
    def edit(document: Any) -> None:
        case = next(each for each in document["fields"]["initiatives"] if each["fields"]["key"] == INITIATIVE)
        cost = next(each for each in case["fields"]["costs"] if each["fields"]["amount_minor"])
        cost["fields"]["amount_minor"] += 1

    pack.change_json("valuation/inputs.json", edit)


def _raise_published(pack: Unpacked) -> None:
    def edit(document: Any) -> None:
        initiatives = document["valuation"]["initiatives"]
        fields = initiatives["fields"]
        row = next(row for row in initiatives["rows"] if row[fields.index("key")] == INITIATIVE)
        row[fields.index("figures")]["realised"]["point_minor"] += 1

    pack.change_json("PUBLISHED.json", edit)


def _change_estimate(pack: Unpacked) -> None:
    task = next(task for task in pack.document("estimates.json") if task["panel"] and not task["lead"])

    def edit(document: Any) -> None:
        document["grade"] += 1

    pack.change_json(task["document"], edit)


def _rewrite_history(pack: Unpacked) -> None:
    def edit(rows: list[list[str]]) -> None:
        rows[5][rows[0].index("person")] = "nobody"

    pack.change("records/audit_events.csv", edit_rows(edit))


@pytest.mark.parametrize(
    ("forge", "wanted"),
    [
        (_drop_panel_row, "observations of"),
        (_drop_row_everywhere, "it is not the published estimate"),
        (_raise_value, "posted was"),
        (_swap_seed, "it is not the published estimate"),
        (_change_policy, "figures.forecast.point_minor: published"),
        (_change_cost, "figures.invested.amount_minor: published"),
        (_raise_published, "figures.realised.point_minor: published"),
        (_change_estimate, "it is not the published estimate"),
        (_rewrite_history, "audit event 5 was changed after it was written"),
    ],
)
def test_who_alters_a_pack_and_its_manifest_is_found_by_what_follows(
    one: Unpacked, tmp_path: Path, forge: Callable[[Unpacked], None], wanted: str
) -> None:
    copy = one.copy_to(tmp_path / "pack")
    forge(copy)
    done = copy.run()
    assert done.returncode == 1, done.stdout + done.stderr
    assert wanted in done.stdout
    assert "agrees:" not in done.stdout


def test_a_pack_of_one_initiative_holds_what_its_figures_need(one: Unpacked, whole: Unpacked) -> None:
    done = one.run()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Portfolio" not in done.stdout
    keys = {task["key"] for task in one.document("estimates.json") if task["panel"]}
    assert keys
    assert len(keys) < len(whole.document("estimates.json"))
    assert len(list((one.folder / "files").iterdir())) < len(list((whole.folder / "files").iterdir()))
    assert one.document("MANIFEST.json")["filters"] == f"initiative {INITIATIVE}"
    assert f"initiative {INITIATIVE}" in (one.folder / "README.txt").read_text("utf-8")


def test_a_past_publication_comes_out_as_it_was_published(company: Site, tmp_path: Path) -> None:
    _, past = make_pack(company, tmp_path / "past", request=AuditRequest(date(2026, 8, 14), INITIATIVE))
    assert past.document("MANIFEST.json")["publication"]["as_of"] < "2026-09-30"
    done = past.run()
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_pack_carries_imports_nothing_else(whole: Unpacked) -> None:
    allowed = {*ALLOWED, *sys.stdlib_module_names, "models"}
    found = 0
    for path in [*whole.folder.rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            for name in names:
                found += 1
                assert name.partition(".")[0] in allowed, (path, name)
                if name.startswith("models."):
                    assert name.split(".")[1] in {"domain", "causal", "value"}, (path, name)
        engine = path.relative_to(whole.folder / "engine") if "engine" in path.parts else None
        if engine is not None and engine.parts[0] == "models":
            assert path.read_bytes() == (ROOT / engine).read_bytes()
    assert found > 500


def test_a_publication_of_another_version_is_refused_with_the_reason(
    company: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.queries.valuation_inputs.VALUE_VERSION", -1)
    with pytest.raises(ConflictError, match="another version of Tieout"):
        make_pack(company, tmp_path / "none")
    monkeypatch.undo()
    monkeypatch.setattr(audit_pack, "fingerprint_of", lambda *_: "")
    with pytest.raises(ConflictError, match="install that version"):
        make_pack(company, tmp_path / "none")


@pytest.mark.parametrize("person", [EXECUTIVE, OWNER, ADMINISTRATOR])
def test_only_who_may_gets_one(company: Site, tmp_path: Path, person: str) -> None:
    with pytest.raises(NotPermittedError):
        make_pack(company, tmp_path / "none", person)
    company.app.server.testing = False
    assert company.visitor(person).get("/packs/auditor").status_code == 403


def test_what_is_not_there_says_so(company: Site, tmp_path: Path) -> None:
    for request in (AuditRequest(initiative="NOBODY"), AuditRequest(date(2020, 1, 1))):
        with pytest.raises(NotFoundError):
            make_pack(company, tmp_path / "none", request=request)


def test_an_analyst_downloads_one_from_the_page(own_company: Site) -> None:
    visitor = own_company.visitor(ANALYST)
    assert "No pack was made yet" in str(audit_packs_card([], "UTC"))
    assert '"/packs/auditor"' in json.dumps(visitor.draw("/audit").json)
    assert f"/packs/auditor?initiative={INITIATIVE}" in json.dumps(visitor.draw(f"/initiatives/{INITIATIVE}").json)
    answer = visitor.get("/packs/auditor")
    assert answer.status_code == 200
    assert re.search(r"tieout-audit-2026-09-30-\d+\.zip$", answer.headers["Content-Disposition"])
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        sha256 = hashlib.sha256(archive.read("MANIFEST.json")).hexdigest()
    assert sha256 in visitor.draw("/audit").text
    for person in (EXECUTIVE, ADMINISTRATOR):
        page = own_company.visitor(person).draw("/audit" if person == ADMINISTRATOR else f"/initiatives/{INITIATIVE}")
        assert "/packs/auditor" not in json.dumps(page.json)


def test_the_command_line_writes_it(own_company: Site, tmp_path: Path) -> None:
    environment = {"TIEOUT_DATA_DIR": str(own_company.data_dir), "TIEOUT_DATABASE_URL": "", "TIEOUT_PERSON": ""}
    out = tmp_path / "pack.zip"
    arguments = ["pack", "auditor", "--out", str(out), "--initiative", INITIATIVE, "--as-known-on", "2026-10-08"]
    result = CliRunner().invoke(main, arguments, env=environment)
    assert result.exit_code == 0, result.output
    with zipfile.ZipFile(out) as archive:
        assert hashlib.sha256(archive.read("MANIFEST.json")).hexdigest() in result.output
    refused = CliRunner().invoke(main, [*arguments, "--as", EXECUTIVE], env=environment)
    assert refused.exit_code == 1
    assert "may not download audit pack" in refused.output


def test_an_estimate_may_differ_in_the_tenth_digit_and_in_nothing_else(whole: Unpacked) -> None:
    documents = [whole.document(task["document"]) for task in whole.document("estimates.json")]
    published = next(document for document in documents if document["kind"] == "effect")

    def verdict(**changes: object) -> tuple[int, int]:
        n_neighbours, differences = compare_estimates(published, estimate_from_document({**published, **changes}))
        return n_neighbours, len(differences)

    first, *rest = published["effect_point"]
    unit = 10.0 ** (math.floor(math.log10(abs(first))) - 9)
    assert verdict() == (0, 0)
    assert verdict(effect_point=[float(f"{first + unit:.9e}"), *rest]) == (1, 0)
    assert verdict(effect_point=[float(f"{first + 2 * unit:.9e}"), *rest]) == (0, 1)
    assert verdict(p_value=published["p_value"] + 1e-12) == (0, 1)
    assert verdict(grade_reason="because") == (0, 1)
    assert compare_estimates(published, None)[1] == ["there is no such joint effect"]
