"""Every command and option says what it is for, and docs/commands.md is made from them."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from dashboard.cli import main
from dashboard.cli.document import document_commands, list_commands, shown_options
from tests.cli.conftest import Run

COMMANDS = dict(list_commands(main, "tieout"))
WANTED = """init demo ingest approve estimate value report serve worker user·add user·list user·disable user·set-role
user·set-password db·upgrade db·check"""


def test_the_page_is_the_one_made_from_the_commands() -> None:
    path = Path(__file__).parents[2] / "docs" / "commands.md"
    assert path.read_text("utf-8") == document_commands(), "run python -m dashboard.cli.document"


def test_every_command_is_there() -> None:
    assert {f"tieout {name.replace('·', ' ')}" for name in WANTED.split()} <= set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_and_its_options_say_what_they_are_for(name: str, tieout: Run) -> None:
    command = COMMANDS[name]
    assert command.help
    for option in shown_options(command):
        assert option.help, (name, option.name)
    shown = tieout(*name.split()[1:], "--help")
    assert shown.exit_code == 0
    assert all(option.opts[0] in shown.output for option in shown_options(command))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_wrong_usage_is_status_2(name: str, tieout: Run) -> None:
    answer = tieout(*name.split()[1:], "--no-such-option")
    assert answer.exit_code == 2
    assert "No such option" in answer.stderr
    needs = [param for param in COMMANDS[name].params if isinstance(param, click.Argument) and param.required]
    if needs:
        assert tieout(*name.split()[1:]).exit_code == 2


def test_no_command_and_an_unknown_one() -> None:
    from click.testing import CliRunner

    assert CliRunner().invoke(main, ["no-such-command"]).exit_code == 2
    assert "Usage" in CliRunner().invoke(main, ["--help"]).output
    assert CliRunner().invoke(main, ["--version"], prog_name="tieout").output.startswith("tieout, version ")
