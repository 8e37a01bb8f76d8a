"""What the initiatives cost: streams of spend, month by month, with invoices behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from models.domain.calendar import add_months
from sample_data.accounts import ACCOUNT_OF_LINE, AccountSpec
from sample_data.company import AS_OF, CURRENCY_OF, cost_centre
from sample_data.money import to_native

#: Useful life of the quote engine in months, from in-service.
QUOTE_LIFE_MONTHS = 48


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream of equal monthly spend in EUR, first month to last month inclusive."""

    initiative: str
    category: str
    nature: str
    entity: str
    supplier: str
    monthly_eur: int
    first_on: date
    last_on: date
    treatment: str = "opex"
    in_service_on: date | None = None

    @property
    def recurrence(self) -> str:
        """Run cost recurs, all else is one-off."""
        return "recurring" if self.nature == "run" else "one_off"


@dataclass(frozen=True, slots=True)
class CostRow:
    """One accrued cost; `amount` in the entity's currency, `amount_eur` at budget rates."""

    stream: Stream
    source_reference: str
    period_on: date
    amount: Decimal
    amount_eur: float
    cash_on: date
    is_committed: bool


def _month(text: str) -> date:
    return date(int(text[:4]), int(text[5:]), 1)


def _stream(initiative: str, category: str, entity: str, supplier: str, monthly: int, span: str) -> Stream:
    """Make a stream from a compact line; the category tells whether it builds or runs."""
    first, last = span.split("..")
    nature = "run" if category in {"software_and_inference", "human_correction"} else "build"
    return Stream(initiative, category, nature, entity, supplier, monthly, _month(first), _month(last))


_NOW, _COMMITTED = "2026-09", "2026-12"
_SOFTWARE, _VENDOR, _PEOPLE, _TRAINING = "software_and_inference", "vendor", "people", "change_and_training"

STREAMS: tuple[Stream, ...] = (
    _stream("AP-MATCH", _VENDOR, "0100", "Belegwerk AG", 36_000, "2024-11..2025-04"),
    _stream("AP-MATCH", _PEOPLE, "0100", "", 9_500, "2024-11..2025-06"),
    _stream("AP-MATCH", _SOFTWARE, "0100", "Belegwerk AG", 8_200, "2025-02.." + _NOW),
    _stream("AP-MATCH", "cost_to_achieve", "0200", "", 15_000, "2025-07..2025-10"),
    _stream("MASON", _VENDOR, "0100", "Deskmate Software BV", 28_000, "2025-01..2025-03"),
    _stream("MASON", _TRAINING, "0200", "Northgate Training Ltd", 11_000, "2025-03..2025-06"),
    _stream("MASON", _SOFTWARE, "0100", "Deskmate Software BV", 25_600, "2025-03.." + _COMMITTED),
    _stream("STOCK-FC", _VENDOR, "0300", "Prognozy sp. z o.o.", 21_000, "2025-04..2025-09"),
    _stream("STOCK-FC", _SOFTWARE, "0300", "Prognozy sp. z o.o.", 4_900, "2025-10.." + _NOW),
    _stream("KEEP", _VENDOR, "0100", "Loyalis GmbH", 17_000, "2025-02..2025-05"),
    _stream("KEEP", _SOFTWARE, "0100", "Loyalis GmbH", 5_400, "2025-06.." + _NOW),
    _stream("ROUTE", _VENDOR, "0200", "Dropline Systems Ltd", 23_000, "2025-01..2025-04"),
    _stream("ROUTE", _SOFTWARE, "0200", "Dropline Systems Ltd", 5_100, "2025-04.." + _NOW),
    _stream("LOAD", _VENDOR, "0100", "Ladewerk GmbH", 20_000, "2025-06..2025-08"),
    _stream("LOAD", _SOFTWARE, "0100", "Ladewerk GmbH", 3_400, "2025-09.." + _NOW),
    _stream("KILN", _VENDOR, "0100", "Thermion Engineering GmbH", 27_000, "2025-02..2025-05"),
    _stream("KILN", _SOFTWARE, "0300", "Thermion Engineering GmbH", 3_900, "2025-05.." + _NOW),
    Stream(
        "QUOTE",
        _PEOPLE,
        "build",
        "0100",
        "",
        52_000,
        _month("2024-10"),
        _month("2025-06"),
        "capitalised",
        date(2025, 7, 1),
    ),
    Stream(
        "QUOTE",
        _VENDOR,
        "build",
        "0100",
        "Planwerk Studio GmbH",
        27_000,
        _month("2024-10"),
        _month("2025-06"),
        "capitalised",
        date(2025, 7, 1),
    ),
    _stream("QUOTE", _SOFTWARE, "0100", "Rechenraum Cloud GmbH", 6_200, "2025-07.." + _NOW),
    _stream("TENDER", _PEOPLE, "0100", "", 7_500, "2025-03.." + _NOW),
    _stream("TENDER", _VENDOR, "0100", "Lesewerk AI GmbH", 10_500, "2025-03.." + _NOW),
    _stream("VOICE", _VENDOR, "0200", "Hallo Voice Ltd", 22_000, "2025-08..2025-11"),
    _stream("VOICE", _SOFTWARE, "0200", "Hallo Voice Ltd", 6_800, "2025-11.." + _NOW),
    _stream("VOICE", "human_correction", "0200", "", 2_600, "2025-12.." + _NOW),
    _stream("YARD-EYE", _VENDOR, "0100", "Hofblick Systeme GmbH", 31_000, "2025-05..2025-08"),
    _stream("YARD-EYE", _SOFTWARE, "0100", "Hofblick Systeme GmbH", 4_100, "2025-09.." + _NOW),
    _stream("CREDIT", _VENDOR, "0100", "Bonitas Data GmbH", 13_000, "2025-04..2025-06"),
    _stream("CREDIT", _SOFTWARE, "0100", "Bonitas Data GmbH", 2_500, "2025-07.." + _NOW),
    _stream("PRICE", _VENDOR, "0100", "Preiswert Analytics AG", 29_000, "2025-03..2025-06"),
    _stream("PRICE", _SOFTWARE, "0100", "Preiswert Analytics AG", 7_500, "2025-07.." + _NOW),
    _stream("SEARCH", _PEOPLE, "0100", "", 14_000, "2024-12..2025-03"),
    _stream("SEARCH", _VENDOR, "0100", "Findling Search GmbH", 8_500, "2024-12..2025-03"),
    _stream("SEARCH", _SOFTWARE, "0100", "Findling Search GmbH", 4_400, "2025-03.." + _NOW),
    _stream("SHIFT", _VENDOR, "0200", "Rotawise Ltd", 26_500, "2025-04..2025-07"),
    _stream("SHIFT", _SOFTWARE, "0200", "Rotawise Ltd", 5_900, "2025-08.." + _NOW),
    _stream("FLEET", _VENDOR, "0100", "Werkstatt Digital GmbH", 15_000, "2025-01..2025-04"),
    _stream("FLEET", _SOFTWARE, "0100", "Werkstatt Digital GmbH", 2_400, "2025-05.." + _NOW),
    _stream("RETURN", _VENDOR, "0300", "Sortix sp. z o.o.", 17_500, "2026-05..2026-08"),
    _stream("RETURN", _SOFTWARE, "0300", "Sortix sp. z o.o.", 3_900, "2026-08.." + _NOW),
    _stream("TRACK", _VENDOR, "0200", "Dropline Systems Ltd", 11_000, "2025-06..2025-08"),
    _stream("TRACK", _SOFTWARE, "0200", "Dropline Systems Ltd", 1_500, "2025-09.." + _NOW),
    _stream("HIRE", _VENDOR, "0100", "Talentlink Software GmbH", 10_000, "2025-10..2025-12"),
    _stream("HIRE", _SOFTWARE, "0100", "Talentlink Software GmbH", 2_500, "2026-01.." + _NOW),
    _stream("TARIFF", _VENDOR, "0200", "Codeport Customs Ltd", 10_000, "2025-03..2025-05"),
    _stream("TARIFF", _SOFTWARE, "0200", "Codeport Customs Ltd", 1_200, "2025-06.." + _NOW),
    _stream("IT-DESK", _VENDOR, "0100", "Ticketfluss GmbH", 15_000, "2025-02..2025-04"),
    _stream("IT-DESK", _SOFTWARE, "0100", "Ticketfluss GmbH", 2_600, "2025-05.." + _NOW),
    _stream("COPY", _VENDOR, "0100", "Textil & Ton Software GmbH", 10_000, "2025-06..2025-08"),
    _stream("COPY", _SOFTWARE, "0100", "Textil & Ton Software GmbH", 3_300, "2025-09.." + _NOW),
    _stream("SHELF", _VENDOR, "0100", "Regalbot GmbH", 22_000, "2025-02..2025-05"),
    _stream("SHELF", _SOFTWARE, "0100", "Regalbot GmbH", 5_200, "2025-05..2026-02"),
    _stream("SHELF", "decommissioning", "0100", "Regalbot GmbH", 12_500, "2026-03..2026-04"),
    _stream("TWIN", _VENDOR, "0100", "Thermion Engineering GmbH", 9_000, "2026-07..2026-08"),
)


def months_of(stream: Stream) -> Iterator[date]:
    """Yield the first days of the months of a stream."""
    month = stream.first_on
    while month <= stream.last_on:
        yield month
        month = add_months(month, 1)


def spend_account(stream: Stream) -> AccountSpec:
    """Return the account on which the books show a stream: run, build, or the amortisation of what was capitalised."""
    if stream.treatment == "capitalised":
        return ACCOUNT_OF_LINE["amortisation_ai"]
    return ACCOUNT_OF_LINE["ai_run" if stream.nature == "run" else "ai_build"]


def booked_months(stream: Stream, month: date, amount_eur: float) -> list[tuple[date, float]]:
    """Return when the P&L meets spend of a month: at once, or by straight-line amortisation from in-service."""
    if stream.in_service_on is None:
        return [(month, amount_eur)]
    share = amount_eur / QUOTE_LIFE_MONTHS
    return [(add_months(stream.in_service_on, n), share) for n in range(QUOTE_LIFE_MONTHS)]


def list_costs() -> list[CostRow]:
    """Return every cost, ordered by month and stream, in the currency of the entity that bears it."""
    rows = []
    for number, stream in enumerate(STREAMS, start=1):
        for month in months_of(stream):
            amount = to_native(stream.monthly_eur, stream.entity, month.year)
            if stream.supplier:
                reference = f"{stream.supplier[:4].upper().strip()}-{month:%y%m}-{number:03d}"
            else:
                reference = f"Payroll allocation {month:%Y-%m}"
            cash_on = add_months(month, 1) + timedelta(days=14)
            is_committed = month > AS_OF
            rows.append(CostRow(stream, reference, month, amount, float(stream.monthly_eur), cash_on, is_committed))
    return sorted(
        rows, key=lambda row: (row.period_on, row.stream.initiative, row.stream.category, row.source_reference)
    )


def cost_cells(row: CostRow) -> dict[str, str]:
    """Return the cells of a cost in an extract."""
    stream = row.stream
    is_capital = stream.treatment == "capitalised"
    account = spend_account(stream)
    return {
        "initiative": stream.initiative,
        "category": stream.category,
        "source_reference": row.source_reference,
        "period": f"FY{row.period_on.year % 100:02d}-P{row.period_on.month:02d}",
        "nature": stream.nature,
        "recurrence": stream.recurrence,
        "treatment": stream.treatment,
        "status": "committed" if row.is_committed else "actual",
        "cash_on": row.cash_on.isoformat(),
        "in_service_on": stream.in_service_on.isoformat() if is_capital and stream.in_service_on else "",
        "useful_life_months": str(QUOTE_LIFE_MONTHS) if is_capital else "",
        "entity": stream.entity,
        "amount": f"{row.amount:.2f}",
        "currency": CURRENCY_OF[stream.entity],
        "pl_line": account.pl_line,
        "cost_centre": cost_centre(stream.entity, account.function),
    }


def invoice_cells(row: CostRow) -> dict[str, str]:
    """Return the cells of the invoice behind a cost of a supplier."""
    return {
        "invoice": row.source_reference,
        "supplier": row.stream.supplier,
        "invoice_on": (add_months(row.period_on, 1) - timedelta(days=1)).isoformat(),
        "total": f"{row.amount:.2f}",
        "currency": CURRENCY_OF[row.stream.entity],
    }
