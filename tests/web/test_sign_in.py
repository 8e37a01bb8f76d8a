from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.auth.sign_in import WRONG, safe_target
from dashboard.auth.start import start_path
from dashboard.auth.throttle import FREE_ATTEMPTS, LONGEST_WAIT_S, SignInThrottle
from dashboard.pages import PAGES
from models.actions.people import disable_account, set_password, set_role
from models.domain.people import OPERATOR, Person, Role
from models.store.engine import Store

Visitor = Any
AT = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


def test_the_right_password_opens_the_page_that_was_asked_for(visitor: Visitor) -> None:
    answer = visitor.sign_in("cora", target="/audit?action=sign_in")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/audit?action=sign_in")
    assert visitor.get("/audit").status_code == 200


def test_every_failure_reads_the_same(visitor: Visitor, sqlite_only_store: Store) -> None:
    disable_account(sqlite_only_store, key="eve", by=OPERATOR, now=AT)
    answers = [
        visitor.sign_in("cora", "wrong password"),
        visitor.sign_in("nobody", "wrong password"),
        visitor.sign_in("eve"),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert all(WRONG in answer.text for answer in answers)
    pages = [answer.text.replace(name, "") for answer, name in zip(answers, ("cora", "nobody", "eve"), strict=True)]
    stripped = {page.split('name="csrf_token"')[0] for page in pages}
    assert len(stripped) == 1


def test_what_was_typed_is_escaped(visitor: Visitor) -> None:
    answer = visitor.sign_in('"><script>alert(1)</script>', "wrong password", target='"><script>')
    assert "<script>" not in answer.text


def test_guessing_is_slowed_down_and_passes(visitor: Visitor, clock: Any) -> None:
    for _ in range(FREE_ATTEMPTS):
        assert visitor.sign_in("cora", "wrong password").status_code == 401
    held = visitor.sign_in("cora")
    assert held.status_code == 429
    assert int(held.headers["Retry-After"]) > 0
    clock.pass_by(minutes=1)
    assert visitor.sign_in("cora").status_code == 303


def test_the_throttle_grows_to_its_longest_and_forgets() -> None:
    throttle, now = SignInThrottle(), AT
    waits = []
    for _ in range(15):
        throttle.fail(("person:cora",), now)
        waits.append(throttle.wait_s(("person:cora",), now))
    assert waits[: FREE_ATTEMPTS - 1] == [0] * (FREE_ATTEMPTS - 1)
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT_S
    assert throttle.wait_s(("person:other",), now) == 0
    later = now + timedelta(seconds=LONGEST_WAIT_S)
    throttle.fail(("person:cora",), later)
    assert throttle.wait_s(("person:cora",), later) == 0
    throttle.succeed(("person:cora",))
    assert throttle.wait_s(("person:cora",), now) == 0


def test_a_session_begins_anew_at_sign_in(visitor: Visitor) -> None:
    visitor.client.get("/sign-in")
    before = visitor.client.get_cookie("tieout_session").value
    visitor.sign_in("cora")
    after = visitor.client.get_cookie("tieout_session").value
    assert before != after
    # What was in the session before signing in, its token included, is worth nothing now.
    answer = visitor.client.post("/sign-out", headers={"X-CSRFToken": "anything"})
    assert answer.status_code == 400


def test_signing_out_ends_the_session(signed_in: Callable[[str], Visitor]) -> None:
    visitor = signed_in("cora")
    answer = visitor.client.post("/sign-out", headers={"X-CSRFToken": visitor.token()})
    assert answer.headers["Location"] == "/sign-in"
    assert visitor.get("/audit").status_code == 303
    assert visitor.client.get_cookie("_csrf_token") is None


def test_a_session_ends_after_its_hours(signed_in: Callable[[str], Visitor], clock: Any, settings: Any) -> None:
    visitor = signed_in("cora")
    clock.pass_by(hours=settings.session_hours - 0.1)
    assert visitor.get("/audit").status_code == 200
    clock.pass_by(hours=0.2)
    assert visitor.get("/audit").status_code == 303


@pytest.mark.parametrize("change", ["disable", "role", "password"])
def test_a_change_of_the_account_ends_its_sessions(
    signed_in: Callable[[str], Visitor], sqlite_only_store: Store, change: str
) -> None:
    visitor = signed_in("cora")
    if change == "disable":
        disable_account(sqlite_only_store, key="cora", by=OPERATOR, now=AT)
    elif change == "role":
        set_role(sqlite_only_store, key="cora", role=Role.EXECUTIVE, by=OPERATOR, now=AT)
    else:
        set_password(sqlite_only_store, key="cora", password="another long one", by=OPERATOR, now=AT)
    assert visitor.get("/audit").status_code == 303
    assert visitor.client.get("/_dash-layout").status_code == 401


def test_a_forged_session_is_nobodys(visitor: Visitor) -> None:
    visitor.client.set_cookie("tieout_session", "eyJfdXNlcl9pZCI6ImNvcmEifQ.aaaa.bbbb")
    assert visitor.get("/audit").status_code == 303


@given(st.text())
def test_the_way_on_stays_on_this_site(target: str) -> None:
    way = safe_target(target)
    assert way.startswith("/")
    assert not way.startswith(("//", "/\\"))
    assert "\n" not in way


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\\b", "/a\nb"]
)
def test_no_other_site_is_gone_to(target: str) -> None:
    assert safe_target(target) == "/"


def test_everybody_begins_where_they_may(signed_in: Callable[[str], Visitor]) -> None:
    answer = signed_in("adam").get("/")
    assert answer.status_code == 303
    assert answer.headers["Location"] == start_path(PAGES, Person("adam", "Adam", Role.ADMINISTRATOR))
    assert answer.headers["Location"] == "/memberships"
