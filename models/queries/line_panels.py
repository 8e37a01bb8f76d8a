"""The panel of a benefit line as the estimate takes it, and the fingerprint of all that decides the result."""

from __future__ import annotations

import hashlib

from models.causal import ENGINE_VERSION, Study, StudyEvent
from models.causal.joint_lines import LinePanel, Meeting
from models.domain.policy import Policy
from models.queries.panels import Overlap, PanelInputs
from models.store.audit import canonical_json


def line_panel(inputs: PanelInputs) -> LinePanel:
    """Return what the result of a benefit line rests on."""
    overlap = inputs.overlap
    meeting = None if overlap is None else Meeting(overlap.go_lives, overlap.lines, joint_study(inputs, overlap))
    return LinePanel(
        benefit_line=inputs.benefit_line,
        initiative=inputs.initiative,
        kpi_name=inputs.kpi.name,
        driver_kpi=inputs.driver_kpi,
        frame=inputs.frame,
        go_live=inputs.go_live,
        study=study_of(inputs),
        seed=effect_seed(inputs),
        meeting=meeting,
    )


def study_of(inputs: PanelInputs) -> Study:
    """Return the declared facts of a panel as the estimate takes them."""
    events = tuple(
        StudyEvent(event.name, event.first_period, event.last_period, event.units) for event in inputs.events
    )
    return Study(
        frequency=inputs.kpi.frequency,
        aggregation=inputs.kpi.aggregation.value,
        is_randomised=inputs.is_randomised,
        events=events,
        transition=dict(inputs.transition),
        leave_out_from=dict(inputs.leave_out_from),
        treated_until=dict(inputs.treated_until),
        covariates=(),
    )


def joint_study(inputs: PanelInputs, overlap: Overlap) -> Study:
    """Return the declared facts of a panel on which several initiatives meet."""
    return Study(
        frequency=inputs.kpi.frequency,
        aggregation=inputs.kpi.aggregation.value,
        events=tuple(StudyEvent(each.name, each.first_period, each.last_period, each.units) for each in overlap.events),
        transition=dict(overlap.transition),
        leave_out_from=dict(overlap.leave_out_from),
        treated_until=dict(overlap.treated_until),
        covariates=(),
    )


def effect_seed(inputs: PanelInputs) -> int:
    """Return the seed of the effect: lines on the same KPI and treated units share it, as do those that overlap."""
    go_lives = [inputs.go_live] if inputs.overlap is None else list(inputs.overlap.go_lives.values())
    key = canonical_json(["effect", inputs.kpi.key, sorted({unit for go_live in go_lives for unit in go_live})])
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big")


def fingerprint_of(inputs: PanelInputs, policy: Policy, n_returns: int = 0) -> str:
    """Return the SHA-256 over all that decides an estimate: input rows by load, policy, engine version.

    `n_returns` counts how often these inputs came back after others had overtaken them.
    """
    digest = hashlib.sha256()
    rows = sorted((row.kind.value, row.key, row.load_seq) for row in inputs.rows)
    head: dict[str, object] = {
        "engine": ENGINE_VERSION,
        "policy": policy.version,
        "level": policy.interval_level,
        "line": inputs.benefit_line,
    }
    if inputs.overlap is not None:
        head["joint"] = sorted([name, *lines] for name, lines in inputs.overlap.lines.items())
    if n_returns:
        head["returns"] = n_returns
    digest.update(canonical_json([head, rows]).encode())
    return digest.hexdigest()


def joint_fingerprint(basis: str, key: str, n_returns: int = 0) -> str:
    """Return the SHA-256 of a joint estimate: the fingerprint of the panel that it rests on, and its key."""
    return hashlib.sha256(canonical_json([basis, key, n_returns]).encode()).hexdigest()
