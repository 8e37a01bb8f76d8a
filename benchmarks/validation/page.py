"""docs/methods/validation.md and its pictures, made from the stored record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.validation.plots import Dot, draw_dots
from models.causal.simulate_faults import FAULTS
from models.causal.validation.judgement import (
    CEILING,
    CHANCE,
    FAMILY_WIDTH_BARS,
    FLOOR,
    FLOORS,
    WIDTH_BARS,
    coverage_interval,
    judge_family,
    judge_record,
    pooled_coverage,
)
from models.causal.validation.plan import TUNING_SEEDS_END
from models.causal.validation.tables import (
    FAMILY_COLUMNS,
    FAULT_COLUMNS,
    Row,
    family_rows,
    fault_rows,
    flag_rows,
    not_met_rows,
    peer_rows,
)
from models.domain.validation import FamilyResult, ValidationRecord, VerdictState

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "methods" / "validation.md"
IMAGES = ROOT / "docs" / "images" / "validation"

HEAD = """# Validation: how often the intervals held the truth

Made by `python -m benchmarks.validation.study` (`make validate`); do not edit. The same record is behind the page "Can
we believe it?". Anybody reruns a family with `tieout validate --family NAME --seed N`.

"""
_FLOORS = ", ".join(f"`{family}` from {100 * floor:g} %" for family, floor in FLOORS.items())
_WIDTHS = ", ".join(
    f"{name} {bar:.2f}"
    for name, bar in (*WIDTH_BARS.items(), *((f"`{key}`", bar) for key, bar in FAMILY_WIDTH_BARS.items()))
)
RULES = f"""
## How it is judged

Constants were tuned on seeds below {TUNING_SEEDS_END:,}; this page was made from seed SEED on. The recipes of the
families are in `models/causal/simulate*.py`. A bar is *met* when what was found lies within it, *within chance* when it
does not but a method exactly at the bar would be found this far out with probability {CHANCE} or more (binomial bound),
*missed* otherwise. Coverage of 95 % intervals belongs between {100 * FLOOR:.0f} and {100 * CEILING:.0f} %
({_FLOORS});
at other levels these bars are moved by as much in log odds. Intervals in brackets are exact (Clopper and Pearson 1934).
Widths are over those of a generalised least squares estimate that knows the covariance, the shape of the effect and the
columns of the mean. Their mean belongs below a bar by design ({_WIDTHS}) in every family
with such an oracle, also where a shape or a wandering level can hardly be found from the data. Bias is in standard
errors of that oracle, in half widths of the interval where there is none. Milliseconds are the median CPU time of a fit
on the machine that made the page.
"""
FLAGS = """
## Flags on sound data

Reviews and failures over all sound families, and the family with most. Some are right: a family with outliers has them.

"""
POWER = """
## Power on unsound data

The size of a trend or a break is counted in oracle standard errors of its coefficient before go-live. *Warned* means
that a check on the time before go-live did not pass. At five standard errors trends are to be warned of in 95 % of
panels, breaks in 90 %; at two, and for effects that begin early, power is reported.

![Power](../images/validation/power.svg)

"""
PEERS = """
## Beside other packages

On the first replicates of the same families. The regressions are given the right columns. The CausalImpact port runs in
an environment of its own, because it does not run on this one's pandas.

![Coverage of other methods](../images/validation/peers.svg)

"""
GUESSES = """
## Usage multiplied by defaults

A figure from uses x default minutes x default acceptance, beside the measured effect on the same simulated initiatives.
Such a figure has no interval. What is assumed:

"""
GUESS_COLUMNS = (
    "scenario",
    "initiatives",
    "within 10 %",
    "off by half or more",
    "twice the truth or more",
    "10 % to 90 % of figure / truth",
    "measured: range held the truth",
    "measured: within 10 %",
    "measured: off by half or more",
    "measured: half range / truth",
)


def write_page(record: ValidationRecord) -> None:
    """Write the page and its pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, drawn in draw_pictures(record).items():
        (IMAGES / f"{name}.svg").write_text(drawn, encoding="utf-8")
    PAGE.write_text(page_text(record), encoding="utf-8")


def page_text(record: ValidationRecord) -> str:
    """Return docs/methods/validation.md."""
    parts = [
        HEAD,
        _summary(record),
        RULES.replace("SEED", f"{min((each.first_seed for each in record.families), default=0):,}"),
        "\n## What is not plainly met\n\n",
        _table(("family", "bar", "found", "verdict"), not_met_rows(judge_record(record))),
        "\n## Coverage and width by family\n\n![Coverage by family](../images/validation/coverage.svg)\n\n",
        _table(FAMILY_COLUMNS, family_rows(record.families)),
        "\n![Width over the oracle](../images/validation/width.svg)\n",
        FLAGS,
        _table(("check", "all families", "most", "in family"), flag_rows(record)),
        POWER,
        _table(FAULT_COLUMNS, fault_rows(record.families)),
        PEERS,
        _table(
            ("family", "method", "package", "replicates", "covered 95 %", "width / oracle", "width / ours", "ms"),
            peer_rows(record.peers, record.families),
        ),
        "\n## Refusals\n\n",
        _table(
            ("case", "must be", "as expected"),
            [
                (
                    each.case,
                    f"refused by `{each.rule}`" if each.rule else "estimated",
                    f"{each.as_expected} of {each.replicates}",
                )
                for each in record.refusals
            ],
        ),
        *_guesses(record),
    ]
    return "".join(parts)


def draw_pictures(record: ValidationRecord) -> dict[str, str]:
    """Return the pictures by name."""
    sound = [each for each in record.families if each.family not in FAULTS and each.estimated]
    return {
        "coverage": draw_dots(
            "Coverage of 95 % intervals, in %: 93 to 98 shaded",
            [_coverage_dot(each) for each in sound],
            axis=(84, 100),
            band=(100 * FLOOR, 100 * CEILING),
            ticks=(84, 86, 88, 90, 92, 94, 96, 98, 100),
        ),
        "width": draw_dots(
            "Mean width over the oracle's",
            [_width_dot(each) for each in sound if each.width_mean is not None],
            axis=(0.9, 2.0),
            band=None,
            ticks=(1, 1.2, 1.4, 1.6, 1.8, 2),
        ),
        "power": draw_dots(
            "Unsound panels that were warned of, in %",
            [
                _share_dot(each.family, each.warned, each.estimated, is_missed=_is_missed(each))
                for each in record.families
                if each.family in FAULTS and each.estimated
            ],
            axis=(0, 100),
            band=None,
            ticks=(0, 20, 40, 60, 80, 100),
        ),
        "peers": draw_dots(
            "Coverage of nominal 95 % intervals by method and family, in %",
            _peer_dots(record),
            axis=(0, 100),
            band=(100 * FLOOR, 100 * CEILING),
            ticks=(0, 20, 40, 60, 80, 95),
        ),
    }


def _summary(record: ValidationRecord) -> str:
    covered, estimated = pooled_coverage(record).get("", (0, 0))
    verdicts = judge_record(record)
    counts = {state: sum(each.state is state for each in verdicts) for state in VerdictState}
    sound = sum(each.family not in FAULTS for each in record.families)
    share = f"{100 * covered / estimated:.1f} %" if estimated else "n/a"
    cpu_h = sum(each.cpu_ms * each.replicates for each in record.families) / 3.6e6
    return (
        f"Engine version {record.engine_version}, {record.made_on.isoformat()}. Over {sound} families of sound panels, "
        f"{estimated:,} estimates: {share} of the 95 % intervals held the truth. {len(verdicts)} bars: "
        f"{counts[VerdictState.MET]} met, {counts[VerdictState.WITHIN_CHANCE]} within chance, "
        f"{counts[VerdictState.MISSED]} missed. {cpu_h:.1f} hours of CPU.\n"
    )


def _guesses(record: ValidationRecord) -> list[str]:
    if not record.guesses:
        return []
    rows = [
        (
            each.scenario,
            f"{each.replicates:,}",
            *(f"{100 * n / each.replicates:.0f} %" for n in (each.within_tenth, each.off_by_half, each.off_by_double)),
            f"{each.ratio_low:.2f} to {each.ratio_high:.2f}",
            f"{100 * each.covered / each.replicates:.1f} %",
            f"{100 * each.measured_within_tenth / each.replicates:.0f} %",
            f"{100 * each.measured_off_by_half / each.replicates:.0f} %",
            f"{each.measured_half_width:.2f}",
        )
        for each in record.guesses
    ]
    assumptions = "\n".join(f"- {text}" for text in record.guesses[0].assumptions)
    return [GUESSES, f"{assumptions}\n\n", _table(GUESS_COLUMNS, rows)]


def _table(columns: Sequence[str], rows: Sequence[Row]) -> str:
    if not rows:
        return "Nothing.\n"
    lines = [columns, ["---"] * len(columns), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _share_dot(label: str, count: int, n: int, *, is_missed: bool = False) -> Dot:
    low, high = coverage_interval(count, n)
    return Dot(label, 100 * count / n, 100 * low, 100 * high, f"{100 * count / n:.1f} % of {n:,}", is_missed)


def _coverage_dot(result: FamilyResult) -> Dot:
    return _share_dot(result.family, result.covered, result.estimated, is_missed=_is_missed(result, "coverage at 95%"))


def _width_dot(result: FamilyResult) -> Dot:
    mean, room = result.width_mean or 0.0, 1.96 * (result.width_se or 0.0)
    is_missed = _is_missed(result, "mean width over oracle")
    return Dot(result.family, mean, mean - room, mean + room, f"{mean:.2f}", is_missed)


def _peer_dots(record: ValidationRecord) -> list[Dot]:
    known = {each.family: each for each in record.families}
    dots: list[Dot] = []
    for family in dict.fromkeys(each.family for each in record.peers):
        own = known.get(family)
        if own is not None and own.estimated:
            dots.append(_share_dot(f"{family}: Tieout", own.covered, own.estimated))
        dots += [
            _share_dot(each.peer, each.covered, each.estimated)
            for each in record.peers
            if each.family == family and each.estimated
        ]
    return dots


def _is_missed(result: FamilyResult, criterion: str = "") -> bool:
    return any(
        each.state is VerdictState.MISSED and each.criterion.startswith(criterion) for each in judge_family(result)
    )
