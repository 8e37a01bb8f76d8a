"""Slows down guessing: after a few failures an account, and an address, must wait.

Failures of an account that exists are counted in the database too (`count_failed_sign_ins`), so that several web
processes, and one that starts anew, know of them; those of addresses and of names that nobody has, in memory alone.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from flask import current_app

FREE_ATTEMPTS = 5
FREE_ATTEMPTS_OF_ADDRESS = 20  # a whole office may come from one
ADDRESS = "address:"
WAIT_S = 30
LONGEST_WAIT_S = 15 * 60
MOST_NAMES = 10_000


EXTENSION = "tieout_throttle"


@dataclass(frozen=True, slots=True)
class Failures:
    """How often signing in failed under a name, and when last."""

    count: int
    last_at: datetime


@dataclass(slots=True)
class SignInThrottle:
    """Counts failures by name (account or address) and says how long the next attempt must wait."""

    _failures: OrderedDict[str, Failures] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait_s(self, names: tuple[str, ...], now: datetime) -> int:
        """Return the seconds until an attempt is let through; 0 if now."""
        with self._lock:
            known = [(name, self._failures.get(name)) for name in names]
        return max((wait_after(failures, now, name) for name, failures in known if failures is not None), default=0)

    def fail(self, names: tuple[str, ...], now: datetime) -> None:
        """Count a failure under each name; the oldest names are forgotten beyond `MOST_NAMES`."""
        with self._lock:
            for name in names:
                known = self._failures.pop(name, None)
                is_recent = known is not None and now - known.last_at < timedelta(seconds=LONGEST_WAIT_S)
                self._failures[name] = Failures((known.count if known and is_recent else 0) + 1, now)
            while len(self._failures) > MOST_NAMES:
                self._failures.popitem(last=False)

    def succeed(self, names: tuple[str, ...]) -> None:
        """Forget the failures under each name."""
        with self._lock:
            for name in names:
                self._failures.pop(name, None)


def wait_after(failures: Failures, now: datetime, name: str = "") -> int:
    """Return the seconds that an attempt under `name` must wait after failures; 0 if none."""
    free = FREE_ATTEMPTS_OF_ADDRESS if name.startswith(ADDRESS) else FREE_ATTEMPTS
    if failures.count < free:
        return 0
    doublings = min(failures.count - free, 10)  # the longest wait is reached long before
    wait = min(WAIT_S * 2**doublings, LONGEST_WAIT_S)
    return max(0, int((failures.last_at + timedelta(seconds=wait) - now).total_seconds()))


def current_throttle() -> SignInThrottle:
    """Return the throttle of the application."""
    return cast("SignInThrottle", current_app.extensions[EXTENSION])
