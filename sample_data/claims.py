"""What owners and vendors assert (grade E0), and the hours that the copilot is said to set free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from models.domain.calendar import add_months
from sample_data.company import REPORTING_CURRENCY
from sample_data.effects import MONTHS, PlantedMoney
from sample_data.money import fiscal_label
from sample_data.rollouts import rollouts_of

#: Claims and hours of the last period have not arrived when the period is closed.
LAST_CLAIM_ON = date(2026, 8, 1)
_RAMP_MONTHS = 4


@dataclass(frozen=True, slots=True)
class ClaimSpec:
    """A stream of claims in EUR a month when fully ramped."""

    initiative: str
    claimant: str
    benefit_line: str
    monthly_eur: int
    first_on: date
    source: str
    statement: str


CLAIMS: tuple[ClaimSpec, ...] = (
    ClaimSpec(
        "AP-MATCH",
        "vendor",
        "AP-MATCH-HOURS",
        186_000,
        date(2025, 3, 1),
        "Belegwerk cockpit",
        "Invoices touched x 7 minutes x full clerk cost",
    ),
    ClaimSpec(
        "MASON",
        "vendor",
        "MASON-HOURS",
        244_000,
        date(2025, 4, 1),
        "Deskmate dashboard",
        "Prompts x 6 minutes saved x 58 EUR an hour",
    ),
    ClaimSpec(
        "STOCK-FC",
        "owner",
        "STOCK-FC-STOCK",
        160_000,
        date(2025, 11, 1),
        "Branch stock review",
        "Stock below last year",
    ),
    ClaimSpec(
        "KEEP", "vendor", "KEEP-REVENUE", 268_000, date(2025, 7, 1), "Loyalis report", "Revenue of customers who stayed"
    ),
    ClaimSpec(
        "ROUTE",
        "owner",
        "ROUTE-KM",
        61_000,
        date(2025, 5, 1),
        "Logistics review",
        "Kilometres saved x full cost per km",
    ),
    ClaimSpec(
        "LOAD",
        "owner",
        "LOAD-FREIGHT",
        74_000,
        date(2025, 10, 1),
        "Purchasing savings list",
        "Freight rate below last tender",
    ),
    ClaimSpec(
        "KILN", "vendor", "KILN-ENERGY", 52_000, date(2025, 6, 1), "Thermion report", "Energy below design value"
    ),
    ClaimSpec(
        "QUOTE", "owner", "QUOTE-PROJECTS", 118_000, date(2025, 9, 1), "Sales review", "Projects quoted by the engine"
    ),
    ClaimSpec(
        "TENDER", "vendor", "TENDER-PAGES", 48_000, date(2025, 6, 1), "Lesewerk report", "Pages read x 4 minutes"
    ),
    ClaimSpec(
        "VOICE",
        "vendor",
        "VOICE-CREDITS",
        96_000,
        date(2025, 12, 1),
        "Hallo Voice dashboard",
        "Calls answered x 5 minutes",
    ),
    ClaimSpec(
        "YARD-EYE",
        "vendor",
        "YARD-EYE-DAMAGE",
        88_000,
        date(2025, 10, 1),
        "Hofblick report",
        "Breakage after installation against before",
    ),
    ClaimSpec(
        "CREDIT", "vendor", "CREDIT-LOSSES", 42_000, date(2025, 8, 1), "Bonitas report", "Exposure of customers flagged"
    ),
    ClaimSpec(
        "PRICE",
        "vendor",
        "PRICE-MARGIN",
        232_000,
        date(2025, 8, 1),
        "Preiswert Analytics report",
        "Proposals accepted x uplift",
    ),
    ClaimSpec(
        "SEARCH", "owner", "SEARCH-REVENUE", 258_000, date(2025, 4, 1), "Web shop review", "Revenue after a search"
    ),
    ClaimSpec(
        "SHIFT",
        "vendor",
        "SHIFT-AGENCY",
        171_000,
        date(2025, 9, 1),
        "Rotawise dashboard",
        "Hours replanned x agency rate",
    ),
    ClaimSpec(
        "FLEET", "vendor", "FLEET-REPAIRS", 31_000, date(2025, 6, 1), "Werkstatt Digital report", "Breakdowns foreseen"
    ),
    ClaimSpec(
        "HIRE", "vendor", "HIRE-DAYS", 36_000, date(2026, 2, 1), "Talentlink report", "Applications read x 12 minutes"
    ),
    ClaimSpec(
        "TARIFF", "owner", "TARIFF-LINES", 14_000, date(2025, 7, 1), "Customs desk list", "Lines not sent to brokers"
    ),
    ClaimSpec(
        "IT-DESK",
        "vendor",
        "IT-DESK-SUPPORT",
        44_000,
        date(2025, 6, 1),
        "Ticketfluss dashboard",
        "Tickets deflected x 22 EUR",
    ),
    ClaimSpec(
        "COPY", "owner", "COPY-AGENCIES", 57_000, date(2025, 10, 1), "Marketing review", "Texts written x agency price"
    ),
    ClaimSpec(
        "SHELF", "vendor", "SHELF-HOURS", 28_000, date(2025, 6, 1), "Regalbot report", "Shelves scanned x 3 minutes"
    ),
)
_SHELF_STOPPED_ON = date(2026, 3, 1)


def claim_rows() -> list[dict[str, str]]:
    """Return the claims to LAST_CLAIM_ON, and three forecasts of owners for the rest of the year."""
    rows = []
    for spec in CLAIMS:
        months = [month.start_on for month in MONTHS if spec.first_on <= month.start_on <= LAST_CLAIM_ON]
        for n, month in enumerate(months, start=1):
            if spec.initiative == "SHELF" and month >= _SHELF_STOPPED_ON:
                continue
            amount = spec.monthly_eur * min(1.0, n / _RAMP_MONTHS)
            rows.append(_claim_cells(spec, "claim", month, amount))
        if spec.claimant == "owner":
            rows.extend(_claim_cells(spec, "forecast", date(2026, n, 1), 1.05 * spec.monthly_eur) for n in (10, 11, 12))
    return sorted(rows, key=lambda row: (row["purpose"], row["period"], row["initiative"]))


def _claim_cells(spec: ClaimSpec, purpose: str, month: date, amount: float) -> dict[str, str]:
    return {
        "initiative": spec.initiative,
        "claimant": spec.claimant,
        "purpose": purpose,
        "benefit_line": spec.benefit_line,
        "period": fiscal_label(month),
        "source_reference": f"{spec.source} {min(month, LAST_CLAIM_ON):%Y-%m}",
        "amount": f"{amount:.2f}",
        "currency": REPORTING_CURRENCY,
        "statement": spec.statement,
    }


#: Hours per stage as a multiple of the hours truly saved: the vendor's claim, what the desks accept, what a time study
#: confirms, and what was really taken out of rosters.
_STAGES = (("claimed", 2.15), ("accepted", 1.40), ("verified", 1.0), ("released", 0.22))
_DESK_WAGE = 38.0


def hours_rows(mason: PlantedMoney) -> list[dict[str, str]]:
    """Return the copilot's hours by desk, period and stage, up to the last period counted."""
    last_on = add_months(LAST_CLAIM_ON, 1)
    rollouts = rollouts_of(mason.line.initiative)
    rows: list[dict[str, str]] = []
    for m, month in enumerate(MONTHS):
        if month.start_on > last_on:
            break
        for i, unit in enumerate(mason.units):
            saved = mason.amounts[i, m] / _DESK_WAGE
            if unit not in rollouts or saved <= 0.0:
                continue
            cells = {"benefit_line": mason.line.key, "unit": unit, "period": fiscal_label(month.start_on)}
            rows.extend({**cells, "stage": stage, "hours": f"{share * saved:.1f}"} for stage, share in _STAGES)
    return rows
