"""Names the source that a result was made by, so that only what changed is run again."""

from __future__ import annotations

import ast
import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from models.causal.families import FAMILY_MODULES, module_of

_RESULTS_BY = ("estimate.py", "validation/replicate.py")
_PACKAGE = "models.causal."


def digest_family(family: str) -> str:
    """Return the digest of everything that a family's result rests on: engine, recipes, how a replicate is judged."""
    return _digest((*_engine_sources(), f"{module_of(family)}.py", "families.py"))


def digest_engine() -> str:
    """Return the digest of the engine's source."""
    return _digest(_engine_sources())


@lru_cache(maxsize=1)
def _engine_sources() -> tuple[str, ...]:
    """Return the paths within models.causal of all that a replicate reaches by its imports, but for other families."""
    left_out = {f"{module}.py" for module in FAMILY_MODULES} - {"simulate.py"} | {"families.py"}
    found: set[str] = set()
    waiting = list(_RESULTS_BY)
    while waiting:
        path = waiting.pop()
        if path not in found and path not in left_out:
            found.add(path)
            waiting += _imported(path)
    return tuple(sorted(found))


def _imported(path: str) -> list[str]:
    """Return the paths of the modules of models.causal that a module names in its imports."""
    tree = ast.parse(files("models.causal").joinpath(path).read_text(encoding="utf-8"))
    names = [
        node.module.removeprefix(_PACKAGE).replace(".", "/")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.startswith(_PACKAGE)
    ]
    return [
        f"{name}.py" if not files("models.causal").joinpath(name).is_dir() else f"{name}/__init__.py" for name in names
    ]


@lru_cache(maxsize=64)
def _digest(paths: tuple[str, ...]) -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path}\n{_code_of(files('models.causal').joinpath(path))}\n".encode())
    return total.hexdigest()[:16]


def _code_of(source: Any) -> str:
    """Return a module as a syntax tree without docstrings: words and layout do not move results."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body.pop(0)
    return ast.dump(tree)
