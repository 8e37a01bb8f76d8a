"""Random portfolios for the properties of bridges: partial components, missing lines, amounts of either sign."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from random import Random

from models.domain.calendar import Frequency, Period
from models.domain.measure import Aggregation, Behaviour, BenefitClass, Stage
from models.value.bridge_factors import ObservedCell, RealisedLine
from models.value.facts import CaseCell, CaseFacts, CaseTerms, CostFacts, InitiativeFacts, LineFacts, StageFrom
from tests.value.builders import CALENDAR, make_initiative, make_kpi, make_line

AS_OF = date(2026, 9, 30)
MONTHS = tuple(CALENDAR.periods_between(date(2024, 7, 1), date(2028, 6, 30)))
_CATEGORIES = ("software", "people", "vendor", "cost_to_achieve")


def random_initiative(random: Random, key: str) -> tuple[InitiativeFacts, list[RealisedLine]]:
    """Return an initiative with its case and what its measured lines realised."""
    lines = tuple(_line(random, key, i) for i in range(random.randint(0, 3)))
    case = _case(random, lines) if random.random() < 0.9 else None
    live = random.choice(MONTHS[:30]).start_on if random.random() < 0.9 else None
    facts = make_initiative(
        case,
        key=key,
        go_live_on=live,
        lines=lines,
        stages=(StageFrom(live, Stage.PRODUCTION),) if live else (),
        costs=tuple(_cost(random) for _ in range(random.randint(0, 12))),
    )
    measured = [_realised(random, line) for line in lines if random.random() < 0.8]
    return facts, measured


def _line(random: Random, initiative: str, number: int) -> LineFacts:
    kpi = make_kpi(
        frequency=random.choice((Frequency.WEEK, Frequency.MONTH)),
        aggregation=random.choice(list(Aggregation)),
        behaviour=Behaviour.STOCK if random.random() < 0.1 else Behaviour.FLOW,
    )
    classes = (BenefitClass.CASHABLE, BenefitClass.REVENUE, BenefitClass.COST_AVOIDANCE)
    plain = make_line(kpi=kpi, benefit_class=random.choices(classes, (6, 3, 1))[0])
    return replace(plain, key=f"{initiative}-{number}", name=f"Line {number}", initiative=initiative)


def _amount(random: Random) -> int:
    """Return minor units of any size and sign, zero among them."""
    return random.choice((0, 1, -1, random.randint(-500, 500), random.randint(-(10**7), 10**9)))


def _maybe(random: Random, value: Decimal, share: float = 0.75) -> Decimal | None:
    return value if random.random() < share else None


def _case(random: Random, lines: tuple[LineFacts, ...]) -> CaseFacts:
    go_live = random.choice(MONTHS[:36])
    cells: list[CaseCell] = []
    terms: list[CaseTerms] = []
    for line in (line for line in lines if random.random() < 0.9):
        value = Fraction(random.randint(0, 5000)) if random.random() < 0.8 else None
        steady = random.randint(1, 10**7)
        for month in (month for month in MONTHS if month >= go_live):
            amount = steady if random.random() < 0.7 else _amount(random)
            effect = _maybe(random, Decimal(random.randint(-30, 30)))
            cells.append(CaseCell(line.key, True, month, amount, 0, "", effect=effect, unit_value=value))
        terms.append(
            CaseTerms(
                line.key,
                baseline=_maybe(random, Decimal(random.randint(0, 400))),
                reach_units=_maybe(random, Decimal(random.randint(0, 40))),
                reach_volume=_maybe(random, Decimal(random.randint(0, 90_000))),
                effect_basis=random.choice(("", "absolute", "percent", "target_level")),
            )
        )
    for category in random.sample(_CATEGORIES, random.randint(0, 4)):
        terms.append(CaseTerms(category, nature=random.choice(("", "build", "run"))))
        cells += [CaseCell(category, False, month, abs(_amount(random)), 0, "") for month in random.sample(MONTHS, 12)]
    return CaseFacts(
        1,
        date(2024, 5, 1),
        go_live.start_on,
        random.choice(MONTHS[30:]).last_on,
        Decimal("0.08"),
        "pre_tax_nominal",
        tuple(cells),
        is_real=random.random() < 0.2,
        terms=tuple(terms),
    )


def _cost(random: Random) -> CostFacts:
    return CostFacts(
        random.choice(_CATEGORIES),
        random.choice(("build", "run")),
        random.choice(("one_off", "recurring")),
        "opex",
        random.choice(("actual", "actual", "committed")),
        random.choice(MONTHS),
        None,
        None,
        None,
        _amount(random),
        rate_ratio=random.choice((Fraction(1), Fraction(11, 10), Fraction(97, 100))),
    )


def _realised(random: Random, line: LineFacts) -> RealisedLine:
    first, last = sorted(random.sample(range(27), 2))
    fiscal: tuple[Period, ...] = MONTHS[first : last + 1]
    amounts = tuple(_amount(random) for _ in fiscal)
    observed = tuple(
        ObservedCell(
            month.start_on,
            random.choice((0.0, 4.0, random.uniform(0.1, 200.0))),
            random.choice((0.0, random.uniform(0.1, 9_000.0))),
            random.choice((0.0, random.uniform(0.1, 6_000.0))),
            random.choice((1.0, random.uniform(0.5, 1.5))),
        )
        if random.random() < 0.9
        else None
        for month in fiscal
    )
    baseline = random.uniform(0.0, 400.0) if random.random() < 0.8 else None
    return RealisedLine(line, fiscal, amounts, observed, baseline, fiscal[-1].last_on)
