"""The content that a lock stands for: the portfolio and the ledger as reported, and their hash.

The hash is over the canonical JSON of both reports, restricted to the fields named here (scheme 1). What depends on the
reader's clock (date of knowledge, approval since, state of the period) is not in it, nor are fields that later versions
of the reports add: a locked publication has the same hash for as long as its figures are the same.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy.orm import Session

from models.queries.report import report_document
from models.store.audit import canonical_json
from models.value.publication import Publication

SCHEME = 1
#: Fields whose value is an object by key of data (claimant, grade, class, state): all of it counts.
KEYED = frozenset({"claimed_by_claimant", "by_grade", "by_class", "by_tie_state", "contributions", "shared"})
FIELDS = (
    frozenset(
        """
    as_of as_of_period as_of_basis currency level rate_set horizon basis discount_rate policy_version publication
    dependence invested claimed measured realised realised_cashable tied_out net case_to_date case_like_for_like
    not_yet_evidenced gap late_recoverable short realisation_rate realisation_rate_overall probability_case_met run_rate
    forecast forecast_cost roi_to_date roi_horizon benefit_cost_ratio npv_since_approval npv_go_forward
    npv_go_forward_p80 irr status rate rates mirr interval payback_years probability_of_payback dependent_bound reasons
    low point high initiatives key name owner stage grade not_estimable rule reason what_would_help from case_mark
    unshared pl_line entity cost_centre fiscal_year entries lines kind cells period reference is_closed rows component
    supported ageing oldest_period periods_0_to_3 periods_4_to_6 periods_7_to_12 periods_over_12 total at_completion
    bridge benefit
    cost start end steps cause notes case_to_horizon claims claimant full_year in_year span joint_effects true_ups views
    to_date to_horizon amortisation cash ebit ebitda expensed is_forecast paid working_capital_release accrued_not_paid
    unamortised_book_value ledger_basis unlocated_cost is_roll_up unexplained_high unexplained_low parts identities left
    left_amount right right_amount difference control agreed posted differences subject unshared_limits
    unshared_tied_out shared of posted_in is_pending causes loads
    initiative amount tests periods movement noise state benefit_line over_claims excess held_by_budget budget_version
    """.split()
    )
    | KEYED
)
#: Fields that depend on who reads and when.
LEFT_OUT = frozenset({"as_known_on", "cash_basis", "is_provisional", "period_state", "scope"})


def locked_content(session: Session, publication: Publication) -> dict[str, Any]:
    """Return what the hash of a publication is taken over."""
    reports = {what: _kept(report_document(session, what, publication=publication)) for what in ("portfolio", "ledger")}
    return {"scheme": SCHEME, **reports}


def content_hash(session: Session, publication: Publication) -> str:
    """Return the SHA-256 of a publication's portfolio and ledger, in hexadecimal."""
    return hashlib.sha256(canonical_json(locked_content(session, publication)).encode()).hexdigest()


def _kept(value: Any, *, is_keyed: bool = False) -> Any:
    if isinstance(value, dict):
        return {name: _kept(each, is_keyed=name in KEYED) for name, each in value.items() if is_keyed or name in FIELDS}
    if isinstance(value, list):
        return [_kept(each) for each in value]
    return value
