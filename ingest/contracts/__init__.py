"""The file contracts, one per kind of fact: the public formats of what finance sends."""

from __future__ import annotations

from ingest.contracts import benefits, cases, finance, initiatives, ledger, organisation, spend
from ingest.contracts.extract import REASONS_COLUMN, Contract, Extract, describe_contract
from ingest.contracts.fields import ColumnSpec, ColumnType
from models.domain.extract import ExtractKind

_MODELS: dict[ExtractKind, type[Extract]] = {
    ExtractKind.POLICIES: finance.PoliciesExtract,
    ExtractKind.FX_RATES: finance.FxRatesExtract,
    ExtractKind.BUSINESS_UNITS: organisation.BusinessUnitsExtract,
    ExtractKind.PEOPLE: organisation.PeopleExtract,
    ExtractKind.UNITS: organisation.UnitsExtract,
    ExtractKind.UNIT_ALIASES: organisation.UnitAliasesExtract,
    ExtractKind.INITIATIVES: initiatives.InitiativesExtract,
    ExtractKind.INITIATIVE_STAGES: initiatives.InitiativeStagesExtract,
    ExtractKind.KPIS: benefits.KpisExtract,
    ExtractKind.BENEFIT_LINES: benefits.BenefitLinesExtract,
    ExtractKind.ACCOUNT_MAP: ledger.AccountMapExtract,
    ExtractKind.BENEFIT_LINE_ACCOUNTS: benefits.BenefitLineAccountsExtract,
    ExtractKind.APPROVED_CASES: cases.ApprovedCasesExtract,
    ExtractKind.APPROVED_CASE_LINES: cases.ApprovedCaseLinesExtract,
    ExtractKind.APPROVED_CASE_PERIODS: cases.ApprovedCasePeriodsExtract,
    ExtractKind.CLAIMS: cases.ClaimsExtract,
    ExtractKind.ROLLOUTS: initiatives.RolloutsExtract,
    ExtractKind.KPI_OBSERVATIONS: benefits.KpiObservationsExtract,
    ExtractKind.COSTS: ledger.CostsExtract,
    ExtractKind.PL_ROWS: ledger.PlRowsExtract,
    ExtractKind.LINE_DRIVERS: ledger.LineDriversExtract,
    ExtractKind.HOURS: benefits.HoursExtract,
    ExtractKind.TRIAL_BALANCES: ledger.TrialBalancesExtract,
    ExtractKind.INVOICES: ledger.InvoicesExtract,
    ExtractKind.EXPECTED_EXTRACTS: organisation.ExpectedExtractsExtract,
    ExtractKind.OTHER_PROGRAMMES: initiatives.OtherProgrammesExtract,
    ExtractKind.OTHER_PROGRAMME_AMOUNTS: initiatives.OtherProgrammeAmountsExtract,
    ExtractKind.FOCUS_COSTS: spend.FocusCostsExtract,
    ExtractKind.SPEND_MAPPINGS: spend.SpendMappingsExtract,
    ExtractKind.BUDGET_CUTS: spend.BudgetCutsExtract,
    ExtractKind.ALLOCATION_DRIVERS: spend.AllocationDriversExtract,
}


def contract_of(kind: ExtractKind) -> Contract:
    """Return the contract of a kind of fact."""
    return describe_contract(kind, _MODELS[kind])


__all__ = ["REASONS_COLUMN", "ColumnSpec", "ColumnType", "Contract", "Extract", "contract_of"]
