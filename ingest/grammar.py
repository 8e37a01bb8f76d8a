"""The grammar of cells: text to exact values, nothing guessed.

Numbers are digits with an optional minus and decimal point; dates are year-month-day; periods are labels of the fiscal
calendar or of a KPI's frequency; flags are yes or no. What else may be meant is offered as a suggestion, never taken.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.domain.calendar import (
    WEEKDAYS,
    CalendarPattern,
    FiscalCalendar,
    Frequency,
    Period,
    WeekStart,
    period_starting,
)
from models.domain.errors import InvalidInputError

#: Digits before and after the point that are kept of a decimal; amounts of money are bounded by 64-bit minor units.
MAX_DIGITS = 24
MAX_MONEY_DIGITS = 15
FIRST_YEAR, LAST_YEAR = 1900, 2199

_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"
_BOUNDED = rf"^-?[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{1,{MAX_DIGITS}}})?$"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMBEDDED = re.compile("[\u00a0\u00ad\u180e\u200b-\u200f\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff]")

PERIOD_FORMS = {
    Frequency.DAY: "2026-10-05",
    Frequency.WEEK: "2026-W41",
    Frequency.FOUR_WEEK: "the first day, such as 2026-10-05",
    Frequency.MONTH: "2026-10",
    Frequency.QUARTER: "2026-Q4",
    Frequency.YEAR: "2026",
}


def is_number(texts: pa.StringArray) -> NDArray[np.bool_]:
    """Tell which texts are plain numbers, of whatever length."""
    return np.asarray(pc.match_substring_regex(texts, _NUMBER))


def is_bounded(texts: pa.StringArray) -> NDArray[np.bool_]:
    """Tell which texts are plain numbers that are kept exactly."""
    return np.asarray(pc.match_substring_regex(texts, _BOUNDED))


def canonical_numbers(texts: pa.StringArray) -> pa.StringArray:
    """Return the canonical text of plain numbers: no leading or trailing zeros, no minus zero."""
    plain = pc.replace_substring_regex(texts, r"^(-?)0+([0-9])", r"\1\2")
    if pc.any(pc.match_substring(plain, ".")).as_py():
        trimmed = pc.utf8_rtrim(pc.utf8_rtrim(plain, "0"), ".")
        plain = pc.if_else(pc.match_substring(plain, "."), trimmed, plain)
    return pc.if_else(pc.equal(plain, "-0"), "0", plain)


def minor_units(canonical: pa.StringArray, exponent: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return canonical amounts in minor units, and which of them have no more decimals than the exponent allows."""
    decimals = rf"(\.[0-9]{{1,{exponent}}})?" if exponent else ""
    fits = pc.match_substring_regex(canonical, rf"^-?[0-9]{{1,{MAX_MONEY_DIGITS}}}{decimals}$")
    safe = pc.if_else(fits, canonical, "0")
    dotted = pc.if_else(pc.match_substring(safe, "."), safe, pc.binary_join_element_wise(safe, ".", ""))
    padded = pc.binary_join_element_wise(dotted, "0" * exponent, "")
    digits = pc.replace_substring_regex(padded, rf"^(-?[0-9]+)\.([0-9]{{{exponent}}}).*$", r"\1\2")
    return np.asarray(pc.cast(digits, pa.int64())), np.asarray(fits)


def parse_date(text: str) -> date | None:
    """Return the date of a text year-month-day."""
    if not _DATE.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def parse_fiscal_period(text: str, calendar: FiscalCalendar, *, is_date_allowed: bool = False) -> Period | None:
    """Return the fiscal period of a label FY26-P03, or of a month 2026-10 where fiscal periods are calendar months.

    A workbook turns a typed month into a date; `is_date_allowed` takes one that is the first day of a fiscal period.
    """
    if text.startswith("FY"):
        try:
            return calendar.parse_label(text) if text.isascii() else None
        except InvalidInputError:
            return None
    day = parse_date(text)
    if day is not None and is_date_allowed:
        period = calendar.period_of(day)
        return period if period.start_on == day else None
    if day is None and calendar.pattern is CalendarPattern.MONTHLY and re.fullmatch(r"[0-9]{4}-[0-9]{2}", text):
        first = parse_date(f"{text}-01")
        return calendar.period_of(first) if first else None
    return None


def period_form(frequency: Frequency, week_starts_on: WeekStart = WeekStart.MONDAY) -> str:
    """Return how periods of a frequency are written; weeks from Sunday have no label of ISO 8601."""
    is_sunday_week = frequency is Frequency.WEEK and week_starts_on is WeekStart.SUNDAY
    return "the first day, a Sunday such as 2026-10-04" if is_sunday_week else PERIOD_FORMS[frequency]


@lru_cache(maxsize=65_536)
def parse_kpi_period(
    text: str,
    frequency: Frequency,
    *,
    is_date_allowed: bool = False,
    week_starts_on: WeekStart = WeekStart.MONDAY,
) -> Period | None:
    """Return the period of a label in a KPI's frequency.

    A workbook turns a typed month into a date; `is_date_allowed` takes one that is the first day of a period. Weeks
    from Sunday are written by their first day alone: a label 2026-W41 is a week from Monday.
    """
    day = parse_date(text)
    is_week = frequency is Frequency.WEEK
    is_by_day = frequency in {Frequency.DAY, Frequency.FOUR_WEEK} or (is_week and week_starts_on is WeekStart.SUNDAY)
    if day is None and frequency in _LABELS and not is_by_day:
        day = _LABELS[frequency](text)
    elif not is_by_day and not is_date_allowed:
        return None
    if day is None or not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    if is_week and day.weekday() != WEEKDAYS[week_starts_on]:
        return None
    try:
        return period_starting(day, frequency)
    except InvalidInputError:
        return None


def _parse_week(text: str) -> date | None:
    match = re.fullmatch(r"([0-9]{4})-W([0-9]{2})", text)
    if not match:
        return None
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    except ValueError:
        return None


def _parse_month(text: str) -> date | None:
    return parse_date(f"{text}-01") if re.fullmatch(r"[0-9]{4}-[0-9]{2}", text) else None


def _parse_quarter(text: str) -> date | None:
    match = re.fullmatch(r"([0-9]{4})-Q([1-4])", text)
    return parse_date(f"{match[1]}-{int(match[2]) * 3 - 2:02d}-01") if match else None


def _parse_year(text: str) -> date | None:
    return parse_date(f"{text}-01-01") if re.fullmatch(r"[0-9]{4}", text) else None


_LABELS = {
    Frequency.WEEK: _parse_week,
    Frequency.MONTH: _parse_month,
    Frequency.QUARTER: _parse_quarter,
    Frequency.YEAR: _parse_year,
}


def suggest_number(text: str) -> str:
    """Offer the plain number that a text may mean, if only one reading is sensible.

    `1.234,50` and `1,234.50` name their decimal sign by having both; `1,234` and `1.500,` do not and get no offer.
    """
    body = _EMBEDDED.sub("", text).strip().replace("\u2212", "-").replace("'", "").replace(" ", "")
    if re.fullmatch(r"\(.*\)", body):
        body = f"-{body[1:-1]}"
    elif re.fullmatch(r"[0-9.,]+-", body):
        body = f"-{body[:-1]}"
    if re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+", body):
        body = body.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", body) and ("." in body or body.count(",") > 1):
        body = body.replace(",", "")
    elif re.fullmatch(r"-?[0-9]+,([0-9]{1,2}|[0-9]{4,})", body):
        body = body.replace(",", ".")
    body = re.sub(r"^\+", "", body)
    return body if re.fullmatch(r"-?[0-9]{1,24}(\.[0-9]{1,24})?", body) and body != text else ""


def suggest_date(text: str) -> str:
    """Offer the date that a text may mean where day and month cannot be confused."""
    body = text.strip()
    for form in ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d %b %Y", "%d %B %Y"):
        try:
            return datetime.strptime(body, form).date().isoformat()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    match = re.fullmatch(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})", body)
    if match and int(match[1]) > 12 >= int(match[2]):
        return suggest_date(f"{match[3]}/{match[2]}/{match[1]}")
    if match and int(match[2]) > 12 >= int(match[1]):
        return suggest_date(f"{match[3]}/{match[1]}/{match[2]}")
    return ""


def invisible_fault(text: str) -> str:
    """Name what cannot be seen in a key or name; empty if nothing."""
    if text != text.strip():
        return "space at its beginning or end"
    match = _EMBEDDED.search(text)
    if match:
        return f"the invisible character U+{ord(match[0]):04X}"
    return "a line break or tab" if any(char in text for char in "\n\r\t") else ""


def strip_invisible(text: str) -> str:
    """Return a text without what cannot be seen."""
    return re.sub(r"\s+", " ", _EMBEDDED.sub(" ", text)).strip()
