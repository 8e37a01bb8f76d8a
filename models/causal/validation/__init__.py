"""The engine held to account: simulated panels with known truth, judged by binomial bounds, kept in a record."""

from models.causal.validation.judgement import judge_family, judge_record, new_misses
from models.causal.validation.record import read_stored_record
from models.causal.validation.runner import run_family

__all__ = ["judge_family", "judge_record", "new_misses", "read_stored_record", "run_family"]
