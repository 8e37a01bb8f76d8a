"""From what was promised by now to what ties out, in amounts that add up as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from dashboard.figures import theme
from dashboard.figures.bridge import draw_bridge
from dashboard.figures.cascade import Link, change_step, total_step
from dashboard.figures.unit import Unit, common_unit, finer_unit
from dashboard.figures.waterfall import Step
from dashboard.format import round_half_up
from models.domain.money import Money
from models.domain.valuation import GapBridge


@dataclass(frozen=True, slots=True)
class ShownGap:
    """The gap in one unit, in major units: promised less tied is late, unseen and short together."""

    unit: Unit
    promised: Decimal
    tied: Decimal
    late: Decimal
    unseen: Decimal
    short: Decimal

    @property
    def difference(self) -> Decimal:
        """Promised less tied out; negative where more ties out than was promised."""
        return self.promised - self.tied


def cast_gap(gap: GapBridge) -> ShownGap:
    """Return the gap as it is shown: both ends rounded, the parts cast between them (largest remainder)."""
    unit = common_unit([gap.tied_out, gap.case_to_date])
    if unit.decimals and abs(unit.scale.apply(gap.gap.major)) < 1:
        unit = finer_unit(unit)  # the parts of a gap that is small beside its ends would all round to the same
    promised, tied = (_round(money, unit) for money in (gap.case_to_date, gap.tied_out))
    parts = (gap.late_recoverable.major, gap.not_yet_evidenced.major, gap.short.major)
    late, unseen, short = cast_parts(parts, promised - tied, unit)
    return ShownGap(unit, promised, tied, late, unseen, short)


def cast_parts(parts: Sequence[Decimal], total: Decimal, unit: Unit) -> list[Decimal]:
    """Return parts rounded in a unit so that they add up to a total that is already rounded (largest remainder)."""
    step = Decimal(1).scaleb(unit.scale.value[1] - unit.decimals)
    floors = [int((part / step).to_integral_value(rounding="ROUND_FLOOR")) for part in parts]
    if not parts:
        return []
    each, left = divmod(int(total / step) - sum(floors), len(parts))
    by_remainder = sorted(range(len(parts)), key=lambda i: (floors[i] - parts[i] / step, i))
    extra = dict.fromkeys(by_remainder[:left], 1)
    return [(floor + each + extra.get(i, 0)) * step for i, floor in enumerate(floors)]


def gap_steps(gap: GapBridge, link: Link) -> list[Step]:
    """Return the bars promised by now -> late -> not yet evidenced -> short -> tied out; all digits on hover."""
    shown, case, tied = cast_gap(gap), link("case"), link("tied_out")
    last = "short" if shown.short >= 0 else "more than its case elsewhere"
    return [
        replace(
            total_step("Promised by now", gap.case_to_date, shown.unit, case, theme.fill_plan()),
            text=shown.unit.number(shown.promised),
        ),
        _part("late, recoverable within the horizon", gap.late_recoverable, shown.late, shown.unit, case),
        _part("not yet evidenced", gap.not_yet_evidenced, shown.unseen, shown.unit, case),
        _part(last, gap.short, shown.short, shown.unit, tied),
        total_step("Tied out", gap.tied_out, shown.unit, tied),
    ]


def draw_gap(gap: GapBridge, link: Link) -> theme.Figure:
    """Return the bridge from what was promised by now to what ties out."""
    return draw_bridge(gap_steps(gap, link), row_height=56)


def _part(label: str, money: Money, shown: Decimal, unit: Unit, href: str) -> Step:
    return replace(change_step(label, -money, unit, href), text=unit.variance(-shown))


def _round(money: Money, unit: Unit) -> Decimal:
    return round_half_up(unit.scale.apply(money.major), unit.decimals).scaleb(unit.scale.value[1])
