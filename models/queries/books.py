"""The books as the ledger needs them: P&L amounts by line, entity, fiscal period and scenario, and what drives them.

Accounts become P&L lines by the dated map, in profit terms. Year-to-date rows become periodic by difference within
their fiscal year. After eliminations rows with a partner entity are left out; stand-alone they are in. Never both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from models.domain.calendar import FiscalCalendar, Frequency, Period
from models.domain.errors import MissingRateError
from models.domain.extract import ExtractKind
from models.domain.ledger import LedgerComponent
from models.domain.money import to_minor
from models.domain.policy import LedgerBasis, Policy, RateSet
from models.queries.control_totals import check_control_totals
from models.queries.knowledge import facts
from models.queries.rates import Translator
from models.value.exchange import ExchangeRates
from models.value.facts import AccountWeight, BudgetCut, InitiativeFacts
from models.value.profit_line import LineAmount, LineDriver, LineName, LineRate, ProfitLines, ProgrammeAmount

_CLOSED = frozenset({"closed", "period_13"})
_KEYS = ["entity", "cost_centre", "account", "scenario", "scenario_version", "partner_entity"]


@dataclass(frozen=True, slots=True)
class Books:
    """The P&L lines and what could not be read of them."""

    lines: ProfitLines
    reasons: tuple[str, ...]


def last_closed_day(session: Session, seq: int, by: date, calendar: FiscalCalendar) -> date | None:
    """Return the last day of the last fiscal period with closed actuals that is over by the end of `by`; else None.

    A row that calls a period closed before it is over does not move as-of there, nor does one of another calendar.
    """
    frame = facts(session, ExtractKind.PL_ROWS, seq, where={"scenario": "actual", "ledger_status": sorted(_CLOSED)})
    spans = set(zip(frame["start_on"], frame["end_on"], strict=True))
    last_days = (end - timedelta(days=1) for start, end in spans if _is_fiscal(start, end, calendar))
    return max((day for day in last_days if day <= by), default=None)


def _is_fiscal(start_on: date, end_on: date, calendar: FiscalCalendar) -> bool:
    period = calendar.period_of(start_on)
    return (period.start_on, period.end_on) == (start_on, end_on)


def closed_periods(books: Books) -> frozenset[date] | None:
    """Return the first days of the fiscal periods in which any actuals are closed; None where no books are posted."""
    actual = [amount for amount in books.lines.amounts if amount.scenario == "actual"]
    return frozenset(amount.period.start_on for amount in actual if amount.is_closed) if actual else None


def load_books(
    session: Session,
    seq: int,
    policy: Policy,
    rates: ExchangeRates,
    initiatives: tuple[InitiativeFacts, ...],
    as_of: date,
) -> Books:
    """Return the books as known at `seq`."""
    reasons: list[str] = []
    frame = facts(session, ExtractKind.PL_ROWS, seq)
    controls = check_control_totals(frame, facts(session, ExtractKind.TRIAL_BALANCES, seq), policy.calendar)
    if policy.ledger_basis is LedgerBasis.AFTER_ELIMINATIONS:
        frame = frame[frame["partner_entity"].fillna("") == ""]
    frame = _on_calendar(frame, policy.calendar, reasons)
    names, mapped = _map_accounts(frame, facts(session, ExtractKind.ACCOUNT_MAP, seq), reasons)
    periodic = _to_periodic(mapped, policy.calendar, reasons)
    translator = Translator(rates, policy.rate_set, as_of)
    by_entity, by_cost_centre = _levels(initiatives)
    amounts = tuple(_amounts(periodic, by_cost_centre, policy, rates, reasons))
    lines = ProfitLines(
        names=names,
        amounts=amounts,
        drivers=tuple(_drivers(facts(session, ExtractKind.LINE_DRIVERS, seq), translator)),
        programmes=tuple(_programmes(facts(session, ExtractKind.OTHER_PROGRAMME_AMOUNTS, seq), translator)),
        by_entity=by_entity,
        by_cost_centre=by_cost_centre,
        controls=controls,
        basis=policy.ledger_basis,
        rates=tuple(_line_rates(amounts, rates, policy.rate_set)),
    )
    return Books(lines, tuple(dict.fromkeys((*reasons, *translator.untranslated))))


def _levels(initiatives: tuple[InitiativeFacts, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the lines to which every link of a benefit names an entity, and those of them with a cost centre too."""
    lines = [line for initiative in initiatives for line in initiative.lines]
    links: list[AccountWeight | BudgetCut] = [account for line in lines for account in line.accounts if account.weight]
    links += [cut for line in lines for cut in line.cuts]
    whole_group = {account.pl_line for account in links if not account.entity}
    whole_entity = {account.pl_line for account in links if not account.cost_centre}
    by_entity = frozenset(account.pl_line for account in links) - whole_group
    return by_entity, by_entity - whole_entity


def _on_calendar(frame: pd.DataFrame, calendar: FiscalCalendar, reasons: list[str]) -> pd.DataFrame:
    """Leave out rows whose period is none of the calendar: it changed after they were posted."""
    spans = list(zip(frame["start_on"], frame["end_on"], strict=True))
    odd = sorted(span for span in set(spans) if not _is_fiscal(*span, calendar))
    if not odd:
        return frame
    reasons.append(
        f"P&L rows of {len(odd)} periods are left out, the first that of {odd[0][0]} to "
        f"{odd[0][1] - timedelta(days=1)}: they do not fit the fiscal calendar of the policy in force."
    )
    return frame[[span not in odd for span in spans]]


def _map_accounts(
    frame: pd.DataFrame, account_map: pd.DataFrame, reasons: list[str]
) -> tuple[dict[str, LineName], pd.DataFrame]:
    """Add the P&L line and the sign that makes an amount a contribution to profit."""
    names: dict[str, LineName] = {}
    versions: dict[str, list[Any]] = defaultdict(list)
    for row in sorted(_records(account_map), key=lambda row: row.from_on):
        versions[row.account].append(row)
        name = row.pl_line_name if isinstance(row.pl_line_name, str) and row.pl_line_name else row.pl_line
        names[row.pl_line] = LineName(row.pl_line, name, row.kind)
    places: dict[tuple[str, date], tuple[str, int] | None] = {}
    for account, start_on in set(zip(frame["account"], frame["start_on"], strict=True)):
        places[account, start_on] = _line_of(versions.get(account, []), start_on)
    missing = sorted({account for (account, _), place in places.items() if place is None})
    if missing:
        reasons.append(f"Accounts that lead to no P&L line are left out: {', '.join(missing[:10])}.")
    found = [places[key] for key in zip(frame["account"], frame["start_on"], strict=True)]
    mapped = frame.assign(
        pl_line=pd.Series([place[0] if place else "" for place in found], index=frame.index, dtype="str"),
        # Credits-negative books show revenue below zero: profit is the amount turned, whatever the account's sign.
        profit_minor=[
            0 if place is None else amount * (-1 if convention == "credits_negative" else place[1])
            for place, amount, convention in zip(found, frame["amount_minor"], frame["sign_convention"], strict=True)
        ],
    )
    return names, mapped[mapped["pl_line"] != ""]


def _line_of(versions: list[Any], day: date) -> tuple[str, int] | None:
    held = [row for row in versions if row.from_on <= day and (not isinstance(row.to_on, date) or day < row.to_on)]
    return (str(held[-1].pl_line), int(held[-1].sign)) if held else None


def _to_periodic(frame: pd.DataFrame, calendar: FiscalCalendar, reasons: list[str]) -> pd.DataFrame:
    """Turn year-to-date rows into periodic ones; one whose period before is missing cannot be, and is left out."""
    ytd = frame[frame["basis"] == "year_to_date"]
    if ytd.empty:
        return frame
    known = {
        (*key, start): amount
        for *key, start, amount in zip(
            *(ytd[name].fillna("") for name in _KEYS), ytd["start_on"], ytd["profit_minor"], strict=True
        )
    }
    kept, amounts = [], []
    for *key, start, amount in zip(
        *(ytd[name].fillna("") for name in _KEYS), ytd["start_on"], ytd["profit_minor"], strict=True
    ):
        fiscal_year, number = calendar.locate(start)
        before = 0 if number == 1 else known.get((*key, calendar.period(fiscal_year, number - 1).start_on))
        kept.append(before is not None)
        amounts.append(amount - (before or 0))
    if not all(kept):
        reasons.append(f"{kept.count(False)} year-to-date amounts are left out: the period before them is missing.")
    return pd.concat([frame[frame["basis"] != "year_to_date"], ytd.assign(profit_minor=amounts)[kept]])


def _amounts(
    frame: pd.DataFrame, by_cost_centre: frozenset[str], policy: Policy, rates: ExchangeRates, reasons: list[str]
) -> list[LineAmount]:
    """Sum by line, entity, period, scenario, version and currency, and translate each sum once.

    Cost centres are told apart only on lines that are looked at so.
    """
    sums: dict[tuple[Any, ...], int] = defaultdict(int)
    is_closed: dict[tuple[Any, ...], bool] = {}
    is_fine = frame["pl_line"].isin(by_cost_centre)
    frame = frame.assign(cost_centre=frame["cost_centre"].fillna("").where(is_fine, ""))
    columns = ("pl_line", "entity", "cost_centre", "start_on", "end_on", "scenario", "scenario_version", "currency")
    texts = [frame[name].fillna("") if frame[name].dtype == "str" else frame[name] for name in columns]
    for *parts, minor, status in zip(*texts, frame["profit_minor"], frame["ledger_status"], strict=True):
        place = tuple(parts)
        sums[place] += int(minor)
        is_closed[place] = is_closed.get(place, True) and status in _CLOSED
    found = []
    for key, amount in sorted(sums.items(), key=lambda item: tuple(str(part) for part in item[0])):
        pl_line, entity, cost_centre, start_on, end_on, scenario, version, currency = key
        try:
            translated = rates.translate(amount, currency, start_on, policy.rate_set)
        except MissingRateError as error:
            reasons.append(f"P&L amounts are left out: {error}.")
            continue
        period = Period(start_on, end_on, Frequency.MONTH)
        factor = _fx_factor(rates, currency, start_on, scenario, policy.rate_set, reasons)
        is_closed_here, own = is_closed[key], currency if currency != policy.reporting_currency else ""
        found.append(
            LineAmount(pl_line, entity, period, scenario, version, translated, is_closed_here, factor, cost_centre, own)
        )
    return found


def _line_rates(amounts: Iterable[LineAmount], rates: ExchangeRates, rate_set: RateSet) -> Iterator[LineRate]:
    """Return the rates of the ledger in every currency and period of the books."""
    currencies = sorted({amount.currency for amount in amounts if amount.currency})
    starts = sorted({amount.period.start_on for amount in amounts})
    for currency in currencies:
        for start_on in starts:
            if (currency, start_on, rate_set) in rates.rates:
                yield LineRate(currency, start_on, rates.rate(currency, start_on, rate_set))


def _fx_factor(
    rates: ExchangeRates, currency: str, start_on: date, scenario: str, rate_set: RateSet, reasons: list[str]
) -> Fraction:
    """Return the ledger's rate over the budget's own; 1 where they are the same, or where the budget has none."""
    if scenario != "budget" or rate_set is RateSet.BUDGET:
        return Fraction(1)
    try:
        return rates.rate(currency, start_on, rate_set) / rates.rate(currency, start_on, RateSet.BUDGET)
    except MissingRateError as error:
        reasons.append(f"The FX step of the budget is not known and stands in unexplained: {error}.")
        return Fraction(1)


def _drivers(frame: pd.DataFrame, translator: Translator) -> list[LineDriver]:
    found = []
    for row in _records(frame):
        factor, amount = None, None
        if row.measure == "factor":
            factor = Fraction(str(row.value))
        else:
            currency = (
                row.currency if isinstance(row.currency, str) and row.currency else translator.rates.reporting_currency
            )
            major = Fraction(str(row.value))
            amount = _translate_major(
                translator, major, currency, row.start_on, f"The {row.kind} driver of {row.pl_line}"
            )
            if amount is None:
                continue
        found.append(
            LineDriver(row.pl_line, _text(row.entity), row.start_on, LedgerComponent(row.kind), factor, amount)
        )
    return found


def _translate_major(translator: Translator, major: Fraction, currency: str, start_on: date, what: str) -> int | None:
    return translator.translate(to_minor(major, currency), currency, start_on, what)


def _programmes(frame: pd.DataFrame, translator: Translator) -> list[ProgrammeAmount]:
    found = []
    for row in _records(frame):
        what = f"An amount of the programme {row.programme}"
        amount = translator.translate(int(row.amount_minor), row.currency, row.start_on, what)
        if amount is not None:
            found.append(ProgrammeAmount(row.pl_line, _text(row.entity), row.start_on, amount))
    return found


def _records(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples(index=False))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def names_of(books: Books) -> Mapping[str, str]:
    """Return the names of P&L lines by key."""
    return {key: name.name for key, name in books.lines.names.items()}
