"""Where and when each initiative went live, so that the units left alone are sound controls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sample_data.company import BRANCHES, GROUPS, HUBS, REGIONS, WORKS, YARDS


@dataclass(frozen=True, slots=True)
class Rollout:
    """One unit of an initiative: live from, and until (exclusive) where it ended."""

    initiative: str
    unit: str
    go_live_on: date
    ended_on: date | None = None


def _wave(
    initiative: str, go_live_on: date, units: tuple[str, ...], ended_on: date | None = None
) -> tuple[Rollout, ...]:
    return tuple(Rollout(initiative, unit, go_live_on, ended_on) for unit in units)


def _every(units: tuple[str, ...], step: int, first: int) -> tuple[str, ...]:
    return units[first::step]


# 27 branches in nine waves; the others have not started.
_AP_UNITS = tuple(unit for i, unit in enumerate(BRANCHES) if i % 8 not in {1, 4, 6})[:27]
_AP_DATES = (
    date(2025, 2, 3),
    date(2025, 3, 17),
    date(2025, 4, 28),
    date(2025, 6, 16),
    date(2025, 8, 4),
    date(2025, 9, 22),
    date(2025, 11, 10),
    date(2026, 1, 19),
    date(2026, 3, 30),
)
CALLS_FROM = date(2025, 11, 3)
_DESKS = tuple(unit for i, unit in enumerate(BRANCHES) if i % 5 not in {1, 3})[:26]

ROLLOUTS: tuple[Rollout, ...] = (
    *(rollout for i, on in enumerate(_AP_DATES) for rollout in _wave("AP-MATCH", on, _AP_UNITS[i * 3 : i * 3 + 3])),
    *_wave("MASON", date(2025, 3, 17), _DESKS),
    *_wave("STOCK-FC", date(2025, 10, 1), _every(BRANCHES, 2, 0)),
    *_wave("KEEP", date(2025, 6, 2), _every(REGIONS, 2, 0)),
    *_wave("ROUTE", date(2025, 4, 7), (*_every(HUBS, 2, 0), HUBS[1])),
    *_wave("LOAD", date(2025, 9, 1), (*_every(HUBS, 2, 0)[:9], HUBS[3], HUBS[7])),
    *_wave("KILN", date(2025, 5, 5), (WORKS[0], WORKS[6])),
    *_wave("KILN", date(2025, 11, 3), (WORKS[2], WORKS[5])),
    *_wave("QUOTE", date(2025, 7, 7), _every(REGIONS, 2, 1)),
    *_wave("VOICE", date(2025, 11, 3), tuple(unit for i, unit in enumerate(BRANCHES) if i % 11 in {2, 5, 7, 9})),
    *_wave("YARD-EYE", date(2025, 9, 8), _every(YARDS, 3, 0)),
    *_wave("CREDIT", date(2025, 7, 1), (*_every(REGIONS, 3, 0), REGIONS[4], REGIONS[10])),
    *_wave("PRICE", date(2025, 6, 30), tuple(unit for i, unit in enumerate(BRANCHES) if i % 9 in {0, 3, 5, 8})),
    *_wave("SEARCH", date(2025, 3, 10), (REGIONS[0], REGIONS[7])),
    *_wave("SEARCH", date(2025, 5, 19), (REGIONS[3], REGIONS[11])),
    *_wave("SEARCH", date(2025, 8, 18), (REGIONS[5], REGIONS[9])),
    *_wave("SEARCH", date(2025, 11, 24), (REGIONS[2], REGIONS[12])),
    *_wave("SHIFT", date(2025, 8, 1), tuple(unit for i, unit in enumerate(BRANCHES) if i % 9 not in {1, 4, 6, 7})[:24]),
    *_wave("FLEET", date(2025, 4, 28), HUBS[0:20:5]),
    *_wave("FLEET", date(2025, 9, 15), HUBS[2:20:5]),
    *_wave("FLEET", date(2026, 1, 5), HUBS[3:20:5]),
    *_wave("RETURN", date(2026, 8, 17), HUBS[1:16:2]),
    *_wave("TRACK", date(2025, 9, 1), _every(REGIONS, 2, 1)),
    *_wave("HIRE", date(2026, 1, 5), GROUPS["recruiting"]),
    *_wave("TARIFF", date(2025, 6, 2), GROUPS["customs"]),
    *_wave("IT-DESK", date(2025, 4, 28), GROUPS["it"]),
    *_wave("COPY", date(2025, 9, 1), GROUPS["marketing"]),
    # Delivery messages and the voice bot reached the same call desks on the same day: nobody can tell them apart.
    *_wave("TRACK", CALLS_FROM, _every(GROUPS["delivery_calls"], 2, 0)),
    *_wave("VOICE", CALLS_FROM, _every(GROUPS["delivery_calls"], 2, 0)),
    *_wave("SHELF", date(2025, 5, 5), HUBS[0:12:2], date(2026, 3, 2)),
)


def rollouts_of(initiative: str) -> dict[str, Rollout]:
    """Return the roll-outs of an initiative by unit."""
    return {rollout.unit: rollout for rollout in ROLLOUTS if rollout.initiative == initiative}
