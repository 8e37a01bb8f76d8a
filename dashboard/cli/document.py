"""docs/commands.md, made from the commands themselves: `python -m dashboard.cli.document`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from dashboard.cli import main

_HEAD = """# The command line

Made from the commands by `python -m dashboard.cli.document`. Settings come from the environment; see
[settings](settings.md). Every command does what the pages do, through the same actions.

Exit status: 0 done, 1 findings or failed work, 2 wrong usage. What went wrong is one sentence on standard error.
"""


def document_commands() -> str:
    """Return docs/commands.md."""
    return _HEAD + "".join(_section(path, command) for path, command in list_commands(main, "tieout"))


def list_commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, with the words that call it."""
    for name in sorted(group.commands):
        command = group.commands[name]
        if isinstance(command, click.Group):
            yield from list_commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def shown_options(command: click.Command) -> list[click.Option]:
    """Return the options that are meant for people."""
    return [option for option in command.params if isinstance(option, click.Option) and not option.hidden]


def _section(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    arguments = [part for part in command.collect_usage_pieces(context) if part != "[OPTIONS]"]
    options = shown_options(command)
    usage = " ".join([path, *arguments, *(["[OPTIONS]"] if options else [])])
    paragraphs = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
    text = f"\n## {path}\n\n```\n{usage}\n```\n\n" + "\n\n".join(paragraphs) + "\n"
    if not options:
        return text
    rows = [f"| `{'`, `'.join(option.opts)}` | {_values(option)} | {_meaning(option)} |" for option in options]
    return text + "\n| option | value | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def _values(option: click.Option) -> str:
    if option.is_flag:
        return "flag"
    if isinstance(option.type, click.Choice):
        return ", ".join(map(str, option.type.choices))
    return "day such as 2026-10-05" if isinstance(option.type, click.DateTime) else option.type.name


def _meaning(option: click.Option) -> str:
    notes = [option.help or ""]
    if option.required and not option.envvar:
        notes.append("Required.")
    if option.envvar:
        notes.append(f"Default: the environment variable `{option.envvar}`.")
    if option.show_default and isinstance(option.default, str):
        notes.append(f"Default: {option.default}.")
    return " ".join(note for note in notes if note)


if __name__ == "__main__":
    Path("docs/commands.md").write_text(document_commands(), encoding="utf-8")
