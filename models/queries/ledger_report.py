"""The ledger of `tieout report ledger`: everything that the ledger page shows, money as decimal strings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from models.domain.ledger import AgeRow, Entry, Ledger, LedgerLine, OverClaim, TieState, UnsharedRow
from models.domain.ledger_proof import AGE_LABELS
from models.domain.money import to_major
from models.domain.valuation import LedgerView

Document = dict[str, Any]


def ledger_document(view: LedgerView) -> Document:
    """Return the ledger: identities, states, lines at every level with cells and tests, entries, and what proves it."""
    ledger, currency = view.ledger, view.context.currency

    def money(amount: int | None) -> str | None:
        return None if amount is None else str(to_major(amount, currency))

    return {
        "ledger_basis": ledger.basis.label,
        "realised": {
            "low": str(view.realised.low),
            "point": str(view.realised.point),
            "high": str(view.realised.high),
        },
        "by_tie_state": {share.state.value: str(share.realised.major) for share in view.by_tie_state},
        "identities": [
            {
                "left": each.left,
                "left_amount": money(each.left_minor),
                "right": each.right,
                "right_amount": money(each.right_minor),
                "difference": money(each.difference_minor),
            }
            for each in view.identities
        ],
        "control": _control(ledger),
        "lines": [_line(line, currency) for line in ledger.lines],
        "entries": [entry_document(entry, currency) for entry in ledger.entries],
        "unshared": [unshared_document(row, currency) for row in ledger.unshared],
        "over_claims": [_over_claim(claim, currency) for claim in ledger.over_claims],
        "held_by_budget": [
            {
                "initiative": held.initiative,
                "benefit_line": held.benefit_line,
                "pl_line": held.pl_line,
                "entity": held.entity,
                "cost_centre": held.cost_centre,
                "fiscal_year": held.fiscal_year,
                "amount": money(held.amount_minor),
                "budget_version": held.budget_version,
            }
            for held in ledger.held_by_budget
        ],
        "ageing": [_age(row, currency) for row in ledger.ageing],
        "claims": [
            {
                "claimant": claim.claimant,
                "grade": "E0",
                "initiative": claim.initiative,
                "benefit_line": claim.benefit_line,
                "pl_line": claim.pl_line,
                "entity": claim.entity,
                "cost_centre": claim.cost_centre,
                "fiscal_year": claim.fiscal_year,
                "amount": money(claim.amount_minor),
            }
            for claim in ledger.claims
        ],
        "unlocated_cost": money(ledger.unlocated_cost_minor),
        "reasons": list(ledger.reasons),
    }


def entry_document(entry: Entry, currency: str) -> Document:
    """Return an entry with its parts by state."""
    return {
        "pl_line": entry.pl_line,
        "entity": entry.entity,
        "cost_centre": entry.cost_centre,
        "fiscal_year": entry.fiscal_year,
        "initiative": entry.initiative,
        "benefit_line": entry.benefit_line,
        "grade": entry.grade.label,
        "amount": str(to_major(entry.amount_minor, currency)),
        "tied_out": str(to_major(entry.tied_minor, currency)),
        "state": entry.state.value,
        "reason": entry.reason,
        "parts": [
            {"state": part.state.value, "amount": str(to_major(part.amount_minor, currency)), "reason": part.reason}
            for part in entry.parts
        ],
    }


def unshared_document(row: UnsharedRow, currency: str) -> Document:
    """Return what several initiatives share on a short line."""
    return {
        "pl_line": row.pl_line,
        "entity": row.entity,
        "cost_centre": row.cost_centre,
        "fiscal_year": row.fiscal_year,
        "initiatives": list(row.initiatives),
        "entries": str(to_major(row.entries_minor, currency)),
        "tied_out": str(to_major(row.tied_minor, currency)),
        "short": str(to_major(row.short_minor, currency)),
        "rest_state": row.rest_state.value,
    }


def _over_claim(claim: OverClaim, currency: str) -> Document:
    return {
        "pl_line": claim.pl_line,
        "name": claim.name,
        "entity": claim.entity,
        "cost_centre": claim.cost_centre,
        "fiscal_year": claim.fiscal_year,
        "entries": str(to_major(claim.entries_minor, currency)),
        "movement": str(to_major(claim.movement_minor, currency)),
        "excess": str(to_major(claim.excess_minor, currency)),
        "is_double_count": claim.is_double_count,
        "initiatives": list(claim.initiatives),
        "by_initiative": {each.initiative: str(to_major(each.amount_minor, currency)) for each in claim.entries},
    }


def _control(ledger: Ledger) -> Document:
    return {
        "agreed": len(ledger.controls) - len(ledger.disagreements),
        "posted": len(ledger.controls),
        "differences": [
            {
                "entity": control.entity,
                "period": control.period,
                "scenario": control.scenario,
                "currency": control.currency,
                "rows": str(to_major(control.rows_minor, control.currency)),
                "row_count": control.row_count,
                "trial_balance": str(to_major(control.stated_minor, control.currency)),
                "trial_balance_rows": control.stated_count,
                "difference": str(to_major(control.difference_minor, control.currency)),
                "reason": control.sentence,
            }
            for control in ledger.disagreements
        ],
    }


def _age(row: AgeRow, currency: str) -> Document:
    return {
        "initiative": row.initiative,
        "state": row.state,
        "oldest_period": row.oldest_period,
        **{
            f"periods_{label.replace('-', '_to_').replace(' ', '_')}": str(to_major(amount, currency))
            for label, amount in zip(AGE_LABELS, row.amounts_minor, strict=True)
        },
        "total": str(to_major(row.total_minor, currency)),
    }


def _line(line: LedgerLine, currency: str) -> Document:
    def money(amount: int | None) -> str | None:
        return None if amount is None else str(to_major(amount, currency))

    return {
        "pl_line": line.pl_line,
        "name": line.name,
        "kind": line.kind,
        "entity": line.entity,
        "cost_centre": line.cost_centre,
        "level": line.level.value,
        "is_roll_up": line.is_roll_up,
        "cells": [
            {
                "period": cell.period,
                "reference": cell.reference_scenario,
                "is_closed": cell.is_closed,
                "control": cell.control,
                "unexplained_low": money(cell.unexplained_low_minor),
                "unexplained_high": money(cell.unexplained_high_minor),
                "rows": [
                    {
                        "component": row.component.value,
                        "initiative": row.initiative,
                        "amount": money(row.amount_minor),
                    }
                    for row in cell.rows
                ],
            }
            for cell in line.cells
        ],
        "tests": [
            {
                "fiscal_year": test.fiscal_year,
                "periods": f"{test.first_period} to {test.last_period}",
                "entries": money(test.entries_minor),
                "movement": money(test.movement_minor),
                "noise": money(test.noise_minor),
                "short": money(test.short_minor),
                "supported": money(test.supported_minor),
                "state": test.state.value,
                "initiatives": list(test.initiatives),
                "reason": test.reason,
            }
            for test in line.tests
        ],
    }


#: Columns of the ledger as one table: each row is of a section and leaves out what is not its own.
_COLUMNS = (
    "section", "pl_line", "name", "entity", "cost_centre", "level", "period", "reference", "component", "initiative",
    "benefit_line", "grade", "state", "amount", "beside", "difference", "reason",
)  # fmt: skip


def ledger_rows(document: Mapping[str, Any]) -> list[Document]:
    """Return the whole ledger as flat rows of one width, for CSV."""
    basis = {"ledger_basis": document["ledger_basis"]}
    return [{**dict.fromkeys(_COLUMNS), **row, **basis} for row in _sections(document)]


def _sections(document: Mapping[str, Any]) -> Iterator[Document]:
    for line in document["lines"]:
        place = {name: line[name] for name in ("pl_line", "name", "entity", "cost_centre", "level")}
        for cell in line["cells"]:
            head = {"period": cell["period"], "reference": cell["reference"], "reason": cell["control"]}
            for row in cell["rows"]:
                yield {"section": "cell", **place, **head, **row}
    for entry in document["entries"]:
        kept = ("pl_line", "entity", "cost_centre", "initiative", "benefit_line", "grade")
        for part in entry["parts"]:
            yield {"section": "entry", **_some(entry, *kept), "period": entry["fiscal_year"], **part}
    yield from _beside_entries(document)
    for claim in document["over_claims"]:
        place = _some(claim, "pl_line", "name", "entity", "cost_centre")
        for initiative, amount in claim["by_initiative"].items():
            yield {
                "section": "over_claim",
                **place,
                "period": claim["fiscal_year"],
                "initiative": initiative,
                "amount": amount,
                "beside": claim["movement"],
                "difference": claim["excess"],
            }
    for control in document["control"]["differences"]:
        yield {
            "section": "control",
            **_some(control, "entity", "period", "difference", "reason"),
            "amount": control["rows"],
            "beside": control["trial_balance"],
        }
    for row in document["ageing"]:
        yield {
            "section": "ageing",
            **_some(row, "initiative", "state"),
            "period": row["oldest_period"],
            "amount": row["total"],
        }
    for claim in document["claims"]:
        asserted = ("pl_line", "entity", "cost_centre", "initiative", "benefit_line", "grade", "amount")
        yield {
            "section": "claim",
            **_some(claim, *asserted),
            "period": claim["fiscal_year"],
            "component": claim["claimant"],
        }
    for each in document["identities"]:
        yield {
            "section": "identity",
            "name": f"{each['left']} = {each['right']}",
            "amount": each["left_amount"],
            "beside": each["right_amount"],
            "difference": each["difference"],
        }


def _beside_entries(document: Mapping[str, Any]) -> Iterator[Document]:
    """Rows of what is shared, of the states that all entries sum to, and of what the budget holds already."""
    for row in document["unshared"]:  # moves what all tie out together from the state of their entries
        place = {**_some(row, "pl_line", "entity", "cost_centre"), "period": row["fiscal_year"]}
        joined = {"section": "unshared", **place, "initiative": " + ".join(row["initiatives"])}
        yield {**joined, "state": TieState.TIED_OUT.value, "amount": row["tied_out"]}
        yield {**joined, "state": row["rest_state"], "amount": str(-Decimal(row["tied_out"]))}
    for state, amount in document["by_tie_state"].items():
        yield {"section": "state", "state": state, "amount": amount}
    for held in document["held_by_budget"]:
        kept = ("pl_line", "entity", "cost_centre", "initiative", "benefit_line", "amount")
        yield {
            "section": "held_by_budget",
            **_some(held, *kept),
            "period": held["fiscal_year"],
            "reference": f"budget {held['budget_version']}".strip(),
        }


def _some(source: Mapping[str, Any], *names: str) -> Document:
    return {name: source[name] for name in names}
