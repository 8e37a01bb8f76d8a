"""The columns of the specification, and which of ours each becomes.

FinOps Open Cost and Usage Specification (FOCUS), dataset Cost and Usage: 1.0 (June 2024), 1.1 (November 2024), 1.2
(May 2025), 1.3 (December 2025), 1.4 (2026), https://focus.finops.org. The mandatory columns are the same 21 in 1.0 to
1.2; 1.3 names provider and publisher anew (ServiceProviderName, HostProviderName), 1.4 drops the old names.
"""

from __future__ import annotations

from collections.abc import Collection

#: Columns that no other table has: two of them tell a FOCUS file.
MARKS = frozenset({"BilledCost", "EffectiveCost", "ChargePeriodStart", "ChargePeriodEnd", "BillingPeriodStart"})

#: Mandatory in 1.2 under one name.
MANDATORY = (
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "ContractedCost",
    "EffectiveCost",
    "InvoiceIssuerName",
    "ListCost",
    "PricingQuantity",
    "PricingUnit",
    "ServiceCategory",
    "ServiceName",
)
#: Mandatory under one of two names: that of 1.0 to 1.3, that of 1.3 and later.
EITHER = (("ProviderName", "ServiceProviderName"), ("PublisherName", "HostProviderName"))

#: Columns that came with a version, newest first; ProviderName went with 1.4.
_SINCE_1_3 = frozenset(
    "AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags ContractApplied "
    "HostProviderName ServiceProviderName".split()
)
_SINCE_1_2 = frozenset(
    "BillingAccountType InvoiceId PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost "
    "PricingCurrencyListUnitPrice SubAccountType".split()
)
_SINCE_1_1 = frozenset(
    "CapacityReservationId CapacityReservationStatus CommitmentDiscountQuantity CommitmentDiscountUnit "
    "ServiceSubcategory SkuMeter SkuPriceDetails".split()
)
_SINCE_1_0 = frozenset(
    "AvailabilityZone ChargeFrequency CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName "
    "CommitmentDiscountStatus CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedUnitPrice ListUnitPrice "
    "PricingCategory ProviderName PublisherName RegionId RegionName ResourceId ResourceName ResourceType SkuId "
    "SkuPriceId SubAccountId SubAccountName Tags".split()
)
KNOWN = frozenset(MANDATORY) | _SINCE_1_0 | _SINCE_1_1 | _SINCE_1_2 | _SINCE_1_3

CUSTOM = "x_"
INITIATIVE = "x_InitiativeId"

#: Our column -> names in the file, the first that is there and filled; dates and tags are read by rules of their own.
TEXTS: dict[str, tuple[str, ...]] = {
    "provider": ("ServiceProviderName", "ProviderName"),
    "billing_account": ("BillingAccountId",),
    "billing_account_name": ("BillingAccountName",),
    "charge_category": ("ChargeCategory",),
    "charge_class": ("ChargeClass",),
    "charge_frequency": ("ChargeFrequency",),
    "charge_description": ("ChargeDescription",),
    "currency": ("BillingCurrency",),
    "invoice": ("InvoiceId", "x_InvoiceId"),
    "invoice_issuer": ("InvoiceIssuerName",),
    "publisher": ("PublisherName", "HostProviderName"),
    "service": ("ServiceName",),
    "service_category": ("ServiceCategory",),
    "sku": ("SkuId",),
    "sub_account": ("SubAccountId",),
    "sub_account_name": ("SubAccountName",),
    "resource": ("ResourceId",),
    "resource_name": ("ResourceName",),
    "region": ("RegionId",),
    "pricing_unit": ("PricingUnit",),
    "consumed_unit": ("ConsumedUnit",),
    "initiative": (INITIATIVE,),
}
NUMBERS: dict[str, str] = {
    "billed_cost": "BilledCost",
    "effective_cost": "EffectiveCost",
    "contracted_cost": "ContractedCost",
    "list_cost": "ListCost",
    "pricing_quantity": "PricingQuantity",
    "consumed_quantity": "ConsumedQuantity",
}
#: Starts are inclusive and ends exclusive.
STARTS: dict[str, str] = {"billing_start_on": "BillingPeriodStart", "charge_start_on": "ChargePeriodStart"}
ENDS: dict[str, str] = {"billing_end_on": "BillingPeriodEnd", "charge_end_on": "ChargePeriodEnd"}

#: What names a charge within its provider: columns of every version, none that a restatement corrects (decision 0018).
IDENTITY = (
    "BillingAccountId",
    "SubAccountId",
    "BillingCurrency",
    "BillingPeriodStart",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ChargeCategory",
    "ChargeClass",
    "ServiceName",
    "SkuId",
    "SkuPriceId",
    "ResourceId",
    "RegionId",
    "PricingCategory",
    "PricingUnit",
    "CommitmentDiscountId",
    "CommitmentDiscountStatus",
)

SERVICE_CATEGORIES = (
    "AI and Machine Learning",
    "Analytics",
    "Business Applications",
    "Compute",
    "Databases",
    "Developer Tools",
    "Multicloud",
    "Identity",
    "Integration",
    "Internet of Things",
    "Management and Governance",
    "Media",
    "Migration",
    "Mobile",
    "Networking",
    "Security",
    "Storage",
    "Web",
    "Other",
)


def is_focus(names: Collection[str]) -> bool:
    """Tell whether a header is that of a FOCUS file, whole or not."""
    return len(MARKS.intersection(names)) >= 2


def missing_columns(names: Collection[str]) -> tuple[str, ...]:
    """Return the mandatory columns that a header lacks; two names of one column as `ProviderName or ...`."""
    plain = tuple(name for name in MANDATORY if name not in names)
    return plain + tuple(" or ".join(pair) for pair in EITHER if not set(pair) & set(names))


def unknown_columns(names: Collection[str]) -> tuple[str, ...]:
    """Return names that are neither of the specification nor custom (x_)."""
    return tuple(name for name in names if name and name not in KNOWN and not name.startswith(CUSTOM))


def version_of(names: Collection[str]) -> str:
    """Return the earliest version that has all the specified columns of a header, by what each version brought."""
    found = set(names)
    if found & _SINCE_1_3:
        return "1.3" if found & {"ProviderName", "PublisherName"} else "1.4"
    if found & _SINCE_1_2:
        return "1.2"
    return "1.1" if found & _SINCE_1_1 else "1.0"
