"""The pictures of a P&L line: what it moved beyond its flexed reference, and what is held against that movement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.figures import theme
from dashboard.figures.axes import money_axis, padded_range, period_axis
from dashboard.figures.bridge import draw_bridge
from dashboard.figures.cascade import change_step, total_step
from dashboard.figures.labels import EndLabel, place_end_labels
from dashboard.figures.unit import Unit, common_unit
from dashboard.figures.waterfall import Step
from dashboard.format import format_exact
from models.domain.ledger import LedgerCell, LedgerComponent
from models.domain.money import Money, to_major

_ORDER = {component: place for place, component in enumerate(LedgerComponent)}
HEIGHT = 300
PLOT_HEIGHT = 250


@dataclass(frozen=True, slots=True)
class Movement:
    """What a line moved beyond its flexed reference over some periods, row by row, in minor units.

    `rows` are the rows after the flex and before the actual, summed over the periods, by component and initiative.
    """

    reference_minor: int
    flexed_minor: int
    actual_minor: int
    rows: Mapping[tuple[LedgerComponent, str], int]

    @property
    def moved_minor(self) -> int:
        """Actual less flexed reference."""
        return self.actual_minor - self.flexed_minor

    @property
    def cost_minor(self) -> int:
        """Costs of initiatives that stand on the line, in profit terms."""
        return sum(amount for (component, _), amount in self.rows.items() if component.is_cost)

    @property
    def free_minor(self) -> int:
        """What the line moved beyond its flexed reference and those costs: what entries are held against."""
        return self.moved_minor - self.cost_minor


def sum_cells(cells: Sequence[LedgerCell]) -> Movement:
    """Return the cells of some periods as one; periods without a reference are left out."""
    known = [cell for cell in cells if cell.reference_scenario]
    rows: dict[tuple[LedgerComponent, str], int] = {}
    for row in (row for cell in known for row in cell.rows):
        if not row.component.is_flex and row.component is not LedgerComponent.ACTUAL:
            key = (row.component, row.initiative)
            rows[key] = rows.get(key, 0) + row.amount_minor
    return Movement(
        reference_minor=sum(cell.amount_of(LedgerComponent.REFERENCE) for cell in known),
        flexed_minor=sum(cell.flexed_reference_minor for cell in known),
        actual_minor=sum(cell.amount_of(LedgerComponent.ACTUAL) for cell in known),
        rows=dict(sorted(rows.items(), key=lambda item: (_ORDER[item[0][0]], item[0][1]))),
    )


def draw_movement(
    movement: Movement, names: Mapping[str, str], links: Mapping[str, str], currency: str, *, actual_link: str
) -> theme.Figure:
    """Return the bridge from the flexed reference (zero) over initiatives, run cost and unexplained to the actual.

    Rows of nothing are left to the table.

    Parameters
    ----------
    movement
        From `sum_cells`.
    names, links
        Name and address of each initiative by key; one without a name is among "other initiatives".
    currency
        Of the amounts.
    actual_link
        The P&L rows behind the actual.
    """
    unit = movement_unit(movement, currency)
    steps: list[Step] = []
    for (component, initiative), amount in movement.rows.items():
        if amount == 0:
            continue
        is_variance = component is not LedgerComponent.UNEXPLAINED
        href = links.get(initiative, actual_link)
        label = _row_label(component, initiative, names)
        steps.append(change_step(label, Money(amount, currency), unit, href, is_variance=is_variance))
    moved = Money(movement.moved_minor, currency)
    return draw_bridge([*steps, total_step("Actual less flexed reference", moved, unit, actual_link)])


def movement_unit(movement: Movement, currency: str) -> Unit:
    """Return the unit of the bridge of a line."""
    return common_unit([to_major(amount, currency) for amount in (*movement.rows.values(), movement.moved_minor)])


def _row_label(component: LedgerComponent, initiative: str, names: Mapping[str, str]) -> str:
    if not initiative:
        return component.label
    name = names.get(initiative, "other initiatives")
    return name if component is LedgerComponent.INITIATIVE else f"{component.label}, {name}"


def draw_movement_history(cells: Sequence[LedgerCell], currency: str, links: Mapping[str, str]) -> theme.Figure:
    """Return by fiscal period what the line moved beyond its flex (columns) and the initiatives held against it (line).

    `links` leads from a fiscal period to the P&L rows behind it.
    """
    known = [cell for cell in cells if cell.reference_scenario]
    periods = [cell.period for cell in known]
    moved = [cell.amount_of(LedgerComponent.ACTUAL) - cell.flexed_reference_minor for cell in known]
    held = [cell.amount_of(LedgerComponent.INITIATIVE) for cell in known]
    moved_major, held_major = ([float(to_major(amount, currency)) for amount in amounts] for amounts in (moved, held))
    low, high = padded_range([*moved_major, *held_major])
    return theme.make_figure(
        [
            {
                "type": "bar",
                "x": periods,
                "y": moved_major,
                "name": "Moved",
                "hovertemplate": "%{customdata[0]}<extra></extra>",
                "marker": theme.fill_per_point([theme.fill_variance(amount >= 0) for amount in moved]),
                "customdata": [
                    _point(cell.period, "moved", amount, currency, links)
                    for cell, amount in zip(known, moved, strict=True)
                ],
            },
            {
                "type": "scatter",
                "mode": "lines",
                "x": periods,
                "y": held_major,
                "name": "Initiatives",
                "line": theme.line_actual(),
                "hovertemplate": "%{customdata[0]}<extra></extra>",
                "customdata": [
                    _point(cell.period, "initiatives", amount, currency, links)
                    for cell, amount in zip(known, held, strict=True)
                ],
            },
        ],
        height=HEIGHT,
        margin={"l": 8, "r": 84, "t": 12, "b": 8},
        bargap=0.3,
        annotations=place_end_labels(
            [EndLabel("Initiatives", len(periods) - 0.6, held_major[-1], is_strong=True)] if periods else [],
            low=low,
            high=high,
            height=PLOT_HEIGHT,
        ),
        xaxis=period_axis(periods),
        yaxis=money_axis(low, high),
    )


def _point(period: str, what: str, amount_minor: int, currency: str, links: Mapping[str, str]) -> list[str]:
    return [f"{period}, {what}: {format_exact(Money(amount_minor, currency), currency)}", links.get(period, "")]
