"""Extracts, their states and their findings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ExtractKind(StrEnum):
    """The contracts; the name is that of the sheet and of the fact table."""

    POLICIES = "policies"
    FX_RATES = "fx_rates"
    BUSINESS_UNITS = "business_units"
    PEOPLE = "people"
    UNITS = "units"
    UNIT_ALIASES = "unit_aliases"
    INITIATIVES = "initiatives"
    INITIATIVE_STAGES = "initiative_stages"
    KPIS = "kpis"
    BENEFIT_LINES = "benefit_lines"
    ACCOUNT_MAP = "account_map"
    BENEFIT_LINE_ACCOUNTS = "benefit_line_accounts"
    APPROVED_CASES = "approved_cases"
    APPROVED_CASE_LINES = "approved_case_lines"
    APPROVED_CASE_PERIODS = "approved_case_periods"
    CLAIMS = "claims"
    ROLLOUTS = "rollouts"
    KPI_OBSERVATIONS = "kpi_observations"
    COSTS = "costs"
    PL_ROWS = "pl_rows"
    LINE_DRIVERS = "line_drivers"
    HOURS = "hours"
    TRIAL_BALANCES = "trial_balances"
    INVOICES = "invoices"
    EXPECTED_EXTRACTS = "expected_extracts"
    OTHER_PROGRAMMES = "other_programmes"
    OTHER_PROGRAMME_AMOUNTS = "other_programme_amounts"
    FOCUS_COSTS = "focus_costs"
    SPEND_MAPPINGS = "spend_mappings"
    BUDGET_CUTS = "budget_cuts"
    ALLOCATION_DRIVERS = "allocation_drivers"


class ExtractState(StrEnum):
    """Where an extract stands."""

    RECEIVED = "received"
    CHECKED = "checked"
    AWAITING_APPROVAL = "awaiting_approval"
    POSTED = "posted"
    REFUSED = "refused"


class Severity(StrEnum):
    """An error posts nothing; a warning asks for a look; a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of a file: where, what was found, what is allowed, what to do.

    `code` is stable (KPI-003). `sheet` and `cell` name the place in a workbook, `line` and `column` in a text file;
    `line` counts the lines of the file, header first. `suggestion` is a value that may be meant, empty if none is safe
    to offer.
    """

    code: str
    severity: Severity
    title: str
    kind: str
    sheet: str
    line: int | None
    column: str
    cell: str
    found: str
    allowed: str
    advice: str
    suggestion: str = ""

    @property
    def place(self) -> str:
        """Data!H27 in a workbook, line 27, column amount in a text file."""
        if self.cell:
            return f"{self.sheet}!{self.cell}" if self.sheet else self.cell
        parts = [self.sheet] if self.sheet else []
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.column:
            parts.append(f"column {self.column}")
        return ", ".join(parts) or "file"

    @property
    def sentence(self) -> str:
        """Where - what was found - what is allowed - what to do."""
        text = f"{self.place}: {self.found}; {self.allowed}. {self.advice}"
        return f"{text} Did you mean {self.suggestion}?" if self.suggestion else text


@dataclass(frozen=True, slots=True)
class PartCounts:
    """What posting one part of an extract did, or would do: rows_in = new + changed + same + bad."""

    rows_in: int
    new: int
    changed: int
    same: int
    bad: int

    @property
    def is_balanced(self) -> bool:
        """Whether the counts add up."""
        return self.rows_in == self.new + self.changed + self.same + self.bad


@dataclass(frozen=True, slots=True)
class Restatement:
    """One value that a file changes: its key, the column, what was known and what is now said."""

    kind: str
    key: str
    column: str
    before: str
    after: str
    line: int
