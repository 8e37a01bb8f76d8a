"""The only place where a number becomes text.

Amounts come in major units (Decimal, int or float) or as `Money`; None and NaN are missing and become `n/a`, never 0.
Tables put negatives in parentheses and write zero as `-`; charts and variances carry signs. One organisation
setting, `Notation`, switches both. Display rounds half up, as spreadsheets do; nothing that is shown is added again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, StrEnum
from zoneinfo import ZoneInfo

from models.domain.calendar import FiscalCalendar, Period, period_label
from models.domain.interval import Interval
from models.domain.money import Money

Amount = Decimal | int | float | Money | None

MISSING = "n/a"
NOT_MEANINGFUL = "n.m."
MINUS = "−"
UP, DOWN, LEVEL = "▲", "▼", "■"


class Notation(StrEnum):
    """How the organisation writes negatives: each in its place, or one way everywhere."""

    MIXED = "mixed"
    PARENTHESES = "parentheses"
    SIGNS = "signs"


#: The organisation's notation; set once per request from the settings.
NOTATION: ContextVar[Notation] = ContextVar("NOTATION", default=Notation.MIXED)


class Scale(Enum):
    """A unit of display: its letter and its power of ten."""

    ONE = ("", 0)
    K = ("k", 3)
    M = ("m", 6)
    BN = ("bn", 9)

    @property
    def letter(self) -> str:
        """The letter after the number: "", k, m or bn."""
        return self.value[0]

    def apply(self, amount: Decimal) -> Decimal:
        """Return the amount in this unit."""
        return amount.scaleb(-self.value[1])


def to_decimal(amount: Amount) -> Decimal | None:
    """Return the exact Decimal of an amount; None for None, NaN and infinities. A float enters by its shortest text."""
    if amount is None:
        return None
    if isinstance(amount, Money):
        return amount.major
    if isinstance(amount, float):
        return Decimal(repr(float(amount))) if math.isfinite(amount) else None
    number = Decimal(str(amount)) if not isinstance(amount, Decimal | int) else Decimal(amount)
    return number if number.is_finite() else None


def round_half_up(amount: Decimal, decimals: int) -> Decimal:
    """Round to `decimals` places, halves away from zero."""
    return amount.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def common_scale(amounts: Iterable[Amount], *, decimals: int = 1) -> Scale:
    """Return the one unit for a table or chart: that of its largest amount, after rounding."""
    sizes = [abs(number) for number in map(to_decimal, amounts) if number is not None]
    largest = max(sizes, default=Decimal(0))
    for scale in (Scale.BN, Scale.M, Scale.K):
        if round_half_up(scale.apply(largest), max(decimals, 1)) >= 1 and round_half_up(largest, 0) >= 1000:
            return scale
    return Scale.ONE


def unit_header(currency: str, scale: Scale) -> str:
    """Return the unit of a table or chart, said once: `EUR k`."""
    return f"{currency} {scale.letter}".strip()


def _signed(number: Decimal, decimals: int, suffix: str = "", *, is_plus_shown: bool = False) -> str:
    rounded = round_half_up(number, decimals)
    body = f"{abs(rounded):,.{decimals}f}{suffix}"
    if rounded < 0:
        return f"({body})" if NOTATION.get() is Notation.PARENTHESES else f"{MINUS}{body}"
    return f"+{body}" if is_plus_shown and rounded > 0 else body


def format_number(amount: Amount, decimals: int = 0) -> str:
    """Return a plain number with thousands separators and a sign: `1,234.5`, `−3`."""
    number = to_decimal(amount)
    return MISSING if number is None else _signed(number, decimals)


def format_count(count: int | None) -> str:
    """Return a count: `1,234`."""
    return MISSING if count is None else f"{count:,}"


def count_words(count: int, word: str) -> str:
    """Return a count with its noun: `1 row`, `4,212 rows`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _short_decimals(scaled: Decimal, scale: Scale) -> int:
    if scale is Scale.ONE:
        return 0
    return 1 if scale in {Scale.M, Scale.BN} or abs(round_half_up(scaled, 1)) < 10 else 0


def format_money(amount: Amount, currency: str = "", *, is_plus_shown: bool = False) -> str:
    """Return an amount for a sentence or a chart label: `EUR 7.9m`, `605k`, `−EUR 1.2m` as `EUR −1.2m`."""
    number = to_decimal(amount)
    if number is None:
        return MISSING
    scale = common_scale([number])
    scaled = scale.apply(number)
    text = _signed(scaled, _short_decimals(scaled, scale), scale.letter, is_plus_shown=is_plus_shown)
    return f"{currency} {text}".strip()


def format_tile(amount: Amount, currency: str = "") -> str:
    """Return an amount with three significant digits, for a tile: `EUR 7.94m`, `EUR 605k`."""
    number = to_decimal(amount)
    if number is None:
        return MISSING
    scale = common_scale([number], decimals=2)
    scaled = scale.apply(number)
    decimals = 2 if abs(round_half_up(scaled, 2)) < 10 else 1 if abs(round_half_up(scaled, 1)) < 100 else 0
    if scale is Scale.ONE:
        decimals = 0
    return f"{currency} {_signed(scaled, decimals, scale.letter)}".strip()


def format_exact(amount: Amount, currency: str = "") -> str:
    """Return all digits of an amount, for hovers: `EUR 1,234,567.89`."""
    number = to_decimal(amount)
    if number is None:
        return MISSING
    exponent = number.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return f"{currency} {_signed(number, decimals)}".strip()


def format_interval(interval: Interval | None, currency: str = "") -> str:
    """Return a point with its limits in one unit: `EUR 1.2m (0.4m to 2.0m)`."""
    if interval is None:
        return MISSING
    return format_range(interval.low, interval.point, interval.high, currency)


def format_range(low: Amount, point: Amount, high: Amount, currency: str = "") -> str:
    """Return `EUR 1.2m (0.4m to 2.0m)`; without limits the point alone."""
    numbers = [to_decimal(value) for value in (low, point, high)]
    if numbers[1] is None:
        return MISSING
    known = [number for number in numbers if number is not None]
    if len(known) < 3:
        return format_money(numbers[1], currency)
    scale = common_scale(known)
    scaled = [scale.apply(number) for number in known]
    decimals = _short_decimals(max(scaled, key=abs), scale)
    texts = [_signed(value, decimals, scale.letter) for value in scaled]
    return f"{currency} {texts[1]} ({texts[0]} to {texts[2]})".strip()


def format_quantity(amount: Amount, significant: int = 3) -> str:
    """Return a quantity in KPI units to `significant` digits, without a money scale: `14.2`, `1,230`, `0.00412`."""
    number = to_decimal(amount)
    if number is None:
        return MISSING
    if number == 0:
        return "0"
    decimals = max(0, significant - 1 - number.adjusted())
    return _signed(number, decimals)


def format_quantity_range(low: Amount, point: Amount, high: Amount, unit: str = "") -> str:
    """Return a KPI quantity with limits, all to the decimals of the widest: `−14.2 (−18.1 to −10.3) min`."""
    numbers = [to_decimal(value) for value in (low, point, high)]
    if numbers[1] is None:
        return MISSING
    known = [number for number in numbers if number is not None]
    largest = max(known, key=abs)
    decimals = 0 if largest == 0 else max(0, 2 - largest.adjusted())
    texts = [_signed(number, decimals) for number in known]
    body = texts[0] if len(known) < 3 else f"{texts[1]} ({texts[0]} to {texts[2]})"
    return f"{body} {unit}".strip()


def format_cell(amount: Amount, scale: Scale = Scale.ONE, decimals: int = 0) -> str:
    """Return a table cell: `1,234`, `(1,234)`, `-` for zero, `n/a` for missing; the unit stands in the header."""
    number = to_decimal(amount)
    if number is None:
        return MISSING
    rounded = round_half_up(scale.apply(number), decimals)
    if rounded == 0:
        return "-"
    body = f"{abs(rounded):,.{decimals}f}"
    if rounded > 0:
        return body
    return f"{MINUS}{body}" if NOTATION.get() is Notation.SIGNS else f"({body})"


def cast_column(amounts: Sequence[Amount], scale: Scale, decimals: int = 0) -> list[Decimal | None]:
    """Return displayed values of a column in `scale` that add up to its rounded total (largest remainder).

    Missing stays None and takes no part. Each value differs from its own rounding by less than one last digit.
    """
    step = Decimal(1).scaleb(scale.value[1] - decimals)
    exact = [to_decimal(amount) for amount in amounts]
    known = [(i, number / step) for i, number in enumerate(exact) if number is not None]
    floors = {i: int(number.to_integral_value(rounding="ROUND_FLOOR")) for i, number in known}
    total = int(round_half_up(sum((number for _, number in known), Decimal(0)), 0))
    by_remainder = sorted(known, key=lambda pair: (floors[pair[0]] - pair[1], pair[0]))
    for i, _ in by_remainder[: total - sum(floors.values())]:
        floors[i] += 1
    return [Decimal(floors[i]).scaleb(-decimals) if i in floors else None for i in range(len(exact))]


def format_percent(rate: float | Decimal | None, decimals: int = 0, *, is_plus_shown: bool = False) -> str:
    """Return a rate (0.80) as `80 %`."""
    number = to_decimal(rate)
    return MISSING if number is None else _signed(number * 100, decimals, " %", is_plus_shown=is_plus_shown)


def format_p_value(p_value: float | None) -> str:
    """Return a p-value with three digits; one below them is `<0.001`, never zero."""
    return "<0.001" if p_value is not None and p_value < 0.001 else format_number(p_value, 3)


def format_points(difference: float | Decimal | None, decimals: int = 1) -> str:
    """Return a difference of two rates (0.031) in percentage points: `+3.1 pp`."""
    number = to_decimal(difference)
    return MISSING if number is None else _signed(number * 100, decimals, " pp", is_plus_shown=True)


def format_change(now: Amount, base: Amount, decimals: int = 0) -> str:
    """Return a change in percent; `n.m.` on a base of zero or below, or beyond 999 %."""
    later, earlier = to_decimal(now), to_decimal(base)
    if later is None or earlier is None:
        return MISSING
    if earlier <= 0:
        return NOT_MEANINGFUL
    change = (later - earlier) / earlier
    return NOT_MEANINGFUL if abs(change) > Decimal("9.99") else format_percent(change, decimals, is_plus_shown=True)


def format_multiple(ratio: float | Decimal | None, decimals: int = 1) -> str:
    """Return a benefit-cost ratio: `1.8x`."""
    number = to_decimal(ratio)
    return MISSING if number is None else _signed(number, decimals, "x")


def format_probability(probability: float | None) -> str:
    """Return a probability; never `0 %` or `100 %` when it is neither."""
    if probability is None or math.isnan(probability):
        return MISSING
    if 0 < probability < 0.01:
        return "< 1 %"
    return "> 99 %" if 0.99 < probability < 1 else format_percent(probability)


def format_roi(rate: float | Decimal | None, horizon: str, basis: str) -> str:
    """Return an ROI with its horizon and basis: `ROI 80 % · FY24-FY28 · pre-tax nominal`."""
    return f"ROI {format_percent(rate)} · {horizon} · {basis}"


@dataclass(frozen=True, slots=True)
class Variance:
    """A variance in words: the signed text with arrow and F or A, and whether it is favourable (None: level)."""

    text: str
    is_favourable: bool | None

    @property
    def tone(self) -> str:
        """The class of its colour: favourable, adverse or level."""
        return {True: "favourable", False: "adverse", None: "level"}[self.is_favourable]


def format_variance(variance: Amount, currency: str = "", *, scale: Scale | None = None, decimals: int = 1) -> Variance:
    """Return a variance, favourable positive: `▲ +1.1m F`, `▼ −1.3m A`. With `scale` the unit stands in the header."""
    number = to_decimal(variance)
    if number is None:
        return Variance(MISSING, None)
    if scale is None:
        text = format_money(number, currency, is_plus_shown=True)
    else:
        text = _signed(scale.apply(number), decimals, is_plus_shown=True)
    if not any(character in "123456789" for character in text):
        return Variance(f"{LEVEL} {text}", None)
    arrow, letter = (UP, "F") if number > 0 else (DOWN, "A")
    return Variance(f"{arrow} {text} {letter}", number > 0)


def format_cost_change(change: Amount, *, scale: Scale, decimals: int) -> Variance:
    """Return a change of cost with the sign of the amount: more is adverse, `+0.2 A`, less is favourable, `−0.2 F`."""
    number = to_decimal(change)
    if number is None:
        return Variance(MISSING, None)
    text = _signed(scale.apply(number), decimals, is_plus_shown=True)
    if not any(character in "123456789" for character in text):
        return Variance(f"{LEVEL} {text}", None)
    arrow, letter = (UP, "A") if number > 0 else (DOWN, "F")
    return Variance(f"{arrow} {text} {letter}", number < 0)


def format_fiscal_period(period: Period, calendar: FiscalCalendar) -> str:
    """Return `FY26-P03`."""
    return calendar.label(period)


def format_fiscal_year(day: date, calendar: FiscalCalendar) -> str:
    """Return `FY26` for the fiscal year that holds a day."""
    return f"FY{calendar.locate(day)[0] % 100:02d}"


def format_fiscal_quarter(day: date, calendar: FiscalCalendar) -> str:
    """Return `FY26-Q1` for the fiscal quarter that holds a day."""
    fiscal_year, number = calendar.locate(day)
    return f"FY{fiscal_year % 100:02d}-Q{(number + 2) // 3}"


def format_year_to_date(day: date, calendar: FiscalCalendar) -> str:
    """Return `FY26 YTD P03` for the fiscal year up to the period that holds a day."""
    fiscal_year, number = calendar.locate(day)
    return f"FY{fiscal_year % 100:02d} YTD P{number:02d}"


def format_horizon(first: date, last: date, calendar: FiscalCalendar) -> str:
    """Return `FY24-FY28`, or one year."""
    start, end = format_fiscal_year(first, calendar), format_fiscal_year(last, calendar)
    return start if start == end else f"{start}-{end}"


def format_period(period: Period) -> str:
    """Return the calendar label of a KPI period: `2026-10`, `2026-W41`."""
    return period_label(period)


def format_date(day: date | None) -> str:
    """Return `5 Oct 2026`."""
    return MISSING if day is None else f"{day.day} {day:%b %Y}"


def format_once_in(period: date | int | None) -> str:
    """Return from when on something is known: a KPI period is named by its first day, and known once it is over."""
    if isinstance(period, date):
        return f"once the period from {format_date(period)} is in"
    return f"once period {period} is in"


def format_instant(at: datetime | None, zone: str = "UTC") -> str:
    """Return a moment in the organisation's time zone: `5 Oct 2026 14:03`. A naive moment is UTC."""
    if at is None:
        return MISSING
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    local = aware.astimezone(ZoneInfo(zone))
    return f"{format_date(local.date())} {local:%H:%M}"


def format_size(size_bytes: int | None) -> str:
    """Return a file size: `1.8 MB`, in powers of 1000."""
    if size_bytes is None:
        return MISSING
    for letter, power in (("GB", 9), ("MB", 6), ("KB", 3)):
        if size_bytes >= 10**power:
            return f"{round_half_up(Decimal(size_bytes).scaleb(-power), 1)} {letter}"
    return f"{size_bytes} B"


def format_level(level: float) -> str:
    """Return the level of an interval: `95 %`."""
    return format_percent(level)


def format_words(key: str) -> str:
    """Return a stored word for the screen: `awaiting_approval` -> `awaiting approval`."""
    return key.replace("_", " ")
