"""All checks of one cast table, in the order in which they build on one another."""

from __future__ import annotations

from collections.abc import Callable

from ingest.cast import CastTable
from ingest.checks.account_map import check_map_overlaps
from ingest.checks.allocation import check_subjects
from ingest.checks.benefits import check_fixed_columns, check_weights
from ingest.checks.cases import check_case_lines, check_case_periods, check_immutable
from ingest.checks.closing import check_closed_periods, check_locked_policy
from ingest.checks.contract import check_contract
from ingest.checks.cuts import check_contribution, check_cuts
from ingest.checks.gaps import check_gaps
from ingest.checks.kpis import check_aggregation, check_definitions, check_periods_over
from ingest.checks.money import check_currency_mix
from ingest.checks.policies import check_calendar, check_versions
from ingest.checks.references import check_references, check_retractions, resolve_aliases
from ingest.checks.spend import (
    check_charge_initiatives,
    check_charge_invoices,
    check_charges_left_out,
    check_costs_of_charges,
    check_focus_nulls,
    check_invoices_of_charges,
    check_service_categories,
)
from ingest.checks.withdrawals import check_withdrawals
from ingest.known import Known
from ingest.tables import Fault
from models.domain.extract import ExtractKind

Check = Callable[[CastTable, Known], list[Fault]]

_OF_KIND: dict[ExtractKind, tuple[Check, ...]] = {
    ExtractKind.POLICIES: (check_calendar, check_versions, check_locked_policy),
    ExtractKind.KPIS: (check_definitions,),
    ExtractKind.KPI_OBSERVATIONS: (check_aggregation, check_gaps),
    ExtractKind.BENEFIT_LINES: (check_fixed_columns,),
    ExtractKind.BENEFIT_LINE_ACCOUNTS: (check_weights, check_contribution),
    ExtractKind.BUDGET_CUTS: (check_cuts,),
    ExtractKind.ALLOCATION_DRIVERS: (check_subjects,),
    ExtractKind.APPROVED_CASES: (check_immutable,),
    ExtractKind.APPROVED_CASE_LINES: (check_case_lines, check_immutable),
    ExtractKind.APPROVED_CASE_PERIODS: (check_case_periods, check_immutable),
    ExtractKind.ACCOUNT_MAP: (check_map_overlaps,),
    ExtractKind.PL_ROWS: (check_currency_mix,),
    ExtractKind.TRIAL_BALANCES: (check_currency_mix,),
    ExtractKind.COSTS: (check_costs_of_charges,),
    ExtractKind.INVOICES: (check_invoices_of_charges,),
    ExtractKind.FOCUS_COSTS: (
        check_focus_nulls,
        check_service_categories,
        check_charge_initiatives,
        check_charge_invoices,
        check_charges_left_out,
    ),
}


def run_checks(cast: CastTable, known: Known) -> None:
    """Mark every fault of a cast table: aliases first, then its contract and references, then what its kind demands."""
    cast.mark(resolve_aliases(cast, known))
    cast.mark(check_contract(cast))
    cast.mark(check_references(cast, known))
    for check in _OF_KIND.get(cast.table.kind, ()):
        cast.mark(check(cast, known))
    cast.mark(check_periods_over(cast, known))
    cast.mark(check_closed_periods(cast, known))
    cast.mark(check_retractions(cast, known))
    cast.mark(check_withdrawals(cast, known))
