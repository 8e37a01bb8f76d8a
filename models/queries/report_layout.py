"""Reports as flat rows for CSV and as text for a terminal; the numbers are those of the document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.queries.ledger_report import ledger_rows

_SCALARS = ("key", "name", "owner", "stage", "grade", "invested", "claimed")
_RANGES = (
    "measured",
    "realised",
    "realised_cashable",
    "tied_out",
    "net",
    "realisation_rate",
    "roi_to_date",
    "roi_horizon",
)


def report_rows(what: str, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a report as flat rows of one width, for CSV."""
    as_of = {name: document.get(name) for name in ("as_of", "period_state", "as_known_on", "currency", "level")}
    if what == "evidence":
        rows = [dict(line) for line in document["lines"]]
    elif what == "ledger":
        rows = ledger_rows(document)
    else:
        sources = document["initiatives"] if what == "portfolio" else [document]
        total = [] if what == "initiative" else [{**document, "key": "", "name": "all", "owner": "", "stage": ""}]
        rows = [_flat(each) for each in [*total, *sources]]
    return [{**row, **as_of} for row in rows]


def _flat(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scalars of a document of figures, ranges as three columns."""
    names = ("key", "name", "owner", "stage", "grade", "invested", "claimed")
    ranges = (
        "measured",
        "realised",
        "realised_cashable",
        "tied_out",
        "net",
        "realisation_rate",
        "in_year",
        "run_rate",
        "full_year",
        "roi_to_date",
        "roi_horizon",
        "npv_since_approval",
        "npv_go_forward",
    )
    others = ("case_to_date", "not_yet_evidenced", "probability_of_payback")
    row: dict[str, Any] = {name: document.get(name) for name in names}
    for name in ranges:
        for part in ("low", "point", "high"):
            row[f"{name}_{part}"] = (document.get(name) or {}).get(part)
    row.update({name: document.get(name) for name in others})
    views = (document.get("views") or {}).get("to_date") or {}
    row.update({f"{name}_to_date": views.get(name) for name in ("ebitda", "ebit", "cash")})
    row["not_estimable"] = (document.get("not_estimable") or {}).get("reason")
    return row


def report_text(what: str, document: Mapping[str, Any]) -> str:
    """Return a report for reading in a terminal; numbers as in the document."""
    head = f"{what} as of {document['as_of']} ({document['as_of_period']}), known on {document['as_known_on']}, "
    head += f"{document['currency']}, {document['rate_set']} rates, {document['level']:.0%} intervals"
    head += f", period {document['period_state'].replace('_', '-')}"
    if document["is_provisional"]:
        head += ", provisional"
    rows = report_rows(what, document)
    if what == "portfolio":
        table = _table(_portfolio_columns(rows[1:]))
        return "\n".join([head, *_text_of_figures(document), "", *table, *_text_beside(document)])
    if what == "initiative":
        lines = [f"{line['name']}: {_words(line)}" for line in document["lines"]]
        return "\n".join(
            [
                head,
                f"{document['name']} ({document['stage']})",
                *_text_of_figures(document),
                "",
                *lines,
                *_text_beside(document),
            ]
        )
    if what == "evidence":
        columns = ("initiative", "benefit_line", "status", "grade", "design", "measured", "reason")
        return "\n".join([head, "", *_table([{name: row.get(name) for name in columns} for row in rows])])
    return "\n".join([head, "", *_text_of_ledger(document), *_text_beside(document)])


def _text_of_ledger(document: Mapping[str, Any]) -> list[str]:
    """Return identities, entries by their parts, over-claims, control totals and ageing."""
    kept = ("pl_line", "entity", "cost_centre", "fiscal_year", "initiative", "benefit_line", "grade")
    parts = [
        {**{name: entry[name] for name in kept}, **part} for entry in document["entries"] for part in entry["parts"]
    ]
    control = document["control"]
    over = [
        {**claim, "initiatives": ", ".join(f"{key} {held}" for key, held in claim["by_initiative"].items())}
        for claim in document["over_claims"]
    ]
    columns = (*kept[:4], "entries", "movement", "excess", "initiatives")
    return [
        f"books {document['ledger_basis']}",
        *(
            f"{each['left']} {each['left_amount']} - {each['right']} {each['right_amount']}: "
            f"difference {each['difference']}"
            for each in document["identities"]
        ),
        *(f"{state.replace('_', ' ')} {amount}" for state, amount in document["by_tie_state"].items()),
        f"trial balances: {control['agreed']} of {control['posted']} agree",
        *(each["reason"] for each in control["differences"]),
        "",
        *_table(parts),
        "",
        "held beyond what the line moved:",
        *_table([{name: claim[name] for name in columns} for claim in over]),
        "",
        "waiting, by fiscal periods since posting:",
        *_table(document["ageing"]),
    ]


def _text_beside(document: Mapping[str, Any]) -> list[str]:
    """Return what stands beside the table: amounts of several initiatives that are not shared out, what is left out."""
    shared = [
        {**row, "initiatives": ", ".join(row["initiatives"]), "entity": row["entity"] or "all"}
        for row in document.get("unshared", ())
    ]
    lines = ["", "not shared out (in the totals, in no initiative's tied out):", *_table(shared)] if shared else []
    reasons = document.get("reasons", ())
    return [*lines, *(["", "what the figures leave out:", *(f"- {reason}" for reason in reasons)] if reasons else [])]


def _text_of_figures(document: Mapping[str, Any]) -> list[str]:
    names = (
        "claimed", "measured", "realised", "realised_cashable", "tied_out", "invested", "net", "case_to_date",
        "not_yet_evidenced", "realisation_rate", "in_year", "run_rate", "full_year", "roi_to_date", "roi_horizon",
        "npv_since_approval", "npv_go_forward",
        "probability_of_payback",
    )  # fmt: skip
    lines = [f"{name.replace('_', ' '):24} {_words_of(document[name])}" for name in names]
    for split in ("by_grade", "by_class", "by_tie_state"):
        parts = ", ".join(f"{key.replace('_', ' ')} {amount}" for key, amount in document[split].items())
        lines.append(f"{'realised ' + split.replace('_', ' '):24} {parts or 'n/a'}")
    return lines


def _portfolio_columns(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = {
        "key": "key",
        "name": "name",
        "stage": "stage",
        "grade": "grade",
        "invested": "invested",
        "tied_out_point": "tied_out",
    }
    return [
        {title: row[name] for name, title in names.items()} | {"not_estimable": row["not_estimable"]} for row in rows
    ]


def _table(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return ["(none)"]
    names = list(rows[0])
    cells = [[_words_of(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(row[i]) for row in cells)) for i, name in enumerate(names)]
    lines = ["  ".join(name.replace("_", " ").ljust(width) for name, width in zip(names, widths, strict=True)).rstrip()]
    lines += ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return lines


def _words_of(value: Any) -> str:
    if value is None or value == "":
        return "n/a"
    if isinstance(value, Mapping):
        return f"{value['point']} ({value['low']} to {value['high']})"
    return str(value)


def _words(line: Mapping[str, Any]) -> str:
    return f"{line['grade']}, measured {_words_of(line['measured'])}" if line["measured"] else str(line["reason"])
