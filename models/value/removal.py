"""What the portfolio would be without one initiative: a bridge of its net, tied out less invested, that sums exactly.

Each P&L line that holds something of the initiative is judged again with what the others hold, against the movement and
the noise that were published. Its part of a joint effect goes back to the others, because the KPI has moved whoever is
thanked for it; the platform cost that it bore falls on the others, because the platform is there still.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from models.domain.effect import EvidenceGrade
from models.domain.errors import NotFoundError
from models.domain.ledger import Entry, Ledger, LineTest, TieState, UnsharedRow
from models.domain.sharing import RemovalBridge, RemovalRow, RemovalStep
from models.domain.valuation import PortfolioValuation
from models.value.publication import Publication

_LOWEST_TIED_GRADE = EvidenceGrade.E2
#: Entries in these states were not held against a movement.
_UNTESTED = frozenset(
    {
        TieState.LEDGER_OPEN,
        TieState.DRIVERS_MISSING,
        TieState.UNLOCATED,
        TieState.NON_CASH,
        TieState.BALANCE_SHEET,
    }
)
#: P&L line, entity, cost centre, fiscal year.
_Place = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class _Changed:
    """A tested line in a fiscal year from which something is taken away."""

    label: str
    fiscal_year: str
    own_tied: int
    others_before: int
    others_after: int
    was_unshared: bool
    vanished_minor: int


def removal_bridge(publication: Publication, initiative: str) -> RemovalBridge:
    """Return the bridge from the portfolio's net to its net without an initiative.

    Raises
    ------
    NotFoundError
        If the publication has no such initiative.
    """
    valuation = publication.valuation
    own = next((each for each in valuation.initiatives if each.key == initiative), None)
    if own is None:
        raise NotFoundError(f"there is no initiative {initiative}")
    joint_lines = {line for joint in valuation.joints if initiative in joint.initiatives for line in joint.lines}
    changed = _changed_lines(valuation.ledger, initiative, joint_lines)
    own_tied = _tied_by_line(valuation.ledger.entries, initiative)
    returned = {line: amount for line, amount in own_tied.items() if line in joint_lines}
    received = _sums((row.platform, row.amount_minor) for row in valuation.allocated if row.initiative == initiative)
    passed = sum(row.amount_minor for row in valuation.allocated if row.platform == initiative)
    lost = [(f"{each.label} {each.fiscal_year}", each.others_after - each.others_before) for each in changed]
    shared_loss = [(each, amount) for each, amount in zip(changed, lost, strict=True) if amount[1] < 0]
    names = {each.key: each.name for each in valuation.initiatives}
    lines = {line.benefit_line: line.name for line in own.lines}
    rows = (
        _row(
            RemovalStep.OWN,
            [
                *((lines.get(line, line), -amount) for line, amount in sorted(own_tied.items())),
                *(item for each, item in shared_loss if each.was_unshared),
            ],
        ),
        _row(RemovalStep.RETURNED, [(lines.get(line, line), amount) for line, amount in sorted(returned.items())]),
        _row(RemovalStep.FREED, [item for item in lost if item[1] > 0]),
        _row(RemovalStep.TOO_SMALL, [item for each, item in shared_loss if not each.was_unshared]),
        _row(RemovalStep.OWN_COST, [(own.name, own.figures.invested.amount_minor + passed)]),
        _row(
            RemovalStep.PLATFORM_COST,
            [(names.get(platform, platform), -amount) for platform, amount in sorted(received.items())],
        ),
    )
    figures = valuation.figures
    tied = _tied_without(valuation, initiative, joint_lines, changed)
    return RemovalBridge(
        initiative=initiative,
        with_minor=figures.tied_out.point_minor - figures.invested.amount_minor,
        without_minor=tied - _invested_without(valuation, initiative),
        rows=rows,
        vanished=tuple((each.label, each.fiscal_year, each.vanished_minor) for each in changed if each.vanished_minor),
    )


def _row(step: RemovalStep, items: Iterable[tuple[str, int]]) -> RemovalRow:
    kept = tuple(item for item in items if item[1])
    return RemovalRow(step, sum(amount for _, amount in kept), kept)


def _sums(amounts: Iterable[tuple[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = defaultdict(int)
    for key, amount in amounts:
        totals[key] += amount
    return dict(totals)


def _tied_by_line(entries: Iterable[Entry], initiative: str) -> dict[str, int]:
    return _sums((entry.benefit_line, entry.tied_minor) for entry in entries if entry.initiative == initiative)


def _tied_without(
    valuation: PortfolioValuation, initiative: str, joint_lines: set[str], changed: Iterable[_Changed]
) -> int:
    """Return what ties out without an initiative: everything not its own, and the change of the lines it leaves."""
    ledger = valuation.ledger
    stays = sum(
        entry.tied_minor
        for entry in ledger.entries
        if entry.initiative != initiative or entry.benefit_line in joint_lines
    )
    stays += sum(row.tied_minor for row in ledger.unshared)
    return stays + sum(each.others_after - each.others_before for each in changed)


def _invested_without(valuation: PortfolioValuation, initiative: str) -> int:
    """Return the cost of the others: theirs, with what a platform no longer passes on or passes on to nobody."""
    others = sum(each.figures.invested.amount_minor for each in valuation.initiatives if each.key != initiative)
    back = sum(row.amount_minor for row in valuation.allocated if row.initiative == initiative)
    gone = sum(row.amount_minor for row in valuation.allocated if row.platform == initiative)
    return others + back - gone


def _changed_lines(ledger: Ledger, initiative: str, joint_lines: set[str]) -> list[_Changed]:
    """Judge again every tested line that holds something of an initiative which goes with it."""
    held: dict[_Place, list[Entry]] = defaultdict(list)
    for entry in ledger.entries:
        if entry.pl_line and entry.state not in _UNTESTED:
            held[entry.pl_line, entry.entity, entry.cost_centre, entry.fiscal_year].append(entry)
    unshared: dict[_Place, UnsharedRow] = {
        (row.pl_line, row.entity, row.cost_centre, row.fiscal_year): row for row in ledger.unshared
    }
    found = []
    for line in ledger.lines:
        for test in line.tests:
            place = (line.pl_line, line.entity, line.cost_centre, test.fiscal_year)
            gone = [e for e in held[place] if e.initiative == initiative and e.benefit_line not in joint_lines]
            if gone:
                stay = [entry for entry in held[place] if entry not in gone]
                found.append(_judge_again(line.name, test, gone, stay, unshared.get(place)))
    return found


def _judge_again(
    name: str, test: LineTest, gone: list[Entry], stay: list[Entry], unshared: UnsharedRow | None
) -> _Changed:
    before = sum(entry.tied_minor for entry in stay) + (unshared.tied_minor if unshared else 0)
    short, after = _supported(test, stay)
    vanished = test.short_minor if test.short_minor and not short else 0
    own = sum(entry.tied_minor for entry in gone)
    return _Changed(name, test.fiscal_year, own, before, after, unshared is not None, vanished)


def _supported(test: LineTest, entries: list[Entry]) -> tuple[int, int]:
    """Return the short amount of a line and what of its entries ties out, by the rule of models.value.tie_out."""
    total = sum(entry.amount_minor for entry in entries)
    good = sum(entry.amount_minor for entry in entries if entry.grade >= _LOWEST_TIED_GRADE)
    if test.noise_minor is None or test.movement_minor is None or not total:
        return 0, 0
    direction = -1 if total < 0 else 1
    size, margin = abs(total), 2 * test.noise_minor
    if size < margin:
        return 0, 0
    short = max(0, size - _capacity(test, direction, margin))
    return direction * short, round(Fraction((size - short) * good, size))


def _capacity(test: LineTest, direction: int, margin: int) -> int:
    """Return the most that a line supports in a direction: of a short line what it was found to support."""
    if test.short_minor and direction * test.entries_minor > 0:
        return abs(test.supported_minor)
    movement = direction * (test.movement_minor or 0)
    return movement + margin if movement > 0 else 0
