"""A broken file and what must be found in it."""

from __future__ import annotations

from dataclasses import dataclass

#: A note on every file without control totals.
NO_CONTROL = "CTRL-003 file"


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A file, the code that it stands for, and every finding expected: code and place.

    `locked_to` and `soft_closed` name the fiscal periods that are closed when it comes; none of them by default.
    """

    name: str
    code: str
    content: bytes
    expected: tuple[str, ...]
    locked_to: str = ""
    soft_closed: str = ""


def text_file(name: str, code: str, text: str | bytes, *expected: str, is_read: bool = True) -> BrokenFile:
    """Make a text file; one whose table is read gets the note on control totals too."""
    content = text if isinstance(text, bytes) else text.encode()
    return BrokenFile(name, code, content, (*expected, *((NO_CONTROL,) if is_read else ())))
