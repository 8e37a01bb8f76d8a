"""Roles hold what their people need and no more."""

from models.domain.people import ROLE_PERMISSIONS, UNSCOPED_ROLES, Permission, Person, Role


def test_every_role_is_described() -> None:
    assert set(ROLE_PERMISSIONS) == set(Role)


def test_the_administrator_never_approves_or_sees_money() -> None:
    held = ROLE_PERMISSIONS[Role.ADMINISTRATOR]
    assert not held & {
        Permission.APPROVE_EXTRACT,
        Permission.UPLOAD_EXTRACT,
        Permission.APPROVE_MEMBERSHIP,
        Permission.VIEW_PORTFOLIO,
        Permission.VIEW_LEDGER,
    }


def test_the_auditor_changes_nothing() -> None:
    assert all(
        permission.startswith(("view_", "download_")) or permission is Permission.MANAGE_OWN_ACCOUNT
        for permission in ROLE_PERMISSIONS[Role.AUDITOR]
    )


def test_an_owner_sees_own_initiatives_only() -> None:
    owner = Person("o", "Owner", Role.INITIATIVE_OWNER, frozenset({"AI-01"}))
    assert owner.may_see("AI-01")
    assert not owner.may_see("AI-02")
    assert Role.INITIATIVE_OWNER not in UNSCOPED_ROLES
    assert Person("e", "Executive", Role.EXECUTIVE).may_see("AI-02")
