"""The twenty-four initiatives: who owns them, how they were delivered, where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class InitiativeSpec:
    """An initiative; `stages` are (stage, from) in order."""

    key: str
    name: str
    business_unit: str
    owner: str
    delivery_model: str
    archetype: str
    approved_on: date
    stages: tuple[tuple[str, date], ...]
    description: str


def _stages(
    pilot: date, roll_out: date | None = None, production: date | None = None, stopped: date | None = None
) -> tuple[tuple[str, date], ...]:
    dated = (("pilot", pilot), ("roll_out", roll_out), ("production", production), ("stopped", stopped))
    return tuple((stage, from_on) for stage, from_on in dated if from_on is not None)


_JONAS, _SOPHIE, _ADAM = "jonas.reuter", "sophie.lindqvist", "adam.nowicki"
_RACHEL, _DIRK, _EVA, _CLAIRE = "rachel.hargreaves", "dirk.mansfeld", "eva.brandis", "claire.whitmore"

INITIATIVES: tuple[InitiativeSpec, ...] = (
    InitiativeSpec(
        "AP-MATCH",
        "Invoice matching",
        "SHARED",
        _JONAS,
        "buy",
        "automation",
        date(2024, 10, 14),
        _stages(date(2024, 11, 4), date(2025, 2, 3), date(2026, 3, 30)),
        "Matches supplier invoices to goods receipts; agency clerks leave as branches go live.",
    ),
    InitiativeSpec(
        "MASON",
        "Mason, the sales desk copilot",
        "BRANCHES",
        _RACHEL,
        "buy",
        "assistant",
        date(2024, 11, 18),
        _stages(date(2025, 1, 13), date(2025, 3, 17), date(2025, 6, 2)),
        "Drafts quotes and answers for the sales desks. Much liked.",
    ),
    InitiativeSpec(
        "STOCK-FC",
        "Demand forecast for branch stock",
        "BRANCHES",
        _EVA,
        "partner",
        "prediction",
        date(2025, 3, 10),
        _stages(date(2025, 6, 2), date(2025, 10, 1), date(2026, 2, 2)),
        "Forecasts demand by article and lowers order points.",
    ),
    InitiativeSpec(
        "KEEP",
        "Customer retention offers",
        "SALES",
        _SOPHIE,
        "buy",
        "prediction",
        date(2025, 1, 20),
        _stages(date(2025, 3, 3), date(2025, 6, 2), date(2025, 9, 1)),
        "Predicts which contract customers will leave and offers them a discount.",
    ),
    InitiativeSpec(
        "ROUTE",
        "Route optimisation",
        "LOGISTICS",
        _CLAIRE,
        "buy",
        "optimisation",
        date(2024, 12, 2),
        _stages(date(2025, 2, 3), date(2025, 4, 7), date(2025, 7, 7)),
        "Plans delivery tours at hubs to save kilometres.",
    ),
    InitiativeSpec(
        "LOAD",
        "Load building",
        "LOGISTICS",
        _DIRK,
        "embedded",
        "optimisation",
        date(2025, 5, 12),
        _stages(date(2025, 7, 7), date(2025, 9, 1), date(2025, 12, 1)),
        "Builds fuller lorries before hauliers are booked.",
    ),
    InitiativeSpec(
        "KILN",
        "Kiln and dryer tuning",
        "WORKS",
        _ADAM,
        "partner",
        "optimisation",
        date(2025, 1, 13),
        _stages(date(2025, 2, 17), date(2025, 5, 5), date(2025, 12, 1)),
        "Sets burners and dryers from weather and moisture.",
    ),
    InitiativeSpec(
        "QUOTE",
        "Quote engine",
        "SALES",
        _SOPHIE,
        "build",
        "generation",
        date(2024, 9, 16),
        _stages(date(2025, 3, 3), date(2025, 7, 7), date(2025, 11, 3)),
        "Own build: quotes construction projects from drawings.",
    ),
    InitiativeSpec(
        "TENDER",
        "Tender reader",
        "SALES",
        _SOPHIE,
        "partner",
        "assistant",
        date(2025, 2, 10),
        _stages(date(2025, 3, 3)),
        "Reads tender documents. In pilot since March 2025.",
    ),
    InitiativeSpec(
        "VOICE",
        "Voice bot for orders",
        "BRANCHES",
        _RACHEL,
        "buy",
        "assistant",
        date(2025, 7, 7),
        _stages(date(2025, 9, 1), date(2025, 11, 3), date(2026, 2, 2)),
        "Takes telephone orders outside counter hours.",
    ),
    InitiativeSpec(
        "YARD-EYE",
        "Yard cameras against breakage",
        "BRANCHES",
        _EVA,
        "buy",
        "inspection",
        date(2025, 4, 7),
        _stages(date(2025, 6, 2), date(2025, 9, 8), date(2026, 1, 5)),
        "Cameras that warn forklift drivers.",
    ),
    InitiativeSpec(
        "CREDIT",
        "Credit watch",
        "SHARED",
        _JONAS,
        "buy",
        "prediction",
        date(2025, 3, 3),
        _stages(date(2025, 4, 7), date(2025, 7, 1), date(2025, 10, 1)),
        "Warns of customers about to default.",
    ),
    InitiativeSpec(
        "PRICE",
        "Counter price guidance",
        "BRANCHES",
        _EVA,
        "buy",
        "optimisation",
        date(2025, 1, 27),
        _stages(date(2025, 3, 31), date(2025, 6, 30), date(2025, 10, 6)),
        "Proposes counter prices for small orders.",
    ),
    InitiativeSpec(
        "SEARCH",
        "Web shop search and proposals",
        "SALES",
        _SOPHIE,
        "embedded",
        "prediction",
        date(2024, 11, 4),
        _stages(date(2025, 1, 13), date(2025, 3, 10), date(2025, 12, 1)),
        "Search and proposals in the web shop, by region.",
    ),
    InitiativeSpec(
        "SHIFT",
        "Shift planning",
        "BRANCHES",
        _RACHEL,
        "buy",
        "optimisation",
        date(2025, 3, 17),
        _stages(date(2025, 5, 5), date(2025, 8, 1), date(2025, 11, 3)),
        "Plans shifts from forecast orders; fewer agency days.",
    ),
    InitiativeSpec(
        "FLEET",
        "Fleet maintenance forecast",
        "LOGISTICS",
        _CLAIRE,
        "partner",
        "prediction",
        date(2024, 12, 9),
        _stages(date(2025, 2, 3), date(2025, 4, 28), date(2026, 1, 5)),
        "Forecasts which lorries need a workshop.",
    ),
    InitiativeSpec(
        "RETURN",
        "Returns sorting",
        "LOGISTICS",
        _DIRK,
        "buy",
        "inspection",
        date(2026, 4, 13),
        _stages(date(2026, 6, 1), date(2026, 8, 17)),
        "Grades returned goods from pictures.",
    ),
    InitiativeSpec(
        "TRACK",
        "Delivery messages",
        "LOGISTICS",
        _CLAIRE,
        "embedded",
        "generation",
        date(2025, 6, 2),
        _stages(date(2025, 7, 7), date(2025, 9, 1), date(2025, 11, 3)),
        "Tells customers when their delivery arrives.",
    ),
    InitiativeSpec(
        "HIRE",
        "Applicant matching",
        "SHARED",
        _JONAS,
        "buy",
        "assistant",
        date(2025, 9, 15),
        _stages(date(2025, 11, 3), date(2026, 1, 5)),
        "Ranks applicants; time to hire is recorded since it went live.",
    ),
    InitiativeSpec(
        "TARIFF",
        "Tariff code proposals",
        "SHARED",
        _JONAS,
        "buy",
        "automation",
        date(2025, 2, 3),
        _stages(date(2025, 4, 7), date(2025, 6, 2), date(2025, 9, 1)),
        "Proposes customs codes so that fewer lines go to brokers.",
    ),
    InitiativeSpec(
        "IT-DESK",
        "IT desk triage",
        "SHARED",
        _JONAS,
        "buy",
        "automation",
        date(2025, 1, 6),
        _stages(date(2025, 2, 17), date(2025, 4, 28), date(2025, 7, 7)),
        "Answers and routes tickets; less external support.",
    ),
    InitiativeSpec(
        "COPY",
        "Product texts and images",
        "SALES",
        _SOPHIE,
        "buy",
        "generation",
        date(2025, 5, 5),
        _stages(date(2025, 7, 7), date(2025, 9, 1), date(2025, 12, 1)),
        "Writes product texts that agencies used to write.",
    ),
    InitiativeSpec(
        "SHELF",
        "Shelf scanning robots",
        "BRANCHES",
        _EVA,
        "partner",
        "inspection",
        date(2025, 1, 13),
        _stages(date(2025, 3, 3), date(2025, 5, 5), None, date(2026, 3, 2)),
        "Robots that count stock at night; stopped.",
    ),
    InitiativeSpec(
        "TWIN",
        "Works maintenance twin",
        "WORKS",
        _ADAM,
        "partner",
        "prediction",
        date(2026, 6, 8),
        (("idea", date(2026, 6, 8)),),
        "Would forecast breakdowns at the works.",
    ),
)
INITIATIVE_OF = {initiative.key: initiative for initiative in INITIATIVES}
