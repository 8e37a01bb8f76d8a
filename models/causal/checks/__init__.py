"""The checks: each owns its cases (pass, review, fail), its sentence and its recommendation."""

from models.causal.checks.series import check_series

__all__ = ["check_series"]
