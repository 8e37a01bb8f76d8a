"""What a pack is made from: one reading of one publication, in a person's scope and through the filters of the address.

The workbook and the board pack are both made from it, so that they cannot know different figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from dashboard.components.portfolio_filters import PortfolioFilter
from dashboard.components.portfolio_reading import OUT_OF_SCOPE
from dashboard.format import format_words
from models.domain.benefit_line import LineValuation
from models.domain.errors import NotFoundError
from models.domain.ledger import Ledger, LedgerCell, LedgerComponent, LedgerLine, LedgerRow
from models.domain.people import Permission, Person, require
from models.domain.spend import UnitEconomics
from models.domain.valuation import InitiativeValuation, PortfolioSummary, PublicationContext
from models.queries.lineage import FigureLineage, LineageFigure, figure_lineage
from models.queries.portfolio import ledger_view, portfolio_summary
from models.queries.strip import describe_scope
from models.queries.unit_economics import unit_economics
from models.store.engine import Store
from models.store.unit_of_work import read

NOTHING = "nothing has been valued yet; post extracts, then run tieout estimate and tieout value"
#: Number and key of what several initiatives have together and nobody alone.
SHARED, JOINT = 0, "joint, unshared"
#: Unit economics draw again for each initiative: so many of the ranking, as many as have a slide of their own.
MOST_ECONOMICS = 50
_WALKED = (LineageFigure.INVESTED, LineageFigure.CLAIMED, LineageFigure.CASE)


@dataclass(frozen=True, slots=True)
class PackRequest:
    """What is asked for: the filters of the address, one initiative by key (empty: all), the date of knowledge."""

    chosen: PortfolioFilter = field(default_factory=PortfolioFilter)
    initiative: str = ""
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class PackContent:
    """What a pack holds.

    `ledger` has the P&L lines that the initiatives of the pack are held against, None where the person's role has no
    ledger; `no_ledger` then says so. `filters` and `scope` say in words what is left out and whose initiatives are in
    it; `sources` are the rows behind what was typed, by figure, empty for a role without lineage. `economics` are of
    the first initiatives of the ranking.
    """

    summary: PortfolioSummary
    ledger: Ledger | None
    no_ledger: str
    initiative: str
    filters: str
    scope: str
    role: str
    person_name: str
    made_at: datetime
    sources: Mapping[LineageFigure, FigureLineage]
    is_filtered: bool
    economics: tuple[UnitEconomics, ...] = ()

    @property
    def context(self) -> PublicationContext:
        """As of, as known on, currency, rates and level of every figure."""
        return self.summary.context

    @property
    def currency(self) -> str:
        """The currency of the publication."""
        return self.summary.context.currency

    @property
    def initiatives(self) -> tuple[InitiativeValuation, ...]:
        """The initiatives of the pack, ranked as on the portfolio page."""
        return self.summary.initiatives

    @property
    def joint_lines(self) -> tuple[LineValuation, ...]:
        """What joint effects leave unshared until a rule is signed: it belongs to no initiative alone."""
        return tuple(joint.unshared for joint in self.summary.joints if joint.unshared is not None)

    def lines(self) -> Iterator[tuple[int, str, LineValuation]]:
        """Yield every benefit line with number and key of its initiative; number 0 is what nobody has alone."""
        for number, ini in enumerate(self.initiatives, start=1):
            for line in ini.lines:
                yield number, ini.key, line
        for line in self.joint_lines:
            yield SHARED, JOINT, line

    @property
    def title(self) -> str:
        """What the pack is about."""
        return self.initiatives[0].name if self.initiative else "AI initiatives: the money that ties out"

    @property
    def filename(self) -> str:
        """A file name without its ending."""
        about = f"-{self.initiative}" if self.initiative else "-filtered" if self.is_filtered else ""
        return f"tieout{about}-{self.context.as_of.isoformat()}"

    @property
    def period_words(self) -> str:
        """The state of the as-of period in words."""
        return format_words(self.summary.period_state)


def read_pack(store: Store, person: Person, request: PackRequest, *, now: datetime) -> PackContent:
    """Return the content of a pack in a person's scope, all of it from one committed state.

    Raises
    ------
    NotPermittedError
        If the person's role does not download packs.
    NotFoundError
        If nothing was published by then, or there is no such initiative that the person may see.
    """
    require(person, Permission.DOWNLOAD_PACK)
    known_on = request.known_on
    with read(store) as session:
        whole = portfolio_summary(session, person, known_on=known_on)
        if whole is None:
            raise NotFoundError(NOTHING)
        keys, words = _chosen_keys(request, whole), _filter_words(request, whole)
        is_filtered = len(keys) < len(whole.initiatives)
        summary = whole
        if is_filtered:
            narrowed = portfolio_summary(session, person, known_on=known_on, initiatives=keys, scope=words)
            summary = narrowed or whole
        view = ledger_view(session, person, known_on=known_on) if person.may(Permission.VIEW_LEDGER) else None
        walked = _WALKED if person.may(Permission.VIEW_LINEAGE) else ()
        only = request.initiative or None
        sources = {
            figure: figure_lineage(session, person, figure.value, initiative=only, known_on=known_on)
            for figure in walked
        }
        economics = tuple(
            unit_economics(session, person, ini.key, known_on=known_on)
            for ini in summary.initiatives[:MOST_ECONOMICS]
            if person.may(Permission.VIEW_INITIATIVE)
        )
    return PackContent(
        summary=summary,
        ledger=None if view is None else _narrow(view.ledger, keys) if is_filtered else view.ledger,
        no_ledger="" if view is not None else "Your role does not include the ledger, which holds every initiative.",
        initiative=request.initiative,
        filters=words or "no filter",
        scope=describe_scope(person),
        role=format_words(person.role.value),
        person_name=person.name,
        made_at=now,
        sources={
            figure: _of_initiatives(lineage, keys) if is_filtered else lineage for figure, lineage in sources.items()
        },
        is_filtered=is_filtered,
        economics=economics,
    )


def _chosen_keys(request: PackRequest, whole: PortfolioSummary) -> set[str]:
    """Return the initiatives that the request names; one out of scope and one that is none read alike."""
    keys = {ini.key for ini in whole.initiatives if request.chosen.keeps(ini) and request.initiative in {"", ini.key}}
    if not keys:
        raise NotFoundError(
            f"there is no initiative {request.initiative}" if request.initiative else "no initiative passes the filters"
        )
    return keys


def _filter_words(request: PackRequest, whole: PortfolioSummary) -> str:
    words = request.chosen.in_words(whole.initiatives)
    if not request.initiative:
        return words
    name = next(ini.name for ini in whole.initiatives if ini.key == request.initiative)
    return ", ".join(part for part in (f"initiative {name}", words) if part)


def _of_initiatives(lineage: FigureLineage, keys: set[str]) -> FigureLineage:
    tables = []
    for table in lineage.tables:
        if "initiative" not in table.columns:
            continue
        place = table.columns.index("initiative")
        tables.append(replace(table, rows=tuple(row for row in table.rows if str(row.values[place]) in keys)))
    return replace(lineage, tables=tuple(tables))


def _narrow(ledger: Ledger, keys: set[str]) -> Ledger:
    """Return the lines that some initiatives are held against; what others hold there is one row without a name."""
    touched = {(each.pl_line, each.entity, each.cost_centre) for each in ledger.entries if each.initiative in keys}
    lines = tuple(_narrow_line(line, keys) for line in ledger.lines if line.key in touched)
    return replace(
        ledger,
        lines=lines,
        entries=tuple(entry for entry in ledger.entries if entry.initiative in keys),
        unshared=tuple(row for row in ledger.unshared if keys.issuperset(row.initiatives)),
        over_claims=tuple(claim for claim in ledger.over_claims if keys.issuperset(claim.initiatives)),
        held_by_budget=tuple(held for held in ledger.held_by_budget if held.initiative in keys),
        ageing=(),
        claims=(),
    )


def _narrow_line(line: LedgerLine, keys: set[str]) -> LedgerLine:
    tests = tuple(replace(test, initiatives=(), reason="") for test in line.tests)
    return replace(line, cells=tuple(_narrow_cell(cell, keys) for cell in line.cells), tests=tests)


def _narrow_cell(cell: LedgerCell, keys: set[str]) -> LedgerCell:
    named = [row for row in cell.rows if not row.initiative or row.initiative in keys]
    others: dict[LedgerComponent, int] = {}
    for row in cell.rows:
        if row.initiative and row.initiative not in keys:
            others[row.component] = others.get(row.component, 0) + row.amount_minor
    lumped = [LedgerRow(component, OUT_OF_SCOPE, amount) for component, amount in others.items()]
    return replace(cell, rows=(*lumped, *named))
