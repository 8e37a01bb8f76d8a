"""The overlaps page: who is told what, and what each person may do about it."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from click.testing import CliRunner

from dashboard import overlap_exports
from dashboard.cli import main
from dashboard.components.initiative_shared import allocated_card
from dashboard.components.overlaps import overlaps_title, standing_text
from dashboard.components.portfolio_reading import Reading
from dashboard.format import format_money
from dashboard.ids import initiative_path
from dashboard.pages.overlaps import render_overlaps
from models.actions.sharing import propose_sharing_rule, sign_sharing_rule
from models.domain.effect import NotEstimable
from models.domain.errors import NotPermittedError
from models.domain.money import Money
from models.domain.people import Person, Role
from models.domain.sharing import ShareRule, SignedAs, SubjectKind
from models.queries import portfolio
from models.queries.ledger_report import ledger_document, ledger_rows
from models.queries.overlaps import overlaps_view, place_of_subject, removal_view, subject_of
from models.queries.portfolio import initiative_summary, ledger_view, portfolio_summary
from models.queries.sharing_scope import allocated_of, without_joint_key
from models.store.unit_of_work import read
from tests.value.shared_company import JOINT, draw_shared, publish, store_publication
from tests.value.test_removal import allocated_inputs

CONTROLLER = Person("cora", "Cora Controller", Role.CONTROLLER)
ANALYST = Person("ana", "Ana Analyst", Role.FINANCE_ANALYST)
OWNER_OF_C = Person("olaf", "Olaf Owner", Role.INITIATIVE_OWNER, frozenset({"C"}))
OWNER_OF_BOTH = Person("oona", "Oona Owner", Role.INITIATIVE_OWNER, frozenset({"C", "D"}))
ADMINISTRATOR = Person("adam", "Adam", Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def publication():
    inputs, allocated = allocated_inputs()
    return publish(inputs, allocated)


class Drawn:
    """The draws that the publication was made from, without stored estimates."""

    def draw(self, line, seed):
        return draw_shared(line, seed)


@pytest.fixture
def company(store, publication, now, monkeypatch):
    monkeypatch.setattr(portfolio, "load_effects_by_id", lambda _session, _ids: Drawn())
    store_publication(store, publication, now)
    return store


def page_of(store, person, without="", known_on=None):
    with read(store) as session:
        view = overlaps_view(session, person, known_on=known_on)
        bridge = removal_view(session, person, without, known_on=known_on) if without else None
    parts = render_overlaps(view, bridge, known_on=known_on, without=without, may_open_ledger=True)
    return str([part.to_plotly_json() for part in parts])


def propose(store, now, rule=ShareRule.EQUAL, by=ANALYST):
    return propose_sharing_rule(
        store,
        subject_kind=SubjectKind.JOINT_EFFECT,
        subject=JOINT,
        rule=rule,
        valid_from_on=date(2026, 1, 1),
        reason="Rolled out together.",
        by=by,
        now=now,
    )


@pytest.mark.parametrize(("by", "may_sign"), [(ANALYST, True), (CONTROLLER, False)])
def test_finance_is_not_offered_to_sign_its_own_rule(company, now, by, may_sign):
    rule_id = propose(company, now, by=by)
    text = page_of(company, CONTROLLER)
    assert f"Refuse rule {rule_id} for finance" in text
    assert (f"Sign rule {rule_id} for finance" in text) is may_sign


def test_the_controller_sees_every_row_with_its_amount(company):
    text = page_of(company, CONTROLLER)
    assert "EUR 304k belong to no single initiative yet" in text
    assert "Their roll-outs coincide." in text
    assert "303,605.94" in text
    assert "platform cost is borne" in text
    assert "What if an initiative were not there?" in text
    assert "Propose a sharing rule" in text


def test_who_sees_all_its_initiatives_sees_the_row_and_who_does_not_learns_no_amount(company):
    both, one = page_of(company, OWNER_OF_BOTH), page_of(company, OWNER_OF_C)
    assert "303,605.94" in both
    assert "303,605.94" not in one
    assert "Initiative D" not in one
    assert "L-D" not in one
    assert "one of 2 initiatives together" in one
    assert "What if an initiative" not in one
    with read(company) as session:
        with pytest.raises(NotPermittedError):
            removal_view(session, OWNER_OF_BOTH, "C", known_on=None)
        with pytest.raises(NotPermittedError):
            overlaps_view(session, ADMINISTRATOR, known_on=None)


def test_totals_of_a_scope_hold_the_row_only_where_all_of_it_is_in_scope(company, publication):
    joint = publication.valuation.joints[0].unshared.measured
    with read(company) as session:
        views = {p.key: portfolio_summary(session, p, known_on=None) for p in (CONTROLLER, OWNER_OF_BOTH, OWNER_OF_C)}
    assert [joint.key for joint in views["oona"].joints] == [JOINT]
    assert views["olaf"].joints == ()
    assert views["cora"].figures.measured == publication.valuation.figures.measured
    held = {cell.initiative: cell.entries_minor for cell in views["cora"].matrix}
    assert held[JOINT] == joint.point_minor
    with read(company) as session:
        names = dict(ledger_view(session, CONTROLLER, known_on=None).initiative_names)
    assert "Joint effect" in names[JOINT]
    assert initiative_path(JOINT) == "/overlaps"


def test_a_rule_shows_who_has_signed_and_who_is_missing(company, now):
    number = propose(company, now)
    sign_sharing_rule(company, number, signed_as=SignedAs.OWNER, initiative="C", by=OWNER_OF_C, now=now)
    with read(company) as session:
        seen = {
            p.key: overlaps_view(session, p, known_on=None) for p in (CONTROLLER, OWNER_OF_C, OWNER_OF_BOTH, ANALYST)
        }
    (rule,) = seen["cora"].rules
    assert rule.missing == ("finance", "owner of Initiative D")
    assert rule.my_sides == ((SignedAs.FINANCE, ""),)
    assert seen["oona"].rules[0].my_sides == ((SignedAs.OWNER, "D"),)
    (told,) = seen["olaf"].rules
    assert (told.subject, told.initiatives, told.my_sides) == ("", ("C",), ())
    assert "owner of an initiative that you may not see" in told.missing
    assert seen["ana"].rules[0].my_sides == ()
    assert "1 sharing rule waits for signatures" in page_of(company, CONTROLLER)
    assert "Propose a sharing rule" not in page_of(company, CONTROLLER)


def test_the_page_of_a_past_day_offers_nothing_to_sign(company, now):
    propose(company, now)
    with read(company) as session:
        past = overlaps_view(session, CONTROLLER, known_on=now.date())
        before = overlaps_view(session, CONTROLLER, known_on=now.date() - timedelta(days=1))
    assert past.rules[0].my_sides == ()
    assert not past.may_propose
    assert before is None


def test_the_removal_bridge_is_drawn_with_its_table(company):
    text = page_of(company, CONTROLLER, without="A")
    assert "the portfolio's net changes by" in text
    assert "platform cost others must bear" in text


def test_an_initiative_says_what_it_shares_and_bears(company):
    with read(company) as session:
        told = initiative_summary(session, OWNER_OF_C, "C", known_on=None)
        whole = initiative_summary(session, CONTROLLER, "C", known_on=None)
    (standing,) = told.shared
    assert (standing.unshared_minor, standing.others, standing.joint_key) == (None, (), "")
    reading = Reading(whole.context, None, may_open_ledger=True, names={"C": "Initiative C"}, lines={})
    assert "303,605.94 shared, not attributed until a rule is signed" in standing_text(whole.shared[0], reading)
    assert "shared, not attributed until a rule is signed" in standing_text(standing, reading)
    assert "303" not in standing_text(standing, reading)
    assert {row.platform for row in whole.allocated} == {"B"}
    assert {(row.platform, row.total_quantity) for row in told.allocated} == {("", "")}
    assert {cell.allocated_from for cell in told.initiative.costs} == {"", "a shared platform"}
    assert sum(row.amount_minor for row in told.allocated) == sum(row.amount_minor for row in whole.allocated)


def test_what_a_page_knows_of_a_publication_without_overlaps(store, publication, now):
    plain = replace(
        publication.valuation, joints=(), allocated=(), ledger=replace(publication.valuation.ledger, unshared=())
    )
    store_publication(store, replace(publication, valuation=plain), now)
    text = page_of(store, CONTROLLER)
    assert "No two initiatives share an effect or a short P&L line" in text
    assert "No platform cost is allocated" in text


@pytest.fixture
def tieout(company, tmp_path):
    """Run `tieout` over the stored publication."""
    url = company.engine.url.render_as_string(hide_password=False)
    environment = {"TIEOUT_DATABASE_URL": url, "TIEOUT_DATA_DIR": str(tmp_path), "TIEOUT_PERSON": ""}
    return lambda *arguments: CliRunner().invoke(main, list(arguments), env=environment)


def test_the_command_line_lists_proposes_signs_and_refuses(tieout):
    listed = tieout("overlaps")
    assert listed.exit_code == 0, listed.output
    assert f"joint effect\t{JOINT}\tEUR 303605.94 of 303605.94 unshared\tC, D" in listed.output
    asked = ("overlaps", "propose", JOINT, "--rule", "equal", "--from", "2026-01-01", "--reason", "Same week.")
    assert "Rule 1 is proposed" in tieout(*asked, "--as", "ana").output
    assert "2 more to sign" in tieout("overlaps", "sign", "1", "--as", "cora").output
    stranger = tieout("overlaps", "sign", "1", "--for", "C", "--as", "olaf")  # a member of nothing
    assert (stranger.exit_code, "no sharing rule 1" in stranger.output) == (1, True)
    refused = tieout("overlaps", "refuse", "1", "--for", "C", "--reason", "Not mine to say.", "--as", "carl")
    assert "not an owner" in refused.output
    document = json.loads(tieout("overlaps", "--format", "json", "--as", "cora").output)
    assert document["rules"][0]["missing"] == ["owner of Initiative C", "owner of Initiative D"]
    assert {row["platform"] for row in document["allocated_cost"]} == {"B"}


def test_the_command_line_removes_an_initiative_to_the_cent(tieout):
    document = json.loads(tieout("overlaps", "remove", "A", "--format", "json").output)
    steps = sum((Decimal(step["amount"]) for step in document["steps"]), Decimal(0))
    assert Decimal(document["with"]) + steps == Decimal(document["without"])
    assert "net without A" in tieout("overlaps", "remove", "A").output
    assert tieout("overlaps", "remove", "nobody").exit_code == 1
    assert "does not see the whole portfolio" in tieout("overlaps", "remove", "A", "--as", "olaf").output


def test_every_export_says_what_it_holds(company, monkeypatch):
    monkeypatch.setattr(overlap_exports, "current_store", lambda: company)
    tables = {export.name: export.build(CONTROLLER, {}) for export in overlap_exports.EXPORTS}
    shares = tables["overlaps"]
    place = {name: i for i, name in enumerate(shares.columns)}
    joint = [row for row in shares.rows if row[place["kind"]] == "joint_effect"]
    assert sum(row[place["amount"]] for row in joint) == Decimal("303605.94")
    assert {row[place["scope"]] for row in shares.rows} == {"all initiatives"}
    costs = tables["allocated-cost"]
    assert sum(row[costs.columns.index("amount")] for row in costs.rows) > 0
    assert tables["sharing-rules"].rows == []
    hidden = overlap_exports.export_overlaps(OWNER_OF_C, {})
    assert hidden.rows == []


def test_an_allocation_names_the_other_side_only_to_who_may_see_it(company):
    with read(company) as session:
        whole = initiative_summary(session, CONTROLLER, "C", known_on=None)
        told = initiative_summary(session, OWNER_OF_C, "C", known_on=None)
    names = {"C": "Initiative C", **dict(whole.neighbours)}
    reading = Reading(whole.context, None, may_open_ledger=True, names=names, lines={})
    assert set(dict(whole.neighbours)) == {"B", "C"}
    assert names["B"] in str(allocated_card(whole.allocated, "C", reading))
    assert set(dict(told.neighbours)) == {"C"}


def test_the_owner_of_a_platform_is_not_told_how_many_use_it(publication):
    """Users out of scope are one row per period and cost: neither their number nor what each bears is told."""
    platform_owner = Person("olaf", "Olaf Owner", Role.INITIATIVE_OWNER, frozenset({"B"}))
    first = publication.valuation.allocated[0]
    rows = (first, replace(first, initiative="D", quantity="7", amount_minor=11))
    valuation = replace(publication.valuation, allocated=rows)
    (told,) = allocated_of(valuation, platform_owner, "B")
    assert (told.initiative, told.quantity, told.amount_minor) == ("", "", first.amount_minor + 11)
    assert allocated_of(valuation, CONTROLLER, "B") == rows


def test_an_estimate_that_gave_way_names_no_line_of_another():
    refused = NotEstimable("not_separable", "Roll-outs coincide.", "Stagger them.", joint_key=JOINT)
    assert without_joint_key(refused, OWNER_OF_C).joint_key is None
    assert without_joint_key(refused, CONTROLLER) == refused


def test_the_title_says_what_effects_and_what_short_lines_leave_unshared(company):
    with read(company) as session:
        view = overlaps_view(session, CONTROLLER, known_on=None)
    support = sum(row.tied_minor for row in view.unshared)
    assert support
    title = overlaps_title(view)
    assert title.endswith(f"{format_money(Money(support, 'EUR'), 'EUR')} that short P&L lines support")
    assert "of joint effects and" in title
    for row in view.unshared:
        assert place_of_subject(subject_of(row), {"staff": "Staff"}) == f"Staff {row.fiscal_year}"
    assert place_of_subject("ledger:staff|DE|C1|FY26", {}) == "staff DE C1 FY26"


def test_who_sees_a_part_is_not_told_that_nothing_is_shared(company):
    """An owner of one of two initiatives on a short line sees no row of it; a flat denial would be untrue."""
    text = page_of(company, OWNER_OF_C)
    assert "No short line is shared" not in text
    assert "Your initiatives alone share no short line" in text


def test_the_flat_ledger_sums_to_its_states(company):
    with read(company) as session:
        document = ledger_document(ledger_view(session, CONTROLLER, known_on=None))
    rows = ledger_rows(document)
    found: dict[str, Decimal] = {}
    for row in rows:
        if row["section"] in {"entry", "unshared"}:
            found[row["state"]] = found.get(row["state"], Decimal(0)) + Decimal(row["amount"])
    assert any(row["section"] == "unshared" for row in rows)
    assert {state: amount for state, amount in found.items() if amount} == {
        row["state"]: Decimal(row["amount"]) for row in rows if row["section"] == "state" and Decimal(row["amount"])
    }
    assert sum(found.values()) == Decimal(document["realised"]["point"])
