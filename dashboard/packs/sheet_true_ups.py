"""The sheets of what later knowledge says of locked periods, and of what owners expect beside the model."""

from __future__ import annotations

from dashboard.packs.cells import FIRST_ROW, Cell, Column, Formula, Number, Sheet, Typed
from dashboard.packs.content import SHARED, PackContent
from dashboard.packs.sheet_inputs import Inputs, last_day
from models.domain.money import to_major
from models.domain.true_up import TrueUp, TrueUpKind, TrueUpReason

TRUE_UPS = (
    Column("no", "No", Number.COUNT, 6),
    Column("initiative", "Initiative", width=16),
    Column("kind", "Kind", width=10),
    Column("subject", "Subject", width=20),
    Column("name", "Name", width=34),
    Column("span", "Of the locked periods", width=24),
    Column("posted_in", "Posted in", width=24),
    Column("is_pending", "Pending (1 = yes)", Number.COUNT, 9),
    Column("amount", "Amount", Number.CENTS, 16),
    Column("realised", "Of it realised", Number.CENTS, 16),
    Column("net", "Benefit less cost", Number.CENTS, 16),
    Column("causes", "Because of (numbers of the sequence)", width=80),
)
OWNERS = (
    Column("no", "No", Number.COUNT, 6),
    Column("initiative", "Initiative", width=16),
    Column("period", "Fiscal period", width=12),
    Column("start_on", "First day", Number.DAY, 13),
    Column("last_on", "Last day", Number.DAY, 13),
    Column("owner", "Owner's forecast (E0)", Number.CENTS, 18),
    Column("model", "Model, same period", Number.CENTS, 18),
    Column("difference", "Owner less model", Number.CENTS, 18),
)


def build_true_ups(content: PackContent) -> Sheet:
    """Return the true-ups of the pack, each with its causes; it is empty while no period was locked."""
    numbers = {ini.key: number for number, ini in enumerate(content.initiatives, start=1)}
    rows = [
        _true_up_row(content.currency, numbers.get(each.initiative, SHARED), each, FIRST_ROW + i)
        for i, each in enumerate(content.summary.true_ups)
    ]
    title = "True-ups: what later knowledge says of locked periods, posted in the first one that is open"
    return Sheet("True-ups", title, f"{content.currency}; locked amounts stand", TRUE_UPS, rows)


def _true_up_row(currency: str, number: int, each: TrueUp, row: int) -> list[Cell]:
    words = ("nowhere: the locked ledger stays" if each.kind is TrueUpKind.BOOKS else each.posted_period or "pending",)
    return [
        number,
        each.initiative,
        Typed(each.kind.value),
        each.subject,
        each.name,
        each.span,
        *words,
        Typed(int(each.is_pending)),
        Typed(to_major(each.amount_minor, currency)),
        Typed(to_major(each.realised_minor, currency)),
        Formula(f'IF(C{row}="{TrueUpKind.COST.value}",-I{row},I{row})', to_major(each.net_minor, currency)),
        "; ".join(_reason(reason) for reason in each.reasons),
    ]


def _reason(reason: TrueUpReason) -> str:
    loads = ", ".join(map(str, reason.load_seqs))
    return f"{reason.cause.label}: {loads}" if loads else reason.cause.label


def build_owners(content: PackContent, inputs: Inputs) -> Sheet:
    """Return what owners forecast by fiscal period after as-of, beside the model of the same periods."""
    rows: list[list[Cell]] = []
    for number, ini in enumerate(content.initiatives, start=1):
        first = inputs.case_places.get(ini.key, (0, 0))[0]
        path = {point.start_on: (first + i, point.period_minor) for i, point in enumerate(ini.cumulative)}
        for month in ini.owner_forecast:
            row, (place, amount) = FIRST_ROW + len(rows), path.get(month.start_on, (0, None))
            model = to_major(month.model_minor, content.currency)
            is_linked = amount == month.model_minor
            rows.append([
                number, ini.key, month.period, Typed(month.start_on), Typed(last_day(month.end_on)),
                Typed(to_major(month.owner_minor, content.currency)),
                Formula(inputs.case.cell("benefit", place), model, is_link=True) if is_linked else Typed(model),
                Formula(f"F{row}-G{row}", to_major(month.owner_minor - month.model_minor, content.currency)),
            ])  # fmt: skip
    title = "Owners' forecasts (E0) beside the model: the same fiscal periods, in no figure"
    return Sheet("Owner forecast", title, content.currency, OWNERS, rows)
