"""Randomised units: whether the arms were alike before go-live, as chance would leave them."""

from __future__ import annotations

import math

from models.causal.checks.result import make_check
from models.domain.effect import CheckResult, CheckStatus

_BALANCE_P = 0.01


def is_unbalanced(p: float) -> bool:
    """Tell whether arms differed before go-live more than chance would part them."""
    return math.isfinite(p) and round(p, 9) < _BALANCE_P


def check_balance(t: float, p: float) -> CheckResult:
    """Judge the difference of unit levels between arms before go-live; a failed one is no random assignment."""
    if not math.isfinite(p):
        return make_check("balance", "few", CheckStatus.REVIEW)
    if is_unbalanced(p):
        return make_check("balance", "apart", CheckStatus.FAIL, statistic=t, p_value=p)
    return make_check("balance", "alike", CheckStatus.PASS, statistic=t, p_value=p)
