"""What a short P&L line of several initiatives supports: one unshared row, or parts by a signed rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from models.domain.ledger import LineTest, TieState, UnsharedRow
from models.value.profit_line import LineKey
from models.value.splitting import scale_exactly, split_signed


def unshared_row(test: LineTest, key: LineKey, good_minor: int) -> UnsharedRow:
    """Return the one row that several initiatives share until a rule is signed.

    Parameters
    ----------
    good_minor
        Entries whose evidence may tie out: their part of what is supported is tied out for all together.
    """
    return UnsharedRow(
        key.pl_line,
        key.entity,
        test.fiscal_year,
        test.initiatives,
        test.entries_minor,
        _good_part(test.supported_minor, good_minor, test.entries_minor),
        test.short_minor,
        test.reason,
        key.cost_centre,
    )


def share_supported(
    test: LineTest, key: LineKey, entries: Sequence[tuple[str, int]], rule: Mapping[str, Fraction], good_minor: int
) -> tuple[list[int], list[UnsharedRow]]:
    """Split what a line supports by a signed rule, exactly.

    Parameters
    ----------
    entries
        Initiative and amount of each entry.
    rule
        Share of each initiative; they sum to at most 1, and one that has none is given nothing.

    Returns
    -------
    parts
        The supported part of each entry: its initiative's share, never more than the initiative holds.
    rest
        One row of what the rule leaves to nobody, if anything.
    """
    held: dict[str, int] = defaultdict(int)
    for initiative, amount in entries:
        held[initiative] += amount
    names = sorted(held)
    weights = [max(Fraction(0), rule.get(name, Fraction(0))) for name in names]
    shared = split_signed(test.supported_minor, [*weights, 1 - sum(weights, Fraction(0))])[:-1]
    given = {name: _within(part, held[name]) for name, part in zip(names, shared, strict=True)}
    parts = [0] * len(entries)
    for name in names:
        places = [place for place, (initiative, _) in enumerate(entries) if initiative == name]
        if given[name]:
            scaled = scale_exactly([entries[place][1] for place in places], given[name])
            for place, part in zip(places, scaled, strict=True):
                parts[place] = part
    left = test.supported_minor - sum(given.values())
    tied = _good_part(left, good_minor, test.entries_minor)
    if not tied:
        return parts, []
    reason = "The signed rule gives this part of what the line supports to none of the initiatives."
    row = UnsharedRow(
        key.pl_line,
        key.entity,
        test.fiscal_year,
        test.initiatives,
        test.entries_minor,
        tied,
        test.short_minor,
        reason,
        key.cost_centre,
        TieState.LOCATED_NOT_SUPPORTED,
    )
    return parts, [row]


def _within(part: int, held: int) -> int:
    """Return what of a part an initiative can take: nothing against its direction, never more than it holds."""
    if held == 0 or (part > 0) != (held > 0):
        return 0
    return min(part, held) if held > 0 else max(part, held)


def _good_part(supported: int, good: int, whole: int) -> int:
    if not whole:
        return 0
    share = min(Fraction(1), max(Fraction(0), Fraction(good, whole)))
    return round(supported * share)
