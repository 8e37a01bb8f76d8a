"""Slows down guessing: after a few failures an account, and an address, must wait.

In memory of one web process: with n processes a guesser has n times the attempts, which still is few.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from flask import current_app

FREE_ATTEMPTS = 5
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
            return max((self._wait_of(name, now) for name in names), default=0)

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

    def _wait_of(self, name: str, now: datetime) -> int:
        known = self._failures.get(name)
        if known is None or known.count < FREE_ATTEMPTS:
            return 0
        wait = min(WAIT_S * 2 ** (known.count - FREE_ATTEMPTS), LONGEST_WAIT_S)
        return max(0, int((known.last_at + timedelta(seconds=wait) - now).total_seconds()))


def current_throttle() -> SignInThrottle:
    """Return the throttle of the application."""
    return cast("SignInThrottle", current_app.extensions[EXTENSION])
