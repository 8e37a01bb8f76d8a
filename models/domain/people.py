"""Roles and permissions, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.domain.errors import NotPermittedError


class Permission(StrEnum):
    """What a person may do; every page, route, callback and action names one."""

    VIEW_PORTFOLIO = "view_portfolio"
    VIEW_INITIATIVE = "view_initiative"
    VIEW_LEDGER = "view_ledger"
    VIEW_LINEAGE = "view_lineage"
    VIEW_EXTRACTS = "view_extracts"
    UPLOAD_EXTRACT = "upload_extract"
    APPROVE_EXTRACT = "approve_extract"
    APPROVE_MEMBERSHIP = "approve_membership"
    RUN_ESTIMATES = "run_estimates"
    VIEW_AUDIT = "view_audit"
    VIEW_PERIODS = "view_periods"
    CLOSE_PERIOD = "close_period"
    LOCK_PERIOD = "lock_period"
    PROPOSE_SHARING = "propose_sharing"
    SIGN_SHARING = "sign_sharing"
    VIEW_SPEND = "view_spend"
    CLAIM_SPEND = "claim_spend"
    VIEW_POLICY = "view_policy"
    PROPOSE_POLICY = "propose_policy"
    DOWNLOAD_PACK = "download_pack"
    DOWNLOAD_AUDIT_PACK = "download_audit_pack"
    VIEW_METHODS = "view_methods"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_OWN_ACCOUNT = "manage_own_account"


class Role(StrEnum):
    """The six people who use Tieout."""

    FINANCE_ANALYST = "finance_analyst"
    CONTROLLER = "controller"
    EXECUTIVE = "executive"
    INITIATIVE_OWNER = "initiative_owner"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


_READ_MONEY = frozenset(
    {
        Permission.VIEW_PORTFOLIO,
        Permission.VIEW_INITIATIVE,
        Permission.VIEW_LEDGER,
        Permission.VIEW_LINEAGE,
        Permission.DOWNLOAD_PACK,
        Permission.VIEW_METHODS,
        Permission.MANAGE_OWN_ACCOUNT,
    }
)

_READ_BOOKS = _READ_MONEY | {Permission.VIEW_PERIODS, Permission.VIEW_POLICY, Permission.VIEW_SPEND}
_WORK_BOOKS = _READ_BOOKS | {
    Permission.VIEW_EXTRACTS,
    Permission.UPLOAD_EXTRACT,
    Permission.RUN_ESTIMATES,
    Permission.VIEW_AUDIT,
    Permission.CLOSE_PERIOD,
    Permission.PROPOSE_SHARING,
    Permission.CLAIM_SPEND,
    Permission.PROPOSE_POLICY,
    Permission.DOWNLOAD_AUDIT_PACK,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.FINANCE_ANALYST: _WORK_BOOKS,
    Role.CONTROLLER: _WORK_BOOKS
    | {
        Permission.APPROVE_EXTRACT,
        Permission.APPROVE_MEMBERSHIP,
        Permission.LOCK_PERIOD,
        Permission.SIGN_SHARING,
    },
    Role.EXECUTIVE: _READ_BOOKS,
    Role.INITIATIVE_OWNER: (_READ_MONEY - {Permission.VIEW_LEDGER})
    | {Permission.PROPOSE_SHARING, Permission.SIGN_SHARING},
    Role.AUDITOR: _READ_BOOKS | {Permission.VIEW_EXTRACTS, Permission.VIEW_AUDIT, Permission.DOWNLOAD_AUDIT_PACK},
    Role.ADMINISTRATOR: frozenset(
        {Permission.MANAGE_PEOPLE, Permission.VIEW_AUDIT, Permission.VIEW_METHODS, Permission.MANAGE_OWN_ACCOUNT}
    ),
}

#: Roles that see every initiative; the others see those of which they are a member.
UNSCOPED_ROLES = frozenset({Role.FINANCE_ANALYST, Role.CONTROLLER, Role.EXECUTIVE, Role.AUDITOR})


#: Who acts at the command line about accounts: whoever reaches the database and its settings runs this machine.
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Person:
    """A person who can sign in: key, name, role, and the initiatives that bound what they see.

    `initiatives` is None for a role that sees all; otherwise the keys of the person's own.
    """

    key: str
    name: str
    role: Role
    initiatives: frozenset[str] | None = None

    def may(self, permission: Permission) -> bool:
        """Tell whether the role holds a permission."""
        return permission in ROLE_PERMISSIONS[self.role]

    def may_see(self, initiative: str) -> bool:
        """Tell whether the person may know of an initiative."""
        return self.initiatives is None or initiative in self.initiatives


def require(person: Person, permission: Permission) -> None:
    """Raise `NotPermittedError` unless the person's role holds the permission."""
    if not person.may(permission):
        words = permission.value.replace("_", " ")
        raise NotPermittedError(f"{person.name} ({person.role.value.replace('_', ' ')}) may not {words}")
