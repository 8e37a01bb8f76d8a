"""The sentences of the page "Can we believe it?", computed from the stored study, for a reader without statistics."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.format import count_words, format_count, format_date, format_multiple, format_percent
from models.causal.checks.result import TITLES
from models.domain.validation import FamilyResult, GuessResult
from models.queries.validation import FlagRate, PowerRow, ValidationView

#: The size of a fault, in oracle standard errors, from which it counts as large.
LARGE_SE = 5.0
SHORT_FAULTS = {"trend": "Trend", "break": "Jump", "anticipation": "Early effect"}
BASES = {
    "series": "a series alone",
    "series_ar_08": "a slow series alone",
    "series_walk": "a wandering series alone",
    "one_treated": "one unit compared",
    "four_treated": "four units compared",
    "staggered": "a staggered roll-out",
}
FAULT_WORDS = {
    "trend": "A trend before go-live",
    "break": "A jump before go-live",
    "anticipation": "An effect that began earlier",
}


def of_hundred(count: int, n: int) -> int:
    """Return a share as a whole number of 100; neither 0 nor 100 unless it is exactly that."""
    rounded = round(100 * count / n)
    if 0 < count < n:
        return min(max(rounded, 1), 99)
    return rounded


def headline(view: ValidationView) -> str:
    """Return the message of the page."""
    return (
        f"Of 100 simulated initiatives whose true effect we knew, our range contained the truth in "
        f"{of_hundred(view.covered, view.estimated)}"
    )


def head_note(view: ValidationView) -> str:
    """Return what the page rests on."""
    n_families = sum(len(group.families) for group in view.groups)
    return (
        f"{format_count(view.estimated)} simulated initiatives of {n_families} kinds, each with a 95 % range · engine "
        f"version {view.record.engine_version} · {format_date(view.record.made_on)}"
    )


def source(view: ValidationView) -> str:
    """Return the footer of every chart."""
    record = view.record
    return f"Source: simulation study of {format_date(record.made_on)}, engine version {record.engine_version}"


def guess_title(guess: GuessResult) -> str:
    """Return how usage times defaults did."""
    near, far = (of_hundred(count, guess.replicates) for count in (guess.within_tenth, guess.off_by_half))
    return (
        f"Usage multiplied by a guess was within 10 % of the truth in {near} of 100, and off by half or more in {far}"
    )


def guess_note(guess: GuessResult) -> str:
    """Return what measuring did on the same initiatives."""
    n = guess.replicates
    far, near, held = (
        of_hundred(count, n) for count in (guess.measured_off_by_half, guess.measured_within_tenth, guess.covered)
    )
    return (
        f"On the same {format_count(n)} initiatives the measured figure was within 10 % in {near} of 100 and off by "
        f"half or more in {far}. Its range, typically ± {format_percent(guess.measured_half_width)} of the truth, says "
        f"how sure it is, and contained the truth in {held}. The multiplied figure has no range."
    )


def coverage_title(view: ValidationView) -> str:
    """Return how evenly the ranges keep their promise over kinds of data."""
    families = [family for group in view.groups for family in group.families]
    lowest = min(families, key=lambda each: each.coverage)
    low, high = view.bars
    inside = sum(low <= each.coverage <= high for each in families)
    return (
        f"In {inside} of {len(families)} kinds of data the range held the truth {format_percent(low)} to "
        f"{format_percent(high)} of the time; the least was "
        f"{format_percent(lowest.coverage, 1)} ({lowest.group}: {family_words(lowest)})"
    )


def family_words(family: FamilyResult) -> str:
    """Return the name of a family as words."""
    return family.family.replace("_", " ")


def peers_title(view: ValidationView) -> str:
    """Return how many of other packages' usual methods fell short on data of some kind, and how far the worst did."""
    peers = [each for each in view.record.peers if each.estimated]
    names = {each.peer for each in peers}
    short = {each.peer for each in peers if each.coverage < view.bars[0]}
    worst = min(peers, key=lambda each: each.coverage)
    if not short:
        return f"Usual methods promise 95 % too, and all {len(names)} kept it on the same data"
    return (
        f"Usual methods promise 95 % too; on the same data {len(short)} of {len(names)} fell short, down to "
        f"{format_percent(worst.coverage)} ({worst.peer})"
    )


def flags_title(view: ValidationView) -> str:
    """Return how often checks warned of nothing."""
    total = sum(rate.flagged for rate in view.flags) / max(sum(rate.estimated for rate in view.flags), 1)
    most = view.flags[0]
    return (
        f"On sound data a check warned in {format_percent(total, 1)} of cases; most often "
        f"{check_words(most.check)}, {format_percent(most.flagged / most.estimated, 1)}"
    )


def check_words(check: str) -> str:
    """Return the name of a check as the pages of estimates call it."""
    title = TITLES.get(check, check.replace("_", " "))
    return title[:1].lower() + title[1:]


def flag_text(rate: FlagRate) -> str:
    """Return the end of a bar of false alarms."""
    share = format_percent(rate.flagged / rate.estimated, 1)
    return f"{share} · up to {format_percent(rate.worst_rate, 1)}" if rate.worst_rate else share


def power_title(view: ValidationView) -> str:
    """Return what large faults before go-live are warned of, best and worst."""
    large = [row for row in view.power if row.size_se >= LARGE_SE]
    worst = min(large, key=warned_share)
    found = span_words([warned_share(row) for row in large])
    return f"Large faults before go-live are warned of in {found} of cases; least often {power_words(worst)}"


def power_words(row: PowerRow) -> str:
    """Return a fault as words."""
    return f"{FAULT_WORDS[row.fault].lower()} in {BASES[row.base]}"


def span_words(shares: Sequence[float]) -> str:
    """Return the least and the most of some shares, one where they are the same."""
    low, high = format_percent(min(shares)), format_percent(max(shares))
    return low if low == high else f"{low} to {high}"


def warned_share(row: PowerRow) -> float:
    """Return the share of faulty panels that were warned of."""
    return row.warned / row.estimated


def limits(view: ValidationView) -> list[str]:
    """Return what the study says we cannot see, or see only dimly."""
    families = [family for group in view.groups for family in group.families]
    wide = [each for each in families if each.width_mean is not None]
    found = []
    if wide:
        widest = max(wide, key=lambda each: each.width_mean or 0.0)
        found.append(
            f"Our range pays for not knowing how the data wander: on {family_words(widest)} data it is "
            f"{format_multiple(widest.width_mean)} as wide as that of somebody who knew."
        )
    found += [
        f"{FAULT_WORDS[row.fault]} in {BASES[row.base]} is warned of in only "
        f"{format_percent(warned_share(row))} of cases even when it is large."
        for row in view.power
        if row.size_se >= LARGE_SE and warned_share(row) < 0.9
    ]
    small = [row for row in view.power if row.size_se < LARGE_SE]
    if small:
        shares = [warned_share(row) for row in small]
        found.append(
            f"Small faults, two fifths the size of the large ones, go unseen in "
            f"{span_words([1 - share for share in shares])} of cases."
        )
    if view.missed:
        found.append(
            f"{count_words(len(view.missed), 'bar')} of the {format_count(view.n_verdicts)} that we set ourselves "
            f"{'was' if len(view.missed) == 1 else 'were'} missed; they are listed below."
        )
    found.append("Simulated data are kinder than real ones: nobody knows every way in which a business changes.")
    return found
