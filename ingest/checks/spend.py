"""What charges of a cost and usage file must hold, beyond their contract: nullability, invoices, whose they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from ingest.cast import CastTable
from ingest.coded import Coded, fault_texts
from ingest.focus.columns import SERVICE_CATEGORIES
from ingest.known import Known
from ingest.normalise import normalise_frame
from ingest.tables import Fault, Mask
from models.domain.extract import ExtractKind
from models.domain.money import to_major, to_minor
from models.domain.spend import ChargeMarks
from models.queries.spend_charges import read_mappings, read_tags
from models.value.spend_map import SpendMap

#: Columns that our contract lets stand empty and the specification does not.
_NEVER_EMPTY = ("contracted_cost", "list_cost", "invoice_issuer", "service_category")
_PRICED = ("pricing_quantity", "pricing_unit")
_KEY = ["provider", "charge"]


def check_focus_nulls(cast: CastTable, _known: Known) -> list[Fault]:
    """Flag cells of a file in the specification's names that are empty or filled where it forbids it."""
    if not cast.table.titles:
        return []
    is_published = cast.table.titles.get("publisher") == "PublisherName"
    never_empty = (*_NEVER_EMPTY, "publisher") if is_published else _NEVER_EMPTY
    faults = [_null_fault(column, _is_empty(cast, column), "empty", "never empty") for column in never_empty]
    category, correction = cast.words["charge_category"], cast.words["charge_class"]
    is_tax = category.take(np.array([text == "Tax" for text in category.texts], dtype=bool), missing=False)
    is_priced = category.take(np.array([text in {"Usage", "Purchase"} for text in category.texts]), missing=False)
    for column in _PRICED:
        is_empty = _is_empty(cast, column)
        wanted = np.asarray(is_priced, dtype=bool) & (correction.codes < 0)
        faults.append(_null_fault(column, wanted & is_empty, "empty", "filled for usage and purchases"))
        faults.append(_null_fault(column, np.asarray(is_tax, dtype=bool) & ~is_empty, "filled", "empty for taxes"))
    return [fault for fault in faults if len(fault.rows)]


def _is_empty(cast: CastTable, column: str) -> Mask:
    if column in cast.words:
        return np.asarray(cast.words[column].codes < 0)
    return np.isnan(np.asarray(cast.columns[column], dtype=np.float64)) & ~cast.is_bad([column])


def _null_fault(column: str, bad: Mask, found: str, allowed: str) -> Fault:
    rows = np.flatnonzero(bad).astype(np.int64)
    return Fault("FOCUS-005", column, rows, lambda _: {"found": found, "allowed": allowed})


def check_service_categories(cast: CastTable, _known: Known) -> list[Fault]:
    """Flag service categories that the specification does not have."""
    coded = cast.words["service_category"]
    is_odd = np.array([text not in SERVICE_CATEGORIES for text in coded.texts], dtype=bool)
    allowed = ", ".join(SERVICE_CATEGORIES)
    return fault_texts("FOCUS-006", "service_category", coded, is_odd, lambda _: {"allowed": allowed})


def check_charge_initiatives(cast: CastTable, known: Known) -> list[Fault]:
    """Flag initiatives that charges name and nobody knows, and say how many charges nobody has registered."""
    coded = cast.words["initiative"]
    initiatives = known.values(ExtractKind.INITIATIVES, "initiative")
    unknown = np.array([text not in initiatives for text in coded.texts], dtype=bool)
    faults = fault_texts("SPEND-001", "initiative", coded, unknown, lambda _: {"allowed": "initiatives"})
    frame = normalise_frame(cast, ~cast.bad_rows() & ~cast.retracted())
    open_rows = _unregistered(frame, known, initiatives)
    if len(open_rows):
        rows = np.flatnonzero(np.isin(cast.table.row_numbers, open_rows["row_no"].iloc[:1]))
        words = {"found": len(open_rows), "other": _sums(open_rows, "effective_cost")}
        faults.append(Fault("SPEND-005", "", rows.astype(np.int64), lambda _: words))
    return faults


def _unregistered(frame: pd.DataFrame, known: Known, initiatives: Collection[str]) -> pd.DataFrame:
    names = ["initiative", "resource", "sub_account", "service", "tags", "charge_start_on"]
    posted = known.posted(ExtractKind.SPEND_MAPPINGS)
    spend_map = SpendMap(read_mappings(posted) if len(posted) else (), initiatives)
    is_open: dict[tuple[object, ...], bool] = {}
    rows = list(frame[names].itertuples(index=False, name=None))
    for row in set(rows):
        initiative, resource, sub_account, service, tags, start_on = row
        marks = ChargeMarks(
            initiative or "", resource or "", sub_account or "", service or "", read_tags(tags or ""), start_on
        )
        is_open[row] = spend_map.registration(marks) is None
    return frame[[is_open[row] for row in rows]]


def check_charge_invoices(cast: CastTable, known: Known) -> list[Fault]:
    """Flag invoices whose charges do not sum to them, and those that cost rows name too."""
    frame = normalise_frame(cast, ~cast.bad_rows() & ~cast.retracted())
    named = sorted(set(frame["invoice"].dropna()))
    if not named:
        return []
    posted = known.posted_where(ExtractKind.FOCUS_COSTS, {"invoice": named})
    charges = _joined(posted, frame)
    invoices = known.posted_where(ExtractKind.INVOICES, {"invoice": named})
    return [
        *_differences(cast.words["invoice"], charges, invoices),
        *_booked(cast.words["invoice"], "invoice", _count_costs(known, named), "costs"),
    ]


def check_invoices_of_charges(cast: CastTable, known: Known) -> list[Fault]:
    """Flag invoices whose posted charges do not sum to them."""
    frame = normalise_frame(cast, ~cast.bad_rows() & ~cast.retracted())
    charges = known.posted_where(ExtractKind.FOCUS_COSTS, {"invoice": sorted(set(frame["invoice"]))})
    return _differences(cast.words["invoice"], charges, frame)


def check_costs_of_charges(cast: CastTable, known: Known) -> list[Fault]:
    """Flag cost rows that name an invoice which has been sent as charges."""
    named = sorted(set(cast.words["source_reference"].texts))
    posted = known.posted_where(ExtractKind.FOCUS_COSTS, {"invoice": named}) if named else pd.DataFrame()
    counts = {str(key): int(n) for key, n in posted["invoice"].value_counts().items()} if len(posted) else {}
    return _booked(cast.words["source_reference"], "source_reference", counts, "focus_costs")


def check_charges_left_out(cast: CastTable, known: Known) -> list[Fault]:
    """Flag posted charges of the accounts, billing periods and days of a file that the file does not hold.

    The correction of an earlier month in a later billing period says nothing of what that month held.
    """
    frame = normalise_frame(cast, ~cast.bad_rows())
    if not len(frame):
        return []
    where = {"billing_account": sorted(set(frame["billing_account"].dropna()))}
    posted = known.posted_where(
        ExtractKind.FOCUS_COSTS, {**where, "charge_start_on": sorted(set(frame["charge_start_on"].dropna()))}
    )
    if not len(posted):
        return []
    days = ["provider", "billing_account", "billing_start_on", "charge_start_on"]
    there = set(frame[days].itertuples(index=False, name=None))
    sent = set(frame[_KEY].itertuples(index=False, name=None))
    posted_days = posted[days].itertuples(index=False, name=None)
    posted_keys = posted[_KEY].itertuples(index=False, name=None)
    is_gone = [day in there and key not in sent for day, key in zip(posted_days, posted_keys, strict=True)]
    coded = cast.words["billing_account"]
    faults = []
    for account, group in posted[is_gone].groupby("billing_account"):
        rows = coded.rows_where(np.array([text == account for text in coded.texts], dtype=bool))[:1]
        words = {"text": str(account), "found": len(group), "other": _sums(group, "effective_cost")}
        faults.append(Fault("SPEND-004", "billing_account", rows, lambda _, words=words: words))  # type: ignore[misc]
    return faults


def _joined(posted: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return posted charges with those of a file in the place of the same keys."""
    columns = [*_KEY, "invoice", "currency", "billed_cost"]
    if not len(posted):
        return frame[columns]
    sent = set(frame[_KEY].itertuples(index=False, name=None))
    kept = [key not in sent for key in posted[_KEY].itertuples(index=False, name=None)]
    return pd.concat([posted.loc[kept, columns].astype(object), frame[columns].astype(object)])


def _differences(coded: Coded, charges: pd.DataFrame, invoices: pd.DataFrame) -> list[Fault]:
    """Return a fault at the first row of each invoice whose charges do not sum to its total."""
    if not len(charges) or not len(invoices):
        return []
    billed: dict[str, dict[str, Fraction]] = {}
    columns = (charges["invoice"], charges["currency"], charges["billed_cost"])
    for invoice, currency, amount in zip(*columns, strict=True):
        sums = billed.setdefault(str(invoice), {})
        sums[str(currency)] = sums.get(str(currency), Fraction(0)) + Fraction(str(amount))
    words: dict[str, Mapping[str, object]] = {}
    for invoice, currency, total in zip(
        invoices["invoice"], invoices["currency"], invoices["total_minor"], strict=True
    ):
        rounded = {code: to_minor(amount, code) for code, amount in billed.get(str(invoice), {}).items()}
        difference = rounded.get(str(currency), 0) - int(total)
        if rounded and (difference or set(rounded) != {str(currency)}):
            words[str(invoice)] = {
                "found": " and ".join(f"{to_major(minor, code):,} {code}" for code, minor in sorted(rounded.items())),
                "allowed": f"{to_major(int(total), str(currency)):,} {currency}",
                "other": f"{to_major(difference, str(currency)):,} {currency}",
            }
    return _at_first_rows("SPEND-002", "invoice", coded, words)


def _count_costs(known: Known, invoices: list[str]) -> dict[str, int]:
    posted = known.posted_where(ExtractKind.COSTS, {"source_reference": invoices, "status": ["actual"]})
    return {str(key): int(n) for key, n in posted["source_reference"].value_counts().items()} if len(posted) else {}


def _booked(coded: Coded, column: str, counts: Mapping[str, int], other: str) -> list[Fault]:
    words = {key: {"found": count, "other": other} for key, count in counts.items()}
    return _at_first_rows("SPEND-003", column, coded, words)


def _at_first_rows(code: str, column: str, coded: Coded, words: Mapping[str, Mapping[str, object]]) -> list[Fault]:
    """Return a fault at the first row of each text that has words."""
    places = {text: place for place, text in enumerate(coded.texts)}
    rows = [np.flatnonzero(coded.codes == places[text])[:1] for text in words if text in places]
    if not rows:
        return []
    found = np.sort(np.concatenate(rows)).astype(np.int64)

    def say(row: int) -> Mapping[str, object]:
        return {"text": coded.text(row), **words[coded.text(row)]}

    return [Fault(code, column, found, say)] if len(found) else []


def _sums(frame: pd.DataFrame, column: str) -> str:
    """Return the sum of a column by currency, in words."""
    sums: dict[str, Decimal] = {}
    for currency, amount in zip(frame["currency"], frame[column], strict=True):
        sums[str(currency)] = sums.get(str(currency), Decimal(0)) + Decimal(str(amount))
    return " and ".join(f"{amount:,f} {currency}" for currency, amount in sorted(sums.items()))
