"""Estimates as JSON documents and back, without loss: they hold 10 significant digits from the start."""

from __future__ import annotations

import dataclasses
import math
from datetime import date
from typing import Any

import numpy as np

from models.domain.effect import (
    CheckResult,
    CheckStatus,
    CohortEffect,
    Design,
    EffectEstimate,
    EventTime,
    EvidenceGrade,
    JointPlace,
    LeftOut,
    Mixture,
    NotEstimable,
)
from models.domain.errors import IntegrityError
from models.domain.interval import Interval
from models.domain.joint import JointEffects, JointGroup

_PERIODS = frozenset({"effect_periods", "window_periods"})
_TUPLES_OF_TEXT = frozenset({"treated_units", "control_units", "notes"})


def estimate_to_document(result: EffectEstimate | NotEstimable) -> dict[str, Any]:
    """Return a JSON-safe document of a result: mixture components and paths, never draws."""
    if isinstance(result, NotEstimable):
        plain = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
        return {"kind": "not_estimable", **plain, "from_period": _period_out(result.from_period)}
    document: dict[str, Any] = {"kind": "effect"}
    for field in dataclasses.fields(result):
        document[field.name] = _value_out(field.name, getattr(result, field.name))
    return document


def estimate_from_document(document: dict[str, Any]) -> EffectEstimate | NotEstimable:
    """Return the result of a document.

    Raises
    ------
    IntegrityError
        If the document is of no known kind or lacks a field.
    """
    fields = {key: value for key, value in document.items() if key != "kind"}
    try:
        if document.get("kind") == "not_estimable":
            return NotEstimable(**{**fields, "from_period": _period_in(fields["from_period"])})
        if document.get("kind") == "effect":
            return EffectEstimate(**{key: _value_in(key, value) for key, value in fields.items()})
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"the stored estimate cannot be read: {error}") from error
    raise IntegrityError(f"the stored estimate is of an unknown kind: {document.get('kind')!r}")


def joint_to_document(joint: JointEffects) -> dict[str, Any]:
    """Return a JSON-safe document of joint effects; an infinite inflation is written as null."""
    groups = [
        {
            "initiatives": list(group.initiatives),
            "result": estimate_to_document(group.result),
            "inflation": group.inflation if math.isfinite(group.inflation) else None,
            "sentence": group.sentence,
        }
        for group in joint.groups
    ]
    return {"kind": "joint", "level": joint.level, "seed": joint.seed, "groups": groups}


def joint_from_document(document: dict[str, Any]) -> JointEffects:
    """Return the joint effects of a document.

    Raises
    ------
    IntegrityError
        If the document is no such document or lacks a field.
    """
    if document.get("kind") != "joint":
        raise IntegrityError(f"the stored joint effects are of an unknown kind: {document.get('kind')!r}")
    try:
        groups = tuple(
            JointGroup(
                initiatives=tuple(row["initiatives"]),
                result=estimate_from_document(row["result"]),
                inflation=math.inf if row["inflation"] is None else row["inflation"],
                sentence=row["sentence"],
            )
            for row in document["groups"]
        )
        return JointEffects(groups, document["level"], document["seed"])
    except (KeyError, TypeError) as error:
        raise IntegrityError(f"the stored joint effects cannot be read: {error}") from error


def _value_out(name: str, value: Any) -> Any:
    if name in _PERIODS:
        return [_period_out(period) for period in value]
    if isinstance(value, np.ndarray):
        return _array_out(value)
    if isinstance(value, (CohortEffect, EventTime, Interval, JointPlace, Mixture)):
        return {field.name: _value_out(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)}
    if name in {"event_study", "cohorts"}:
        return [_value_out("", row) for row in value]
    if name == "checks":
        return [_check_out(check) for check in value]
    if name == "left_out":
        return [{"unit": left.unit, "period": _period_out(left.period), "reason": left.reason} for left in value]
    if isinstance(value, (Design, EvidenceGrade)):
        return value.value
    return list(value) if isinstance(value, tuple) else _period_out(value)


def _value_in(name: str, value: Any) -> Any:
    if value is None:
        return None
    readers: dict[str, Any] = {
        "design": Design,
        "grade": EvidenceGrade,
        "average": lambda raw: Interval(**raw),
        "cumulative": lambda raw: Interval(**raw),
        "always_valid": lambda raw: Interval(**raw),
        "event_study": lambda raw: tuple(EventTime(**{**row, "effect": Interval(**row["effect"])}) for row in raw),
        "cohorts": lambda raw: tuple(_cohort_in(row) for row in raw),
        "joint": _place_in,
        "mixture": lambda raw: Mixture(**{key: _array_in(key, row) for key, row in raw.items()}),
        "checks": lambda raw: tuple(_check_in(row) for row in raw),
        "left_out": lambda raw: tuple(LeftOut(row["unit"], _period_in(row["period"]), row["reason"]) for row in raw),
    }
    if name in readers:
        return readers[name](value)
    if name in _PERIODS:
        return tuple(_period_in(period) for period in value)
    if name in _TUPLES_OF_TEXT:
        return tuple(value)
    return _array_in(name, value) if isinstance(value, list) else value


def _place_in(raw: dict[str, Any]) -> JointPlace:
    correlation = _array_in("correlation", raw["correlation"])
    return JointPlace(tuple(raw["members"]), raw["index"], correlation, tuple(raw["units"]))


def _cohort_in(row: dict[str, Any]) -> CohortEffect:
    go_live = _period_in(row["go_live"])
    if go_live is None:
        raise ValueError("a cohort has no go-live")
    return CohortEffect(go_live, tuple(row["units"]), Interval(**row["effect"]), row["n_periods"])


def _check_out(check: CheckResult) -> dict[str, Any]:
    plain = {field.name: getattr(check, field.name) for field in dataclasses.fields(check)}
    cap = check.grade_cap
    return {**plain, "status": check.status.value, "grade_cap": None if cap is None else int(cap)}


def _check_in(row: dict[str, Any]) -> CheckResult:
    cap = row["grade_cap"]
    return CheckResult(
        **{**row, "status": CheckStatus(row["status"]), "grade_cap": None if cap is None else EvidenceGrade(cap)}
    )


def _array_out(array: np.ndarray[Any, Any]) -> Any:
    if array.ndim > 1:
        return [_array_out(row) for row in array]
    if array.dtype.kind == "i":
        return array.tolist()
    return [None if np.isnan(value) else value for value in array.tolist()]


def _array_in(name: str, rows: list[Any]) -> np.ndarray[Any, Any]:
    if name == "shape":
        return np.array(rows, dtype=np.int64)
    return np.array(rows, dtype=np.float64)


def _period_out(period: date | int | None) -> Any:
    return period.isoformat() if isinstance(period, date) else period


def _period_in(raw: Any) -> date | int | None:
    return date.fromisoformat(raw) if isinstance(raw, str) else raw
