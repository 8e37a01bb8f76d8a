"""Locked periods, true-ups, a signed sharing rule and a posted correction come out of the auditor's pack again."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

from dashboard.packs.auditor import AuditRequest, hand_out_audit_pack
from ingest.pipeline import approve_extract, ingest_extract
from models.actions.people import person_of
from models.actions.periods import lock_period
from models.actions.sharing import propose_sharing_rule, sign_sharing_rule
from models.domain.people import Person, Role
from models.domain.sharing import JointRow, ShareRule, SignedAs, SubjectKind
from models.queries.portfolio import portfolio_summary
from models.store.unit_of_work import read
from tests.journeys.company_site import ANALYST, AUDITOR, CONTROLLER, MORNING, SAMPLE, Site
from tests.packs.auditing import Unpacked

CORRECTED = SAMPLE / "company_corrections" / "payroll_FY26-P09_corrected.xlsx"


def someone(site: Site, key: str) -> Person:
    with read(site.store) as session:
        return person_of(session, key, date(2026, 10, 9))


def share_joint_effect(site: Site) -> JointRow:
    """Sign a rule for the joint effect of the demo on every side."""
    analyst, controller = someone(site, ANALYST), someone(site, CONTROLLER)
    with read(site.store) as session:
        summary = portfolio_summary(session, analyst, known_on=None)
    assert summary is not None
    joint = summary.joints[0]
    rule = propose_sharing_rule(
        site.store,
        subject_kind=SubjectKind.JOINT_EFFECT,
        subject=joint.key,
        rule=ShareRule.EQUAL,
        valid_from_on=date(2026, 1, 1),
        reason="Both answer the same calls.",
        by=analyst,
        now=MORNING,
    )
    owner = Person("both", "Owner of both", Role.INITIATIVE_OWNER, frozenset(joint.initiatives))
    sign_sharing_rule(site.store, rule, signed_as=SignedAs.FINANCE, by=controller, now=MORNING)
    for key in joint.initiatives:
        sign_sharing_rule(site.store, rule, signed_as=SignedAs.OWNER, initiative=key, by=owner, now=MORNING)
    return joint


def correct_payroll(site: Site) -> None:
    """Post the corrected payroll of a period that is locked by now."""
    outcome = ingest_extract(site.store, CORRECTED, filename=CORRECTED.name, person=someone(site, ANALYST), now=MORNING)
    assert outcome.extract_id is not None
    approve_extract(site.store, outcome.extract_id, person=someone(site, CONTROLLER), now=MORNING)


def test_what_was_locked_shared_and_trued_up_comes_out_again(own_company: Site, tmp_path: Path) -> None:
    joint = share_joint_effect(own_company)
    own_company.work()
    lock_period(
        own_company.store,
        "FY26-P09",
        by=someone(own_company, CONTROLLER),
        now=MORNING,
        reason="The payroll comes later.",
        is_through=True,
    )
    correct_payroll(own_company)
    own_company.work()
    target = io.BytesIO()
    hand_out_audit_pack(own_company.store, someone(own_company, AUDITOR), AuditRequest(), target, now=MORNING)
    with zipfile.ZipFile(target) as archive:
        archive.extractall(tmp_path / "pack")
    pack = Unpacked(tmp_path / "pack")
    published = pack.document("PUBLISHED.json")["valuation"]
    assert len(published["true_ups"]["rows"]) > 0
    shared = published["joints"]
    (row,) = [dict(zip(shared["fields"], each, strict=True)) for each in shared["rows"]]
    assert row["key"] == joint.key
    assert len(row["postings"]["rows"]) > 0
    assert published["allocated"]
    done = pack.run()
    assert done.returncode == 0, done.stdout + done.stderr
    for name, least in (("sharing_rules", 1), ("sharing_signatures", 3), ("period_events", 9)):
        assert len((pack.folder / "records" / f"{name}.csv").read_text("utf-8").splitlines()) > least
