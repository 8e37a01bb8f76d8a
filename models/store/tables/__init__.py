"""The tables: facts by kind, records of what was received and decided, results and jobs."""

from models.store.tables.cases import (
    ApprovedCaseLineRow,
    ApprovedCasePeriodRow,
    ApprovedCaseRow,
    BenefitLineAccountRow,
    BenefitLineRow,
    ClaimRow,
)
from models.store.tables.columns import ColumnType, FactColumn, FactRow, TableRow, UtcDateTime
from models.store.tables.decisions import PeriodEventRow, SharingRuleRow, SharingSignatureRow
from models.store.tables.facts import FACT_TABLES, IMMUTABLE_KINDS, FactTable
from models.store.tables.ledger import (
    AccountMapRow,
    CostRow,
    HoursRow,
    InvoiceRow,
    KpiObservationRow,
    LineDriverRow,
    OtherProgrammeAmountRow,
    PlRow,
    TrialBalanceRow,
)
from models.store.tables.master import (
    BusinessUnitRow,
    ExpectedExtractRow,
    FxRateRow,
    InitiativeRow,
    InitiativeStageRow,
    KpiRow,
    OtherProgrammeRow,
    PersonRow,
    PolicyRow,
    RolloutRow,
    UnitAliasRow,
    UnitRow,
)
from models.store.tables.people import AccountRow, InitiativeMemberRow
from models.store.tables.records import AuditEventRow, ExtractPartRow, ExtractRow, FindingRow, LoadRow, OrganisationRow
from models.store.tables.results import (
    EstimateRow,
    FollowUpRow,
    JobRow,
    LedgerEntryRow,
    PublicationRow,
    ValuationRow,
)
from models.store.tables.spend import AllocationDriverRow, BudgetCutRow, FocusCostRow, SpendMappingRow
from models.store.tables.triggers import listen

listen()

__all__ = [
    "FACT_TABLES",
    "IMMUTABLE_KINDS",
    "AccountMapRow",
    "AccountRow",
    "AllocationDriverRow",
    "ApprovedCaseLineRow",
    "ApprovedCasePeriodRow",
    "ApprovedCaseRow",
    "AuditEventRow",
    "BenefitLineAccountRow",
    "BenefitLineRow",
    "BudgetCutRow",
    "BusinessUnitRow",
    "ClaimRow",
    "ColumnType",
    "CostRow",
    "EstimateRow",
    "ExpectedExtractRow",
    "ExtractPartRow",
    "ExtractRow",
    "FactColumn",
    "FactRow",
    "FactTable",
    "FindingRow",
    "FocusCostRow",
    "FollowUpRow",
    "FxRateRow",
    "HoursRow",
    "InitiativeMemberRow",
    "InitiativeRow",
    "InitiativeStageRow",
    "InvoiceRow",
    "JobRow",
    "KpiObservationRow",
    "KpiRow",
    "LedgerEntryRow",
    "LineDriverRow",
    "LoadRow",
    "OrganisationRow",
    "OtherProgrammeAmountRow",
    "OtherProgrammeRow",
    "PeriodEventRow",
    "PersonRow",
    "PlRow",
    "PolicyRow",
    "PublicationRow",
    "RolloutRow",
    "SharingRuleRow",
    "SharingSignatureRow",
    "SpendMappingRow",
    "TableRow",
    "TrialBalanceRow",
    "UnitAliasRow",
    "UnitRow",
    "UtcDateTime",
    "ValuationRow",
]
