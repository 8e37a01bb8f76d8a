"""Varnholt Group: an invented European distributor and maker of building materials, its sites and its people.

Three entities book in three currencies; branches sell, works make, regions carry the sales force. Everything here is
fixed: only the numbers measured at these sites depend on the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

GROUP_NAME = "Varnholt Group"
TIME_ZONE = "Europe/Berlin"
REPORTING_CURRENCY = "EUR"
#: Last day counted: the end of FY26-P09 (the fiscal year is the calendar year).
AS_OF = date(2026, 9, 30)


@dataclass(frozen=True, slots=True)
class Entity:
    """A legal entity: company code, currency, and its share of what is not measured at sites."""

    key: str
    name: str
    currency: str
    share: float
    is_credits_negative: bool


ENTITIES = (
    Entity("0100", "Varnholt Baustoffe GmbH", "EUR", 0.50, is_credits_negative=False),
    Entity("0200", "Varnholt Building Supplies Ltd", "GBP", 0.27, is_credits_negative=False),
    Entity("0300", "Varnholt Materiały Budowlane sp. z o.o.", "PLN", 0.23, is_credits_negative=True),
)
ENTITY_KEYS = tuple(entity.key for entity in ENTITIES)
CURRENCY_OF = {entity.key: entity.currency for entity in ENTITIES}
#: Budget rates in EUR per unit of currency, by fiscal year; the zloty is quoted the other way round in files.
BUDGET_RATES: dict[str, dict[int, Decimal]] = {
    "GBP": {2024: Decimal("1.15"), 2025: Decimal("1.17"), 2026: Decimal("1.16")},
    "PLN": {2024: Decimal("4.40"), 2025: Decimal("4.30"), 2026: Decimal("4.25")},
}
QUOTED_PER_EUR = frozenset({"PLN"})


@dataclass(frozen=True, slots=True)
class Site:
    """A unit that KPIs are measured at. `size` scales its level; the mean over each group is near 1."""

    key: str
    name: str
    entity: str
    cost_centre: str
    business_unit: str
    group: str
    size: float
    opened_on: date


_DE = (
    "Hannover, Braunschweig, Hildesheim, Göttingen, Kassel, Bielefeld, Münster, Osnabrück, Bremen, Oldenburg, "
    "Hamburg-Harburg, Lüneburg, Magdeburg, Halle, Leipzig, Erfurt, Dortmund, Essen, Köln-Niehl, Würzburg"
).split(", ")
_UK = (
    "Sheffield, Leeds, Hull, Doncaster, Nottingham, Derby, Leicester, Lincoln, York, Stockport, Preston, Wakefield, "
    "Stoke-on-Trent"
).split(", ")
_PL = "Poznań, Wrocław, Łódź, Katowice, Gliwice, Opole, Zielona Góra, Gorzów, Bydgoszcz, Toruń, Kalisz".split(", ")
_WORKS = (
    ("WK-DE1", "Works Peine (precast)", "0100"),
    ("WK-DE2", "Works Salzgitter (blocks)", "0100"),
    ("WK-DE3", "Works Nienburg (paving)", "0100"),
    ("WK-DE4", "Works Stendal (timber treatment)", "0100"),
    ("WK-DE5", "Works Bitterfeld (mortar)", "0100"),
    ("WK-UK1", "Works Scunthorpe (blocks)", "0200"),
    ("WK-PL1", "Works Leszno (precast)", "0300"),
    ("WK-PL2", "Works Legnica (paving)", "0300"),
    ("WK-PL3", "Works Konin (mortar)", "0300"),
)
_REGIONS = (
    ("RG-DE1", "Region Hannover", "0100"),
    ("RG-DE2", "Region Westfalen", "0100"),
    ("RG-DE3", "Region Nordsee", "0100"),
    ("RG-DE4", "Region Mitteldeutschland", "0100"),
    ("RG-DE5", "Region Rhein-Ruhr", "0100"),
    ("RG-DE6", "Region Franken", "0100"),
    ("RG-UK1", "Region South Yorkshire", "0200"),
    ("RG-UK2", "Region West Yorkshire", "0200"),
    ("RG-UK3", "Region East Midlands", "0200"),
    ("RG-UK4", "Region North West", "0200"),
    ("RG-PL1", "Region Wielkopolska", "0300"),
    ("RG-PL2", "Region Dolny Śląsk", "0300"),
    ("RG-PL3", "Region Śląsk", "0300"),
    ("RG-PL4", "Region Kujawy", "0300"),
)
_TEAMS = (
    ("MK-DE", "Marketing Germany", "0100", "marketing"),
    ("MK-UK", "Marketing United Kingdom", "0200", "marketing"),
    ("MK-PL", "Marketing Poland", "0300", "marketing"),
    ("HR-DE", "Recruiting Germany", "0100", "recruiting"),
    ("HR-UK", "Recruiting United Kingdom", "0200", "recruiting"),
    ("HR-PL", "Recruiting Poland", "0300", "recruiting"),
    ("DESK-CUSTOMS", "Customs desk", "0200", "customs"),
    ("DESK-IT", "IT service desk", "0100", "it"),
    ("CALL-DE1", "Delivery calls Hannover", "0100", "delivery_calls"),
    ("CALL-DE2", "Delivery calls Bielefeld", "0100", "delivery_calls"),
    ("CALL-DE3", "Delivery calls Leipzig", "0100", "delivery_calls"),
    ("CALL-DE4", "Delivery calls Dortmund", "0100", "delivery_calls"),
    ("CALL-UK1", "Delivery calls Sheffield", "0200", "delivery_calls"),
    ("CALL-UK2", "Delivery calls Leicester", "0200", "delivery_calls"),
    ("CALL-PL1", "Delivery calls Poznań", "0300", "delivery_calls"),
    ("CALL-PL2", "Delivery calls Katowice", "0300", "delivery_calls"),
)

#: Cost-centre functions: first digit is the entity's, the rest the function's.
COST_CENTRE_NAMES = {
    "100": "Branches North",
    "200": "Branches South",
    "300": "Logistics",
    "400": "Works",
    "500": "Sales and marketing",
    "900": "Shared services",
}
BUSINESS_UNITS = (
    ("GROUP", GROUP_NAME, ""),
    ("BRANCHES", "Branch network", "GROUP"),
    ("LOGISTICS", "Logistics and fleet", "GROUP"),
    ("WORKS", "Works", "GROUP"),
    ("SALES", "Sales and marketing", "GROUP"),
    ("SHARED", "Shared services", "GROUP"),
)
#: key, name, business unit, sign-in role of the demo ('' for people who only own things).
PEOPLE = (
    ("ines.albrecht", "Ines Albrecht", "SHARED", "finance_analyst"),
    ("george.pearce", "George Pearce", "SHARED", "finance_analyst"),
    ("marta.kowalczyk", "Marta Kowalczyk", "SHARED", "controller"),
    ("henrik.osterloh", "Henrik Osterloh", "GROUP", "executive"),
    ("claire.whitmore", "Claire Whitmore", "LOGISTICS", "initiative_owner"),
    ("tomasz.zielinski", "Tomasz Zieliński", "GROUP", "auditor"),
    ("nadja.fuhrmann", "Nadja Fuhrmann", "SHARED", "administrator"),
    ("jonas.reuter", "Jonas Reuter", "SHARED", ""),
    ("sophie.lindqvist", "Sophie Lindqvist", "SALES", ""),
    ("adam.nowicki", "Adam Nowicki", "WORKS", ""),
    ("rachel.hargreaves", "Rachel Hargreaves", "BRANCHES", ""),
    ("dirk.mansfeld", "Dirk Mansfeld", "LOGISTICS", ""),
    ("eva.brandis", "Eva Brandis", "BRANCHES", ""),
)


def cost_centre(entity: str, function: str) -> str:
    """Return the cost centre of a function (`100` ... `900`) in an entity: `1300` is logistics of `0100`."""
    return f"{int(entity) // 100}{function}"


def _size(position: int, spread: float) -> float:
    """Return a fixed size between 1 - spread and 1 + spread; an eleven-step cycle keeps neighbours unlike."""
    return 1.0 + spread * ((position * 7) % 11 - 5) / 5.0


def _branches() -> list[Site]:
    sites = []
    for prefix, entity, names in (("DE", "0100", _DE), ("UK", "0200", _UK), ("PL", "0300", _PL)):
        for i, name in enumerate(names):
            function = "100" if i < (len(names) + 1) // 2 else "200"
            opened_on = date(1994 + (i * 5) % 21, 1 + (i * 7) % 12, 1)
            centre = cost_centre(entity, function)
            sites.append(
                Site(
                    f"{prefix}{i + 1:02d}",
                    f"Branch {name}",
                    entity,
                    centre,
                    "BRANCHES",
                    "branch",
                    _size(i, 0.3),
                    opened_on,
                )
            )
    return sites


def _others() -> list[Site]:
    sites = []
    for i, (key, name, entity) in enumerate(_WORKS):
        centre = cost_centre(entity, "400")
        sites.append(Site(key, name, entity, centre, "WORKS", "works", _size(i + 1, 0.25), date(1988, 4, 1)))
    for i, (key, name, entity) in enumerate(_REGIONS):
        centre = cost_centre(entity, "500")
        sites.append(Site(key, name, entity, centre, "SALES", "region", _size(i, 0.2), date(2015, 1, 1)))
    for key, name, entity, group in _TEAMS:
        function = "500" if group == "marketing" else "900"
        unit = "SALES" if group == "marketing" else "SHARED"
        sites.append(Site(key, name, entity, cost_centre(entity, function), unit, group, 1.0, date(2015, 1, 1)))
    return sites


SITES = tuple(_branches() + _others())
SITE_OF = {site.key: site for site in SITES}
BRANCHES = tuple(site.key for site in SITES if site.group == "branch")
REGIONS = tuple(site.key for site in SITES if site.group == "region")
WORKS = tuple(site.key for site in SITES if site.group == "works")
#: Branches with a fleet of their own: every other one in Germany and the UK, and five in Poland.
HUBS = tuple(
    key
    for key in BRANCHES
    if (key[:2] == "DE" and int(key[2:]) % 2 == 1)
    or (key[:2] == "UK" and int(key[2:]) % 3 == 1)
    or key in {"PL01", "PL02", "PL04", "PL09", "PL11"}
)
#: Branches with an open yard.
YARDS = tuple(key for i, key in enumerate(BRANCHES) if i % 3 != 2)
GROUPS: dict[str, tuple[str, ...]] = {
    "branch": BRANCHES,
    "hub": HUBS,
    "yard": YARDS,
    "region": REGIONS,
    "works": WORKS,
    "marketing": ("MK-DE", "MK-UK", "MK-PL"),
    "recruiting": ("HR-DE", "HR-UK", "HR-PL"),
    "customs": ("DESK-CUSTOMS",),
    "it": ("DESK-IT",),
    "delivery_calls": tuple(site.key for site in SITES if site.group == "delivery_calls"),
}
