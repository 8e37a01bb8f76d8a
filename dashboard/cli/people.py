"""Commands about the people who sign in: user add, list, disable, set-role, set-password."""

from __future__ import annotations

import click

from dashboard.cli.context import present, says_errors, store_of_process
from models.actions.people import add_account, disable_account, list_accounts, set_password, set_role
from models.domain.people import OPERATOR, Role

ROLES = click.Choice([role.value for role in Role])


@click.group()
def user() -> None:
    """Add, list and change the people who can sign in."""


@user.command()
@click.argument("key")
@click.argument("name")
@click.option("--role", type=ROLES, required=True, help="What the person may do.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
@says_errors
def add(key: str, name: str, role: str, password: str) -> None:
    """Add a person who can sign in as KEY."""
    add_account(store_of_process(), key=key, name=name, role=Role(role), password=password, by=OPERATOR, now=present())
    click.echo(f"{key} can sign in as {role.replace('_', ' ')}.")


@user.command("list")
@says_errors
def list_people() -> None:
    """List the people who can sign in, and who no longer can."""
    for account in list_accounts(store_of_process()):
        state = "active" if account.is_active else "disabled"
        click.echo(f"{account.key}\t{account.name}\t{account.role.value}\t{state}")


@user.command()
@click.argument("key")
@says_errors
def disable(key: str) -> None:
    """Keep a person from signing in; what they did stays."""
    disable_account(store_of_process(), key=key, by=OPERATOR, now=present())
    click.echo(f"{key} can no longer sign in.")


@user.command("set-role")
@click.argument("key")
@click.argument("role", type=ROLES)
@says_errors
def change_role(key: str, role: str) -> None:
    """Give a person another role."""
    set_role(store_of_process(), key=key, role=Role(role), by=OPERATOR, now=present())
    click.echo(f"{key} is now {role.replace('_', ' ')}.")


@user.command("set-password")
@click.argument("key")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
@says_errors
def change_password(key: str, password: str) -> None:
    """Give a person a new password."""
    set_password(store_of_process(), key=key, password=password, by=OPERATOR, now=present())
    click.echo(f"The password of {key} is changed.")
