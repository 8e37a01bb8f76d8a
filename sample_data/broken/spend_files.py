"""Broken cost and usage files: against the FOCUS specification, their invoices, and whose charges they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from sample_data.broken.case import BrokenFile, text_file

#: A sound charge of a sound file; `known` holds its initiative.
_CHARGE = {
    "BilledCost": "120.00",
    "BillingAccountId": "ACC-1",
    "BillingAccountName": "Main",
    "BillingCurrency": "EUR",
    "BillingPeriodEnd": "2026-07-01T00:00:00Z",
    "BillingPeriodStart": "2026-06-01T00:00:00Z",
    "ChargeCategory": "Usage",
    "ChargeClass": "",
    "ChargeDescription": "Tokens",
    "ChargePeriodEnd": "2026-06-02T00:00:00Z",
    "ChargePeriodStart": "2026-06-01T00:00:00Z",
    "ContractedCost": "120.00",
    "EffectiveCost": "120.00",
    "InvoiceIssuerName": "Modelworks",
    "ListCost": "150.00",
    "PricingQuantity": "48",
    "PricingUnit": "1M tokens",
    "ProviderName": "Modelworks",
    "PublisherName": "Modelworks",
    "ServiceCategory": "AI and Machine Learning",
    "ServiceName": "Models",
    "Tags": '{"app":"invoices"}',
    "InvoiceId": "ML-2026-06",
    "x_InitiativeId": "INV",
}


def _focus(name: str, code: str, changes: Mapping[str, str | None], *expected: str, is_read: bool = True) -> BrokenFile:
    """Make a file of one charge; a column that is changed to None is left out."""
    cells = {column: text for column, text in {**_CHARGE, **changes}.items() if text is not None}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([list(cells), list(cells.values())])
    return text_file(name, code, out.getvalue(), *expected, is_read=is_read)


def broken_spend() -> tuple[BrokenFile, ...]:
    """Return files that break the specification, or do not agree with what is known."""
    return (
        _focus(
            "focus_no_invoice_issuer.csv",
            "FOCUS-001",
            {"InvoiceIssuerName": None, "PublisherName": None},
            "FOCUS-001 line 1",
            is_read=False,
        ),
        _focus("focus_unknown_column.csv", "FOCUS-002", {"CostCenter": "0700"}, "FOCUS-002 line 1"),
        _focus(
            "focus_no_zone.csv",
            "FOCUS-003",
            {"ChargePeriodStart": "2026-06-01 00:00:00"},
            "FOCUS-003 line 2, column ChargePeriodStart",
        ),
        _focus("focus_tags.csv", "FOCUS-004", {"Tags": "app=invoices"}, "FOCUS-004 line 2, column Tags"),
        _focus("focus_no_list_cost.csv", "FOCUS-005", {"ListCost": ""}, "FOCUS-005 line 2, column ListCost"),
        _focus(
            "focus_service_category.csv",
            "FOCUS-006",
            {"ServiceCategory": "Artificial Intelligence"},
            "FOCUS-006 line 2, column ServiceCategory",
        ),
        _focus(
            "focus_decimals.csv",
            "FOCUS-007",
            {"EffectiveCost": "119.9999999999999999999999999"},
            "FOCUS-007 line 2, column EffectiveCost",
        ),
        _focus(
            "focus_unknown_initiative.csv",
            "SPEND-001",
            {"x_InitiativeId": "INVOICE"},
            "SPEND-001 line 2, column x_InitiativeId",
            "SPEND-005 line 2",
        ),
        _focus(
            "focus_invoice_differs.csv", "SPEND-002", {"BilledCost": "118.50"}, "SPEND-002 line 2, column InvoiceId"
        ),
        _focus(
            "focus_invoice_booked.csv",
            "SPEND-003",
            {"InvoiceId": "ML-2026-05"},
            "SPEND-003 line 2, column InvoiceId",
        ),
        _focus(
            "focus_charge_left_out.csv",
            "SPEND-004",
            {"BillingAccountId": "ACC-2"},
            "SPEND-004 line 2, column BillingAccountId",
        ),
        _focus("focus_nobody.csv", "SPEND-005", {"x_InitiativeId": ""}, "SPEND-005 line 2"),
    )
