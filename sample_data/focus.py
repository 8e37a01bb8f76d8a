"""Cost and usage files of two providers, after FOCUS: one 1.0 as CSV, one 1.2 as Parquet.

They explain two streams of `sample_data.spend` to the cent (their rows stand in no costs extract), and hold what a
provider's file holds besides: a commitment paid ahead, a correction, and a workload that nobody registered, which the
books carry under ordinary IT cost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from models.domain.calendar import add_months
from sample_data.company import AS_OF, GROUP_NAME
from sample_data.spend import STREAMS, CostRow, Stream, months_of
from sample_data.writing import write_rows

_AI, _STORAGE, _APPLICATIONS = "AI and Machine Learning", "Storage", "Business Applications"
_COMMITTED_YEAR = 2026
_CORRECTED, _CORRECTED_IN, _OVERCHARGED = date(2026, 5, 1), date(2026, 6, 1), Decimal(180)
_UNREGISTERED_FROM, _UNREGISTERED = date(2026, 5, 1), Decimal(1150)


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider with the stream that its file explains."""

    name: str
    short: str
    initiative: str
    account: str
    is_parquet: bool

    @property
    def stream(self) -> Stream:
        """The stream of spend that its charges sum to."""
        return next(s for s in STREAMS if s.initiative == self.initiative and s.category == "software_and_inference")

    def invoice(self, month: date) -> str:
        """Return the number of the invoice of a month."""
        return f"{self.short.upper()}-{month:%Y-%m}"


FINDLING = Provider("Findling Search GmbH", "findling", "SEARCH", "FS-77310", is_parquet=False)
BELEGWERK = Provider("Belegwerk AG", "belegwerk", "AP-MATCH", "BW-4471", is_parquet=True)
PROVIDERS = (FINDLING, BELEGWERK)


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge of a month: what the invoice of `billed_in` charges and what the P&L of `month` bears."""

    provider: Provider
    month: date
    billed_in: date
    service: str
    service_category: str
    sku: str
    sub_account: str
    unit: str
    unit_price: Decimal
    effective: Decimal
    billed: Decimal
    tags: tuple[tuple[str, str], ...]
    category: str = "Usage"
    charge_class: str = ""
    months: int = 1


def explains(cost: CostRow) -> bool:
    """Tell whether a cost comes from the providers' files and stands in no costs extract."""
    return any(cost.stream is provider.stream for provider in PROVIDERS)


def list_charges(provider: Provider, first: date, last: date) -> list[Charge]:
    """Return the charges of the invoices of months first..last, in order."""
    made = _findling_charges if provider is FINDLING else _belegwerk_charges
    charges = [charge for month in months_of(provider.stream) if month <= AS_OF for charge in made(month)]
    return [charge for charge in charges if first <= charge.billed_in <= last]


def _findling_charges(month: date) -> Iterator[Charge]:
    total = Decimal(FINDLING.stream.monthly_eur)
    tags = (("app", "web-search"), ("env", "prod"))
    plain = Charge(
        FINDLING, month, month, "Query API", _AI, "QRY-1K", "FS-100", "1K queries", Decimal("0.80"),
        total * 3 / 4, total * 3 / 4, tags,
    )  # fmt: skip
    ranking = replace(plain, sku="RNK-1K", unit="1K rankings", unit_price=Decimal("0.55"))
    yield plain
    yield replace(ranking, effective=total / 4, billed=total / 4)
    if month >= _UNREGISTERED_FROM:
        notebook = replace(plain, service="Model Notebooks", sku="NB-HOUR", unit="Hours", unit_price=Decimal("2.30"))
        notebook = replace(notebook, sub_account="FS-200", tags=(("app", "notebooks"),))
        yield replace(notebook, effective=_UNREGISTERED, billed=_UNREGISTERED)


def _belegwerk_charges(month: date) -> Iterator[Charge]:
    total, fee = Decimal(BELEGWERK.stream.monthly_eur), Decimal(BELEGWERK.stream.monthly_eur) / 4
    over = _OVERCHARGED if month == _CORRECTED else Decimal(0)
    plain = Charge(
        BELEGWERK, month, month, "Document Understanding", _AI, "TOK-1M", "BW-FIN", "1M tokens", Decimal("2.50"),
        total / 2 + over, total / 2 + over, (("cost-centre", "1900"),),
    )  # fmt: skip
    yield plain
    store = replace(plain, service="Document Store", service_category=_STORAGE, sku="GB-MONTH", unit="GB-Months")
    yield replace(store, unit_price=Decimal("0.05"), effective=fee, billed=fee)
    seat = replace(plain, service="Workbench", service_category=_APPLICATIONS, sku="SEAT-M", unit="Seats")
    seat = replace(seat, unit_price=Decimal(41), effective=fee, billed=fee)
    if month.year == _COMMITTED_YEAR:
        if month.month == 1:
            yield replace(seat, sku="SEAT-Y", category="Purchase", effective=Decimal(0), billed=fee * 12, months=12)
        seat = replace(seat, billed=Decimal(0))
    yield seat
    if month == _CORRECTED_IN:
        refund = replace(plain, month=_CORRECTED, charge_class="Correction")
        yield replace(refund, effective=-_OVERCHARGED, billed=-_OVERCHARGED)


def invoice_rows() -> list[dict[str, str]]:
    """Return the invoices of both providers: each sums what was billed in its month."""
    rows = []
    for provider in PROVIDERS:
        for month in months_of(provider.stream):
            if month > AS_OF:
                continue
            total = sum((charge.billed for charge in list_charges(provider, month, month)), Decimal(0))
            last_day = date.fromordinal(add_months(month, 1).toordinal() - 1)
            rows.append(
                {
                    "invoice": provider.invoice(month),
                    "supplier": provider.name,
                    "invoice_on": last_day.isoformat(),
                    "total": f"{total:.2f}",
                    "currency": "EUR",
                }
            )
    return rows


def mapping_rows() -> list[dict[str, str]]:
    """Return which initiative the web search's charges belong to; Belegwerk's carry x_InitiativeId themselves."""
    first_on = FINDLING.stream.first_on.isoformat()
    row = {"match_by": "tag", "match_name": "app", "match_value": "web-search", "from_on": first_on}
    return [{**row, "initiative": "SEARCH", "nature": "run"}]


def tell_spend() -> dict[str, Any]:
    """Return what the files hold, for the truth: totals to the last day counted, in EUR."""
    counted = {
        provider.initiative: sum((c.effective for c in _all(provider) if c.service != "Model Notebooks"), Decimal(0))
        for provider in PROVIDERS
    }
    unregistered = sum((c.effective for c in _all(FINDLING) if c.service == "Model Notebooks"), Decimal(0))
    return {
        "by_initiative_to_date": {key: f"{amount:.2f}" for key, amount in counted.items()},
        "unregistered_to_date": f"{unregistered:.2f}",
        "invoices": sum(1 for _ in invoice_rows()),
        "story": "Two streams come from the providers' own files; one workload belongs to nobody.",
    }


def _all(provider: Provider) -> list[Charge]:
    return list_charges(provider, provider.stream.first_on, AS_OF)


def focus_frame(provider: Provider, first: date, last: date) -> pd.DataFrame:
    """Return the file of a provider for the invoices of months first..last, every cell text, in its own columns."""
    cells = [_cells(charge) for charge in list_charges(provider, first, last)]
    return pd.DataFrame(cells, dtype=str)


def _cells(charge: Charge) -> dict[str, str]:
    """Return the cells of a charge; mandatory columns first, as the specification orders them."""
    provider, is_fresh = charge.provider, charge.charge_class == ""
    list_cost = charge.effective if charge.category == "Usage" else charge.billed
    cells = {
        "BilledCost": f"{charge.billed:.2f}",
        "BillingAccountId": provider.account,
        "BillingAccountName": GROUP_NAME,
        "BillingCurrency": "EUR",
        "BillingPeriodEnd": _moment(add_months(charge.billed_in, 1)),
        "BillingPeriodStart": _moment(charge.billed_in),
        "ChargeCategory": charge.category,
        "ChargeClass": charge.charge_class,
        "ChargeDescription": f"{charge.service}, {charge.unit} at {charge.unit_price} EUR",
        "ChargeFrequency": "One-Time" if charge.category == "Purchase" else "Usage-Based",
        "ChargePeriodEnd": _moment(add_months(charge.month, charge.months)),
        "ChargePeriodStart": _moment(charge.month),
        "ContractedCost": f"{list_cost:.2f}",
        "EffectiveCost": f"{charge.effective:.2f}",
        "InvoiceIssuerName": provider.name,
        "ListCost": f"{list_cost:.2f}",
        "PricingQuantity": f"{list_cost / charge.unit_price:.4f}" if is_fresh else "",
        "PricingUnit": charge.unit if is_fresh else "",
        "ProviderName": provider.name,
        "PublisherName": provider.name,
        "ServiceCategory": charge.service_category,
        "ServiceName": charge.service,
        "SkuId": charge.sku,
        "SubAccountId": charge.sub_account,
        "Tags": json.dumps(dict(charge.tags), separators=(",", ":")),
    }
    if not provider.is_parquet:
        return {**cells, "x_InvoiceId": provider.invoice(charge.billed_in)}
    return {
        **cells,
        "BillingAccountType": "Customer",
        "InvoiceId": provider.invoice(charge.billed_in),
        "x_InitiativeId": provider.initiative,
    }


def _moment(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


_AMOUNTS = frozenset({"BilledCost", "ContractedCost", "EffectiveCost", "ListCost", "PricingQuantity"})
_MOMENTS = frozenset({"BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart"})


def write_focus(frame: pd.DataFrame, path: Path) -> None:
    """Write a provider's file in the format of its suffix; mandatory columns stand also where they are empty."""
    if path.suffix == ".csv":
        write_rows(frame, path)
        return
    arrays = {name: _array(name, list(frame[name])) for name in frame.columns}
    pq.write_table(pa.table(arrays), path, compression="snappy", version="2.6")


def _array(name: str, texts: list[str]) -> pa.Array:
    """Return a column as a provider types it: decimals, moments in UTC, tags as a map, all else text."""
    if name in _AMOUNTS:
        return pa.array([Decimal(text) if text else None for text in texts], pa.decimal128(20, 4))
    if name in _MOMENTS:
        moments = [datetime.fromisoformat(text).astimezone(UTC) for text in texts]
        return pa.array(moments, pa.timestamp("us", tz="UTC"))
    if name == "Tags":
        return pa.array([list(json.loads(text).items()) for text in texts], pa.map_(pa.string(), pa.string()))
    return pa.array([text or None for text in texts], pa.string())
