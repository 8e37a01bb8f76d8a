"""What initiatives of the company share: an effect of two that nobody can tell apart, and a platform of three."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from models.domain.calendar import add_months
from sample_data.benefit_lines import LINE_OF
from sample_data.company import AS_OF
from sample_data.effects import MONTHS, PlantedMoney
from sample_data.money import fiscal_label
from sample_data.rollouts import CALLS_FROM, rollouts_of

#: The rule by which a measurement refuses each of two lines whose roll-outs coincide.
NOT_SEPARABLE = "not_separable"
JOINT_LINES = ("TRACK-CALLS", "VOICE-CALLS")
#: Calls that each of the two took from the desks in a month, by their own logs, rising a little.
_CALLS = {"TRACK": (1_400, 30), "VOICE": (1_050, 45)}

#: Whose software plans routes for others too, from which month on, and who asks it how often in a month.
PLATFORM, PLATFORM_FROM = "ROUTE", date(2026, 1, 1)
_REQUESTS = {"ROUTE": (70_000, 0), "TRACK": (19_000, 400), "LOAD": (10_500, 150)}
_LAST_ON = date(2026, 9, 1)


def driver_rows() -> list[dict[str, str]]:
    """Return use by fiscal period: requests to the route planner, and delivery calls that were answered."""
    kpi = LINE_OF[JOINT_LINES[0]].kpi
    return [
        *_rows("platform_cost", PLATFORM, "requests", PLATFORM_FROM, _REQUESTS),
        *_rows("joint_effect", kpi, "calls answered", CALLS_FROM.replace(day=1), _CALLS),
    ]


def _rows(
    purpose: str, subject: str, driver: str, first_on: date, users: Mapping[str, tuple[int, int]]
) -> list[dict[str, str]]:
    rows, month, n = [], first_on, 0
    while month <= _LAST_ON:
        rows += [
            {
                "purpose": purpose,
                "subject": subject,
                "initiative": initiative,
                "period": fiscal_label(month),
                "driver": driver,
                "quantity": str(start + n * step),
            }
            for initiative, (start, step) in users.items()
        ]
        month, n = add_months(month, 1), n + 1
    return rows


def tell_joint_effects(money: Mapping[str, PlantedMoney]) -> list[dict[str, Any]]:
    """Return what two lines are truly worth together: nothing in the data tells what each is worth."""
    lines = [LINE_OF[key] for key in JOINT_LINES]
    ends = [i for i, month in enumerate(MONTHS) if month.last_on <= AS_OF]
    worth = sum(float(money[line.key].amounts[:, ends].sum()) for line in lines)
    return [
        {
            "lines": list(JOINT_LINES),
            "initiatives": [line.initiative for line in lines],
            "kpi": lines[0].kpi,
            "units": sorted(rollouts_of(lines[0].initiative).keys() & rollouts_of(lines[1].initiative).keys()),
            "go_live_on": CALLS_FROM.isoformat(),
            "effect_after_ramp": f"{sum(line.effect for line in lines):g}",
            "worth_to_date": f"{worth:.2f}",
            "expected": {
                "design": "difference",
                "story": "One effect of two initiatives: a single unshared row until finance and both owners sign.",
            },
        }
    ]


def tell_platforms() -> list[dict[str, Any]]:
    """Return the platform whose cost others bear by their use."""
    return [
        {
            "platform": PLATFORM,
            "from_period": fiscal_label(PLATFORM_FROM),
            "driver": "requests",
            "users": [key for key in _REQUESTS if key != PLATFORM],
        }
    ]
