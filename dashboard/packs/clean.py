"""Text as a file of the office formats may hold it: without characters that XML forbids."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def clean_text(text: str) -> str:
    """Return a text with a space in place of each character that XML forbids."""
    return _FORBIDDEN.sub(" ", text)
