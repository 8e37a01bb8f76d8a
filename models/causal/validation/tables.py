"""The record as rows of text: for the command line, and for the page on methods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from models.causal.simulate_faults import FAULTS
from models.causal.validation.judgement import CHANCE, coverage_interval, judge_family
from models.domain.validation import FamilyResult, PeerResult, ValidationRecord, Verdict, VerdictState

Row = tuple[str, ...]

FAMILY_COLUMNS = (
    "family", "design", "replicates", "covered 95 %", "cumulative", "80 %", "50 %", "width / oracle", "median", "bias",
    "refused", "ms", "verdict",
)  # fmt: skip
FAULT_COLUMNS = ("family", "design", "replicates", "warned", "pre_trend", "level_break", "anticipation", "covered 95 %")


def family_rows(results: Iterable[FamilyResult], chance: float = CHANCE) -> list[Row]:
    """Return one row per sound family under FAMILY_COLUMNS."""
    rows = []
    for each in results:
        if each.family in FAULTS:
            continue
        low, high = coverage_interval(each.covered, each.estimated)
        further = [_share(level.covered, each.estimated) for level in each.levels[1:]]
        rows.append((
            each.family,
            each.group,
            f"{each.replicates:,}",
            f"{_share(each.covered, each.estimated)} ({100 * low:.1f} to {100 * high:.1f})",
            _share(each.covered_cumulative, each.estimated),
            *further,
            _number(each.width_mean),
            _number(each.width_median),
            f"{each.bias:+.2f}",
            str(each.replicates - each.estimated),
            f"{each.cpu_ms:.0f}",
            worst_state(judge_family(each, chance)).value,
        ))  # fmt: skip
    return rows


def fault_rows(results: Iterable[FamilyResult]) -> list[Row]:
    """Return one row per unsound family under FAULT_COLUMNS."""
    return [
        (
            each.family,
            each.group,
            f"{each.replicates:,}",
            _share(each.warned, each.estimated),
            *(_share(each.flagged(check), each.estimated) for check in ("pre_trend", "level_break", "anticipation")),
            _share(each.covered, each.estimated),
        )
        for each in results
        if each.family in FAULTS
    ]


def flag_rows(record: ValidationRecord) -> list[Row]:
    """Return per check its flags over all sound families, and the family with most: check, all, worst, its rate."""
    counts: dict[str, list[tuple[int, int, str]]] = {}
    for each in record.families:
        if each.family not in FAULTS and each.estimated:
            for flags in each.flags:
                counts.setdefault(flags.check, []).append((flags.flagged, each.estimated, each.family))
    rows: list[Row] = []
    for check, found in sorted(counts.items()):
        worst = max(found, key=lambda one: one[0] / one[1])
        total = _share(sum(one[0] for one in found), sum(one[1] for one in found))
        rows.append((check, total, _share(worst[0], worst[1]), worst[2] if worst[0] else ""))
    return rows


def peer_rows(peers: Iterable[PeerResult], families: Sequence[FamilyResult]) -> list[Row]:
    """Return ours and each peer by family: family, method, package, replicates, coverage, width, over ours, ms."""
    known = {each.family: each for each in families}
    by_family: dict[str, list[PeerResult]] = {}
    for peer in peers:
        by_family.setdefault(peer.family, []).append(peer)
    rows: list[Row] = []
    for family, found in by_family.items():
        own = known.get(family)
        if own is not None:
            own_share = _share(own.covered, own.estimated)
            rows.append(
                (
                    family,
                    "Tieout",
                    "",
                    f"{own.estimated:,}",
                    own_share,
                    _number(own.width_mean),
                    "1.00",
                    f"{own.cpu_ms:.0f}",
                )
            )
        rows += [
            (
                family,
                each.peer,
                each.package,
                f"{each.estimated:,}",
                _share(each.covered, each.estimated),
                _number(each.width_mean),
                _number(each.width_over_ours),
                f"{each.cpu_ms:.0f}",
            )
            for each in found
        ]
    return rows


def not_met_rows(verdicts: Iterable[Verdict]) -> list[Row]:
    """Return what is not plainly met: family, bar, found, verdict; what was missed beyond chance first."""
    order = {VerdictState.MISSED: 0, VerdictState.WITHIN_CHANCE: 1}
    kept = sorted((each for each in verdicts if each.state in order), key=lambda each: order[each.state])
    return [(each.family, f"{each.criterion}: {each.bar}", each.shown, each.state.value) for each in kept]


def worst_state(verdicts: Iterable[Verdict]) -> VerdictState:
    """Return the worst state among verdicts."""
    states = {each.state for each in verdicts}
    ranked = (VerdictState.MISSED, VerdictState.WITHIN_CHANCE)
    return next((state for state in ranked if state in states), VerdictState.MET)


def text_table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    """Return rows as a plain table, columns padded."""
    widths = [max(len(cell) for cell in column) for column in zip(columns, *rows, strict=True)]
    lines = [columns, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _share(count: int, n: int) -> str:
    return f"{100 * count / n:.1f} %" if n else "n/a"


def _number(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.2f}"
