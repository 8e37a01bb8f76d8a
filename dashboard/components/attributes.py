"""Attributes of elements whose names are no Python names: `aria-...`, `data-...`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def attributes(named: Mapping[str, str]) -> dict[str, Any]:
    """Return attributes to be passed on with `**`; the component checks their names."""
    return dict(named)
