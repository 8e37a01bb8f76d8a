"""The figures that were computed again, printed as an auditor reads them: portfolio, shares, initiatives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from models.domain.money import to_major

_WORDS = (
    ("claimed", "Claimed"),
    ("measured", "Measured"),
    ("realised", "Realised"),
    ("realised_cashable", "Realised cashable"),
    ("tied_out", "Tied out"),
    ("invested", "Invested"),
    ("net", "Net"),
    ("case_to_date", "Case to date"),
    ("npv_since_approval", "NPV since approval"),
    ("npv_go_forward", "NPV go-forward"),
)
_SHARES = (("by_grade", "grade"), ("by_class", "benefit_class"), ("by_tie_state", "state"))


def print_figures(
    figures: Mapping[str, Any], initiatives: Sequence[Mapping[str, Any]], only: str, say: Callable[[str], None]
) -> None:
    """Print the figures of the portfolio and of each initiative; of one initiative alone if it is named."""
    if not only:
        say("")
        say(_line("Portfolio", "low", "point", "high"))
        for text in _figure_lines(figures):
            say(text)
    for initiative in initiatives:
        if only in {"", initiative["key"]}:
            say("")
            say(_line(f"{initiative['key']} {initiative['name']}", "low", "point", "high"))
            for text in _figure_lines(initiative["figures"]):
                say(text)
    say("")


def _figure_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    for name, words in _WORDS:
        figure = figures[name]
        if figure is None:
            yield _line(f"  {words}", "", "n/a", "")
        elif "amount_minor" in figure:
            yield _line(f"  {words}", "", _text(figure["amount_minor"], figure["currency"]), "")
        else:
            ends = (_text(figure[f"{end}_minor"], figure["currency"]) for end in ("low", "point", "high"))
            yield _line(f"  {words}", *ends)
    for name, kind in _SHARES:
        table = figures[name]
        for values in table["rows"] if table else ():
            row = dict(zip(table["fields"], values, strict=True))
            money = row["realised"]
            words = f"  realised, {'grade E' if kind == 'grade' else ''}{row[kind]}".replace("_", " ")
            yield _line(words, "", _text(money["amount_minor"], money["currency"]), "")


def _text(amount_minor: int, currency: str) -> str:
    return f"{to_major(amount_minor, currency):,}"


def _line(words: str, low: str, point: str, high: str) -> str:
    return f"{words[:46]:<46}{low:>20}{point:>20}{high:>20}"
