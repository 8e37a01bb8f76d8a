import pytest

from models.actions.organisation import init_organisation
from models.actions.people import (
    add_account,
    authenticate,
    disable_account,
    enable_account,
    list_accounts,
    load_sign_in,
    person_of,
    set_password,
    set_role,
)
from models.domain.errors import ConflictError, InvalidInputError, NotFoundError, NotPermittedError
from models.domain.people import OPERATOR, Role
from models.queries.audit import AuditFilter, list_audit_events
from models.store.tables import AccountRow
from models.store.unit_of_work import read

PASSWORD = "correct horse battery"


def epoch(store, key, now):
    with read(store) as session:
        found = load_sign_in(session, key, on=now)
        return found.session_epoch if found else None


def test_a_person_signs_in_with_the_right_password_only(store, now):
    signed_in = authenticate(store, key="Ana", password=PASSWORD, now=now)
    assert (signed_in.person.key, signed_in.person.role) == ("ana", Role.FINANCE_ANALYST)
    assert authenticate(store, key="ana", password="wrong password", now=now) is None
    assert authenticate(store, key="nobody", password=PASSWORD, now=now) is None


def test_sign_ins_are_audited_without_what_was_typed(store, person, now):
    authenticate(store, key="ana", password=PASSWORD, now=now)
    authenticate(store, key="ana", password="wrong password", now=now)
    authenticate(store, key="not a person", password="wrong password", now=now)
    with read(store) as session:
        events = list_audit_events(session, person("adam"), AuditFilter(subject_kind="account"), limit=3)
    assert [(event.action, event.person) for event in events] == [
        ("sign_in_failed", "nobody"),
        ("sign_in_failed", "ana"),
        ("sign_in", "ana"),
    ]
    assert "wrong password" not in repr(events)
    assert "not a person" not in repr(events)


def test_passwords_are_kept_as_argon2_hashes(store):
    with read(store) as session:
        assert session.get(AccountRow, "ana").password_hash.startswith("$argon2id$")


def test_a_disabled_person_cannot_sign_in_and_their_sessions_end(store, person, now):
    disable_account(store, key="ana", by=person("adam"), now=now)
    assert authenticate(store, key="ana", password=PASSWORD, now=now) is None
    assert epoch(store, "ana", now) is None
    with read(store) as session, pytest.raises(NotFoundError):
        person_of(session, "ana")
    enable_account(store, key="ana", by=person("adam"), now=now)
    assert epoch(store, "ana", now) == 2


def test_a_change_of_role_or_password_ends_sessions(store, person, now):
    set_role(store, key="ana", role=Role.AUDITOR, by=person("adam"), now=now)
    set_password(store, key="ana", password="another password", by=person("ana"), now=now)
    assert epoch(store, "ana", now) == 2
    assert authenticate(store, key="ana", password=PASSWORD, now=now) is None
    assert authenticate(store, key="ana", password="another password", now=now).person.role is Role.AUDITOR


@pytest.mark.parametrize("key", ["ana", "cora", "eve", "olaf", "audra"])
def test_only_administrators_manage_people(store, person, now, key):
    by = person(key)
    with pytest.raises(NotPermittedError):
        add_account(store, key="new", name="New", role=Role.CONTROLLER, password=PASSWORD, by=by, now=now)
    with pytest.raises(NotPermittedError):
        set_role(store, key="ben", role=Role.CONTROLLER, by=by, now=now)
    with pytest.raises(NotPermittedError):
        disable_account(store, key="ben", by=by, now=now)
    with pytest.raises(NotPermittedError):
        set_password(store, key="ben", password="another password", by=by, now=now)


def test_nobody_changes_their_own_role_or_disables_themselves(store, person, now):
    with pytest.raises(NotPermittedError, match="their own role"):
        set_role(store, key="adam", role=Role.CONTROLLER, by=person("adam"), now=now)
    with pytest.raises(NotPermittedError, match="their own account"):
        disable_account(store, key="adam", by=person("adam"), now=now)


def test_a_text_other_than_the_operator_may_do_nothing(store, now):
    with pytest.raises(NotPermittedError):
        disable_account(store, key="ana", by="adam", now=now)


@pytest.mark.parametrize("key", ["ANA", "", "two words", "a/b"])
def test_keys_are_taken_once_and_fit_for_an_address(store, now, key):
    with pytest.raises((ConflictError, InvalidInputError)):
        add_account(store, key=key, name="New", role=Role.AUDITOR, password=PASSWORD, by=OPERATOR, now=now)


def test_short_passwords_are_refused(store, now):
    with pytest.raises(InvalidInputError, match="at least 10"):
        set_password(store, key="ana", password="short", by=OPERATOR, now=now)


def test_accounts_are_listed(store):
    accounts = {account.key: account for account in list_accounts(store)}
    assert accounts["cora"].role is Role.CONTROLLER
    assert all(account.is_active for account in accounts.values())


def test_the_organisation_is_set_once(store, now):
    init_organisation(store, name="Example AG", time_zone="Europe/Berlin", now=now)
    with pytest.raises(ConflictError, match="never changes"):
        init_organisation(store, name="Example AG", time_zone="UTC", now=now)
    with pytest.raises(InvalidInputError, match="no time zone"):
        init_organisation(store, name="Example AG", time_zone="Mars/Olympus", now=now)
