"""Who acts in an action about accounts."""

from __future__ import annotations

from models.domain.errors import NotPermittedError
from models.domain.people import OPERATOR, Permission, Person, require


def actor_key(by: Person | str, permission: Permission) -> str:
    """Return the key under which an actor is recorded: a permitted person, or the operator of this machine.

    Raises
    ------
    NotPermittedError
        If the person's role lacks the permission, or a text is not the operator's name.
    """
    if isinstance(by, Person):
        require(by, permission)
        return by.key
    if by != OPERATOR:
        raise NotPermittedError("only a person or the operator of this machine may do this")
    return by
