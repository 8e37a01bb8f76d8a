"""How one person reads one publication: what is kept in links, what they may open, what stands under every chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from dash import dcc
from dash.development.base_component import Component

from dashboard.components.portfolio_words import footer_text
from dashboard.figures.cascade import Link, figure_link
from dashboard.format import format_date, format_words
from dashboard.ids import initiative_path, ledger_path
from models.domain.joint import JOINT_PREFIX
from models.domain.valuation import PublicationContext

OUT_OF_SCOPE = "an initiative outside your scope"
JOINT_WORDS = "a joint effect"


@dataclass(frozen=True, slots=True)
class Reading:
    """A person's reading of a publication.

    `known_on` is the date of knowledge in the address (None: latest); `names` are the initiatives in scope by key,
    `lines` the P&L lines by key; `filters` says in words what is left out, `asked` are the filters of the address.
    """

    context: PublicationContext
    known_on: date | None
    may_open_ledger: bool
    names: Mapping[str, str]
    lines: Mapping[str, str]
    filters: str = ""
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """The currency of the publication."""
        return self.context.currency

    def footer(self, source: str, grade: str = "") -> str:
        """Return the footer of a chart: source, grade, dates, currency, rate set, level, scope."""
        return footer_text(self.context, source, grade)

    def source(self, source: str) -> str:
        """Return the short footer of a list: source, as-of, currency and rate set."""
        return (
            f"Source: {source} · as of {format_date(self.context.as_of)} · {self.currency}, "
            f"{format_words(self.context.rate_set)} rates"
        )

    def figure_link(self, initiative: str | None = None) -> Link:
        """Return what gives the lineage address of a named figure."""
        return figure_link(initiative, self.known_on)

    def initiative(self, key: str) -> str | Component:
        """Return the name of an initiative as a link to its page; out of scope it has no name.

        What several initiatives share until a rule is signed leads to the overlaps.
        """
        if key.startswith(JOINT_PREFIX):
            return dcc.Link(self.names.get(key, JOINT_WORDS), href=initiative_path(key, self.known_on))
        if key not in self.names:
            return OUT_OF_SCOPE
        return dcc.Link(self.names[key], href=initiative_path(key, self.known_on))

    def pl_line(self, key: str) -> str | Component:
        """Return the name of a P&L line, as a link where the person may open the ledger."""
        name = self.lines.get(key, key) or "no P&L line"
        if not key or not self.may_open_ledger:
            return name
        return dcc.Link(name, href=ledger_path(key, self.known_on))
