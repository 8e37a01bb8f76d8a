"""Small FOCUS files of every version, for tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

CHARGE = {
    "BilledCost": "120.00",
    "BillingAccountId": "ACC-1",
    "BillingAccountName": "Main",
    "BillingCurrency": "EUR",
    "BillingPeriodEnd": "2026-07-01T00:00:00Z",
    "BillingPeriodStart": "2026-06-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargeDescription": "Tokens",
    "ChargePeriodEnd": "2026-07-01T00:00:00Z",
    "ChargePeriodStart": "2026-06-01T00:00:00Z",
    "ContractedCost": "120.00",
    "EffectiveCost": "100.00",
    "InvoiceIssuerName": "Modelworks",
    "ListCost": "150.00",
    "PricingQuantity": "48",
    "PricingUnit": "1M tokens",
    "ProviderName": "Modelworks",
    "PublisherName": "Modelworks",
    "ServiceCategory": "AI and Machine Learning",
    "ServiceName": "Models",
}
#: What each version adds, and what 1.4 drops (None).
VERSIONS: dict[str, dict[str, str | None]] = {
    "1.0": {"SkuId": "S-1", "RegionId": "eu"},
    "1.1": {"SkuId": "S-1", "RegionId": "eu", "SkuMeter": "tokens"},
    "1.2": {"SkuId": "S-1", "RegionId": "eu", "SkuMeter": "tokens", "InvoiceId": "ML-1"},
    "1.3": {
        "SkuId": "S-1",
        "RegionId": "eu",
        "InvoiceId": "ML-1",
        "ServiceProviderName": "Modelworks",
        "HostProviderName": "Cloudhost",
    },
    "1.4": {
        "SkuId": "S-1",
        "RegionId": "eu",
        "InvoiceId": "ML-1",
        "ServiceProviderName": "Modelworks",
        "HostProviderName": "Cloudhost",
        "ProviderName": None,
        "PublisherName": None,
    },
}


def charge(**changes: str | None) -> dict[str, str]:
    """A charge with some columns changed or added; None leaves a column out."""
    return {name: text for name, text in {**CHARGE, **changes}.items() if text is not None}


def focus_csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def focus_parquet(columns: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), buffer)
    return buffer.getvalue()
