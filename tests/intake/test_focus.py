"""Files after the FOCUS specification: one adapter for every version, nothing guessed, keys that outlive restating."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from ingest.check import CheckedExtract
from ingest.focus.columns import EITHER, MANDATORY
from ingest.focus.texts import day_after, parse_moment
from ingest.limits import Limits
from models.domain.extract import ExtractKind
from tests.intake.focus_files import CHARGE, VERSIONS, charge, focus_csv, focus_parquet
from tests.intake.small_company import codes

Check = Callable[..., CheckedExtract]
_NOBODY = "SPEND-005"


def keys_of(checked: CheckedExtract) -> dict[str, str]:
    """Billed cost by charge key."""
    frame = checked.parts[0].frame
    return dict(zip(frame["charge"], frame["billed_cost"], strict=True))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_becomes_the_same_charge(check: Check, version: str) -> None:
    checked = check(focus_csv([charge(**VERSIONS[version])]), "june.csv")
    assert codes(checked) == [_NOBODY]
    (row,) = checked.parts[0].frame.to_dict("records")
    assert (row["provider"], row["focus_version"]) == ("Modelworks", version)
    assert row["charge"] == next(iter(keys_of(check(focus_csv([charge(**VERSIONS["1.0"])]), "june.csv"))))
    assert (row["charge_start_on"].isoformat(), row["charge_end_on"].isoformat()) == ("2026-06-01", "2026-07-01")
    assert (row["billed_cost"], row["effective_cost"]) == ("120", "100")
    assert row["publisher"] == ("Cloudhost" if version == "1.4" else "Modelworks")


def test_the_mandatory_columns_are_twenty_one() -> None:
    assert len(MANDATORY) + len(EITHER) == 21 == len(CHARGE)


@pytest.mark.parametrize("column", sorted(CHARGE))
def test_a_missing_mandatory_column_is_one_finding_that_names_it(check: Check, column: str) -> None:
    checked = check(focus_csv([charge(**{column: None})]), "june.csv")
    assert [finding.code for finding in checked.findings] == ["FOCUS-001"]
    assert column in checked.findings[0].found
    assert not checked.parts


def test_a_packed_file_reads_as_the_plain_one(check: Check) -> None:
    content = focus_csv([charge()])
    plain, packed = check(content, "june.csv"), check(gzip.compress(content) + gzip.compress(b""), "june.csv.gz")
    assert plain.parts[0].frame.equals(packed.parts[0].frame)
    assert codes(check(gzip.compress(content)[:-9], "june.csv.gz")) == ["FILE-003"]
    assert codes(check(gzip.compress(b"x" * 2000), "june.csv.gz", limits=Limits(file_bytes=1000))) == ["FILE-002"]


def test_parquet_with_types_reads_as_text_does(check: Check) -> None:
    moments = ("BillingPeriodEnd", "BillingPeriodStart", "ChargePeriodEnd", "ChargePeriodStart")
    columns: dict[str, pa.Array] = {name: pa.array([text or None], pa.string()) for name, text in CHARGE.items()}
    for name in moments:
        moment = datetime.fromisoformat(CHARGE[name]).astimezone(UTC)
        columns[name] = pa.array([moment], pa.timestamp("us", tz="UTC"))
    columns["BilledCost"] = pa.array([120.0])
    columns["EffectiveCost"] = pa.array([Decimal("100.0000")])
    columns["Tags"] = pa.array([[("app", "search"), ("env", "prod")]], pa.map_(pa.string(), pa.string()))
    checked = check(focus_parquet(columns), "june.parquet")
    assert codes(checked) == [_NOBODY]
    text = check(focus_csv([charge(Tags='{"env":"prod","app":"search"}')]), "june.csv")
    assert checked.parts[0].frame.drop(columns="row_no").equals(text.parts[0].frame.drop(columns="row_no"))


def test_numbers_with_exponents_are_exact(check: Check) -> None:
    checked = check(focus_csv([charge(BilledCost="1.2E2", EffectiveCost="7.5e-05")]), "june.csv")
    frame = checked.parts[0].frame
    assert (frame["billed_cost"][0], frame["effective_cost"][0]) == ("120", "0.000075")


@pytest.mark.parametrize(
    "text", ["2026-06-01", "2026-06-01T00:00:00", "2026-06-01T00:00:00+02:00", "01.06.2026", "2026-13-01T00:00:00Z"]
)
def test_a_moment_without_zone_or_in_another_one_is_refused(check: Check, text: str) -> None:
    checked = check(focus_csv([charge(ChargePeriodStart=text)]), "june.csv")
    assert codes(checked) == ["FOCUS-003"]
    assert checked.bad == (1,)


def test_an_end_within_a_day_counts_that_day() -> None:
    midnight = parse_moment("2026-07-01T00:00:00Z", is_typed=False)
    later = parse_moment("2026-07-01T06:00Z", is_typed=False)
    assert midnight is not None
    assert later is not None
    assert [day_after(midnight).day, day_after(later).day] == [1, 2]
    assert parse_moment("2026-07-01", is_typed=True) == midnight


def test_custom_columns_are_kept_and_others_named(check: Check) -> None:
    row = charge(x_Team="pricing", x_Empty="", x_InitiativeId="INV", CostCenter="0700")
    checked = check(focus_csv([row]), "june.csv")
    assert codes(checked) == ["FOCUS-002"]
    (found,) = checked.parts[0].frame.to_dict("records")
    assert (found["extensions"], found["initiative"]) == ('{"x_Team":"pricing"}', "INV")


def test_nulls_against_the_specification_are_named_and_read_all_the_same(check: Check) -> None:
    tax = charge(ChargeCategory="Tax", ServiceName="VAT")
    free = charge(PricingQuantity="", ChargeClass="Correction", BilledCost="-5")
    checked = check(focus_csv([tax, free, charge(PricingUnit="")]), "june.csv")
    places = [f"{f.code} {f.place}" for f in checked.findings if f.code == "FOCUS-005"]
    assert places == [
        "FOCUS-005 line 2, column PricingQuantity",
        "FOCUS-005 line 2, column PricingUnit",
        "FOCUS-005 line 4, column PricingUnit",
    ]
    assert not checked.has_errors


def test_the_order_of_rows_is_no_change_of_keys(check: Check) -> None:
    rows = [charge(BilledCost=str(n), Tags=f'{{"job":"{n}"}}') for n in range(1, 20)]
    first = keys_of(check(focus_csv(rows), "june.csv"))
    assert keys_of(check(focus_csv([*rows[7:], *rows[6::-1]]), "june.csv")) == first
    assert len(first) == 19


def test_a_restated_amount_keeps_its_key_and_a_later_invoice_too(check: Check) -> None:
    before = keys_of(check(focus_csv([charge(InvoiceId="")]), "june.csv"))
    after = keys_of(check(focus_csv([charge(InvoiceId="ML-1", BilledCost="99", ChargeDescription="x")]), "june.csv"))
    assert list(before) == list(after)
    assert list(before.values()) != list(after.values())


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("BillingAccountId", "ACC-2"),
        ("SkuId", "S-2"),
        ("ResourceId", "vm-2"),
        ("ChargePeriodStart", "2026-06-01T01:00:00Z"),
        ("ChargeClass", "Correction"),
    ],
)
def test_what_identifies_a_charge_makes_another_key(check: Check, column: str, text: str) -> None:
    plain, other = (
        charge(SkuId="S-1", ResourceId="vm-1"),
        charge(**{"SkuId": "S-1", "ResourceId": "vm-1", column: text}),
    )
    assert keys_of(check(focus_csv([plain]), "a.csv")).keys() != keys_of(check(focus_csv([other]), "a.csv")).keys()


def test_control_totals_name_the_columns_of_the_file(check: Check) -> None:
    control = b"part,item,value\nfocus_costs,rows,1\nfocus_costs,sum:BilledCost,121.00\n"
    checked = check(focus_csv([charge()]), "june.csv", control=control)
    assert [f.code for f in checked.findings if f.code.startswith("CTRL")] == ["CTRL-002"]


def test_another_contract_named_by_the_file_is_told(check: Check) -> None:
    assert codes(check(focus_csv([charge()]), "costs_june.csv")) == ["FILE-009"]
    assert check(focus_csv([charge()]), "focus_costs_june.csv").kinds == (ExtractKind.FOCUS_COSTS,)


def test_bad_rows_come_back_in_the_names_of_the_file(check: Check) -> None:
    checked = check(focus_csv([charge(x_Team="b"), charge(EffectiveCost="ten", x_Team="a")]), "june.csv")
    (table,) = checked.quarantined
    assert dict(table.columns)["EffectiveCost"].to_pylist() == ["ten"]
    assert table.reasons == ("CELL-002 effective_cost",)


@pytest.mark.parametrize(
    "tags",
    [
        '{"a":' + "[" * 3000,
        '{"a":' + "[" * 1500 + "]" * 1500 + "}",
        r'{"a":"\ud800"}',
        '{"a":NaN}',
        '{"a":1e999}',
        '{"a":"1","a":"2"}',
        "[1]",
    ],
    ids=["cut off", "nested", "half a character", "no number", "too large", "twice", "list"],
)
def test_tags_that_two_programs_would_read_differently_are_refused(check: Check, tags: str) -> None:
    assert codes(check(focus_csv([charge(Tags=tags)]), "june.csv")) == ["FOCUS-004"]


def test_an_end_on_the_last_day_that_there_is_does_not_stop_a_file(check: Check) -> None:
    checked = check(focus_csv([charge(ChargePeriodEnd="9999-12-31T23:59:59Z")]), "june.csv")
    assert {finding.column for finding in checked.findings if finding.code == "CELL-004"} == {"ChargePeriodEnd"}


def test_the_tags_of_a_resource_may_be_many(check: Check) -> None:
    tags = json.dumps({f"tag-{number:03}": "v" * 256 for number in range(50)})
    checked = check(focus_csv([charge(Tags=tags, x_Note="n" * 3000, x_More="m" * 3000)]), "june.csv")
    assert codes(checked) == [_NOBODY]
    assert json.loads(checked.parts[0].frame["tags"].iloc[0])["tag-049"] == "v" * 256
    assert codes(check(focus_csv([charge(ChargeDescription="d" * 4001)]), "june.csv")) == ["CELL-012"]
