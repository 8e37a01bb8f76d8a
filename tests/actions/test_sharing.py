import threading
from datetime import UTC, date, datetime, timedelta

import pytest

from models.actions.memberships import approve_membership, propose_membership
from models.actions.people import add_account, person_of
from models.actions.sharing import propose_sharing_rule, refuse_sharing_rule, sign_sharing_rule
from models.domain.errors import ConflictError, InvalidInputError, NotApprovableError, NotFoundError, NotPermittedError
from models.domain.people import OPERATOR, Role
from models.domain.sharing import ShareRule, SharingState, SignedAs, SubjectKind, ledger_subject
from models.queries.knowledge import known_seq
from models.queries.sharing import load_sharing_rules
from models.store.tables import JobRow
from models.store.unit_of_work import read
from tests.value.shared_company import JOINT, publish, shared_inputs, store_publication

FROM = date(2026, 1, 1)
AT_ONCE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def publication():
    return publish(shared_inputs())


@pytest.fixture
def company(store, publication, now):
    """A store with the published valuation, and Dora who owns D beside Olaf who owns C."""
    add_account(
        store, key="dora", name="Dora Owner", role=Role.INITIATIVE_OWNER, password="x" * 12, by=OPERATOR, now=now
    )
    for who, key in (("olaf", "C"), ("dora", "D")):
        with read(store) as session:
            adam, cora = (person_of(session, each, now.date()) for each in ("adam", "cora"))
        number = propose_membership(store, person=who, initiative=key, from_on=now.date(), by=adam, now=now)
        approve_membership(store, number, by=cora, now=now)
    store_publication(store, publication, now)
    return store


@pytest.fixture
def act(company, now):
    """Who does it, by key, today."""

    def person(key):
        with read(company) as session:
            return person_of(session, key, now.date())

    return person


@pytest.fixture
def propose(company, act, now):
    def propose_rule(by="ana", **changes):
        given = {
            "subject_kind": SubjectKind.JOINT_EFFECT,
            "subject": JOINT,
            "rule": ShareRule.EQUAL,
            "valid_from_on": FROM,
            "reason": "Both were rolled out in one week.",
        }
        return propose_sharing_rule(company, **{**given, **changes}, by=act(by), now=now)

    return propose_rule


@pytest.fixture
def sign(company, act, now):
    def sign_rule(number, by, initiative=""):
        side = SignedAs.OWNER if initiative else SignedAs.FINANCE
        return sign_sharing_rule(company, number, signed_as=side, initiative=initiative, by=act(by), now=now)

    return sign_rule


def rules(store, seq=None):
    with read(store) as session:
        return load_sharing_rules(session, known_seq(session) if seq is None else seq)


def jobs(store):
    with read(store) as session:
        return session.query(JobRow).count()


def test_it_holds_once_finance_and_an_owner_of_every_initiative_have_signed(company, propose, sign):
    number = propose()
    assert sign(number, "olaf", "C").missing == ((SignedAs.FINANCE, ""), (SignedAs.OWNER, "D"))
    assert sign(number, "cora").state is SharingState.PROPOSED
    before = jobs(company)
    assert sign(number, "dora", "D").state is SharingState.IN_FORCE
    assert jobs(company) == before + 1
    (rule,) = rules(company)
    assert (rule.state, rule.initiatives, rule.valid_from_on) == (SharingState.IN_FORCE, ("C", "D"), FROM)
    assert [each.person for each in rule.signatures] == ["olaf", "cora", "dora"]


def test_what_was_known_before_a_signature_stays_so(company, propose, sign):
    number = propose()
    sign(number, "olaf", "C")
    sign(number, "cora")
    last = rules(company)[0].signed_seq
    sign(number, "dora", "D")
    assert rules(company, last)[0].state is SharingState.PROPOSED
    assert rules(company, rules(company)[0].load_seq - 1) == ()


def test_who_may_sign_for_whom(propose, sign):
    number = propose(by="cora")
    with pytest.raises(NotApprovableError, match="somebody else"):
        sign(number, "cora")
    for key in ("ana", "eve", "audra", "adam"):
        with pytest.raises(NotPermittedError):
            sign(number, key)
    with pytest.raises(NotPermittedError, match="finance"):
        sign(number, "olaf")
    with pytest.raises(NotFoundError):
        sign(number, "olaf", "D")
    with pytest.raises(NotPermittedError, match="not an owner"):
        sign(number, "carl", "C")
    sign(number, "carl")
    with pytest.raises(ConflictError, match="signed already"):
        sign(number, "carl")


def test_who_sees_none_of_its_initiatives_learns_nothing(company, propose, sign, now):
    add_account(company, key="otto", name="Otto", role=Role.INITIATIVE_OWNER, password="x" * 12, by=OPERATOR, now=now)
    for by in ("otto", "olaf"):  # Olaf sees one of its two initiatives
        for subject in (JOINT, "joint:none"):
            with pytest.raises(NotFoundError, match="no such unshared row"):
                propose(by=by, subject=subject)
    number = propose()
    with pytest.raises(NotFoundError, match=f"no sharing rule {number}"):
        sign(number, "otto", "C")
    with pytest.raises(NotFoundError, match=f"no sharing rule {number + 1}"):
        sign(number + 1, "otto", "C")


def test_a_refused_rule_stays_with_its_reason_and_another_may_be_proposed(company, propose, sign, act, now):
    number = propose()
    with pytest.raises(ConflictError, match="waits for signatures"):
        propose(rule=ShareRule.CASE_WEIGHTED)
    with pytest.raises(InvalidInputError):
        refuse_sharing_rule(
            company, number, signed_as=SignedAs.OWNER, initiative="D", reason=" ", by=act("dora"), now=now
        )
    outcome = refuse_sharing_rule(
        company, number, signed_as=SignedAs.OWNER, initiative="D", reason="D came first.", by=act("dora"), now=now
    )
    assert outcome.state is SharingState.REFUSED
    assert rules(company)[0].signatures[0].reason == "D came first."
    with pytest.raises(ConflictError, match="refused already"):
        sign(number, "cora")
    assert propose(rule=ShareRule.CASE_WEIGHTED) == number + 1


def test_what_cannot_be_proposed(propose):
    with pytest.raises(InvalidInputError, match="say why"):
        propose(reason=" ")
    with pytest.raises(NotFoundError):
        propose(subject="joint:L-A+L-B")
    for key in ("eve", "audra", "adam"):
        with pytest.raises(NotPermittedError):
            propose(by=key)
    line = ledger_subject("staff", "", "", "FY26")
    with pytest.raises(InvalidInputError, match="use is counted"):
        propose(subject_kind=SubjectKind.LEDGER_LINE, subject=line, rule=ShareRule.USAGE)
    with pytest.raises(InvalidInputError, match="joint effect is held against"):
        propose(subject_kind=SubjectKind.LEDGER_LINE, subject=line)


def test_a_later_rule_may_replace_one_in_force(company, propose, sign):
    first = propose()
    for by, key in (("cora", ""), ("olaf", "C"), ("dora", "D")):
        sign(first, by, key)
    second = propose(rule=ShareRule.CASE_WEIGHTED, valid_from_on=FROM + timedelta(days=90))
    for by, key in (("carl", ""), ("dora", "D"), ("olaf", "C")):
        sign(second, by, key)
    assert [rule.state for rule in rules(company)] == [SharingState.IN_FORCE] * 2
    with pytest.raises(ConflictError, match="in force already"):
        sign(first, "carl")


def test_a_reason_names_no_initiative(propose):
    """Each owner reads it, also who may not know of the others."""
    with pytest.raises(InvalidInputError, match="name no initiative"):
        propose(reason="C and the other went live in one week.")
    assert propose(reason="Calls and orders: rolled out in one week.")


def test_two_who_propose_at_once_make_one_rule(company, act):
    """The second waits for the first and then sees it, on either database."""
    by = act("ana")
    outcomes = []

    def ask():
        try:
            outcomes.append(propose_at_once(company, by))
        except ConflictError as error:
            outcomes.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rules(company)) == 1
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert sum("waits for signatures already" in str(outcome) for outcome in outcomes) == 3


def propose_at_once(company, by):
    return propose_sharing_rule(
        company,
        subject_kind=SubjectKind.JOINT_EFFECT,
        subject=JOINT,
        rule=ShareRule.EQUAL,
        valid_from_on=FROM,
        reason="Both at once.",
        by=by,
        now=AT_ONCE,
    )


def test_all_may_sign_at_once_and_the_last_one_puts_it_in_force(company, act, propose):
    """Nobody's signature is lost and the portfolio is valued anew once, on either database."""
    number, before = propose(), jobs(company)
    sides = [("cora", SignedAs.FINANCE, ""), ("olaf", SignedAs.OWNER, "C"), ("dora", SignedAs.OWNER, "D")]
    people = {who: act(who) for who, _, _ in sides}
    states = []

    def answer(who, side, initiative):
        by = people[who]
        outcome = sign_sharing_rule(company, number, signed_as=side, initiative=initiative, by=by, now=AT_ONCE)
        states.append(outcome.state)

    threads = [threading.Thread(target=answer, args=side) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(states) == [SharingState.IN_FORCE, SharingState.PROPOSED, SharingState.PROPOSED]
    assert rules(company)[0].state is SharingState.IN_FORCE
    assert jobs(company) == before + 1
