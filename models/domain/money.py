"""Money: integer minor units with a currency, rounded once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from models.domain.errors import CurrencyMismatchError, UnknownCurrencyError

# ISO 4217, the codes in circulation; exponent 2 unless listed below.
_CODES = frozenset(
    """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP
    MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD
    SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES
    VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG""".split()
)
_ZERO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND".split()
_EXPONENTS = dict.fromkeys(_ZERO_DECIMALS, 0) | dict.fromkeys(_THREE_DECIMALS, 3)


def is_currency(code: str) -> bool:
    """Tell whether `code` is an ISO 4217 currency code in circulation."""
    return code in _CODES


def currency_exponent(code: str) -> int:
    """Return the number of decimals of a currency (ISO 4217).

    Raises
    ------
    UnknownCurrencyError
        If `code` is not an ISO 4217 code in circulation.
    """
    if code not in _CODES:
        raise UnknownCurrencyError(f"'{code}' is not an ISO 4217 currency code; write EUR, USD, GBP, ...")
    return _EXPONENTS.get(code, 2)


def to_minor(amount: Decimal | Fraction | float, currency: str) -> int:
    """Round an amount in major units to integer minor units, half to even.

    A float enters by its shortest decimal text, so that what was printed is what is rounded.
    """
    scale: int = 10 ** currency_exponent(currency)
    if isinstance(amount, Fraction):
        return round(amount * scale)
    exact = Decimal(repr(float(amount))) if isinstance(amount, float) else Decimal(amount)
    return int((exact * scale).to_integral_value(rounding=ROUND_HALF_EVEN))


def to_major(amount_minor: int, currency: str) -> Decimal:
    """Return minor units as a Decimal in major units with the currency's decimals."""
    exponent = currency_exponent(currency)
    return Decimal(amount_minor).scaleb(-exponent)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount: integer minor units of one currency."""

    amount_minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        self._require_same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._require_same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units."""
        return to_major(self.amount_minor, self.currency)

    def _require_same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"{self.currency} and {other.currency} cannot be added without a rate")


def split_largest_remainder(total: int, weights: Sequence[Fraction | int]) -> list[int]:
    """Split an integer into integers in proportion to `weights`, summing exactly to `total`.

    Shares are floored; the units left over go to the largest remainders, ties to the earlier
    position (the largest-remainder method of Hare).

    Parameters
    ----------
    total
        The integer to split; any sign.
    weights
        Non-negative, not all zero; length n.

    Returns
    -------
    list of int, length n
    """
    exact = [Fraction(weight) for weight in weights]
    whole = sum(exact)
    if whole <= 0 or min(exact) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    shares = [Fraction(total) * weight / whole for weight in exact]
    floors = [share.numerator // share.denominator for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (floors[i] - shares[i], i))
    for i in by_remainder[: total - sum(floors)]:
        floors[i] += 1
    return floors
