"""The filters of the portfolio: they live in the address, so that a link is a view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dash.development.base_component import Component

from dashboard.components.evidence import GRADE_WORDS
from dashboard.components.filter_fields import choice_field, filter_form, known_on_field
from models.domain.effect import EvidenceGrade
from models.domain.errors import InvalidInputError
from models.domain.measure import Stage
from models.domain.valuation import InitiativeValuation

NOT_GRADED = "none"


@dataclass(frozen=True, slots=True)
class PortfolioFilter:
    """Which initiatives are shown: business unit by key, stage, grade of the initiative; empty means all."""

    business_unit: str = ""
    stage: str = ""
    grade: str = ""

    @property
    def is_set(self) -> bool:
        """Whether anything is left out."""
        return bool(self.business_unit or self.stage or self.grade)

    @property
    def asked(self) -> dict[str, str]:
        """The filters as they stand in an address."""
        return {"business_unit": self.business_unit, "stage": self.stage, "grade": self.grade}

    def keeps(self, ini: InitiativeValuation) -> bool:
        """Tell whether an initiative passes every filter."""
        stage = ini.stage.value if ini.stage is not None else ""
        grade = ini.grade.label if ini.grade is not None else NOT_GRADED
        return (
            (not self.business_unit or ini.business_unit == self.business_unit)
            and (not self.stage or stage == self.stage)
            and (not self.grade or grade == self.grade)
        )

    def in_words(self, initiatives: Sequence[InitiativeValuation]) -> str:
        """Return the filters as they are printed with downloads; empty if none is set."""
        units = {ini.business_unit: ini.business_unit_name or ini.business_unit for ini in initiatives}
        parts = [
            f"business unit {units.get(self.business_unit, self.business_unit)}" if self.business_unit else "",
            f"stage {Stage(self.stage).label}" if self.stage else "",
            "without a grade" if self.grade == NOT_GRADED else f"grade {self.grade}" if self.grade else "",
        ]
        return ", ".join(part for part in parts if part)


def read_filter(business_unit: str = "", stage: str = "", grade: str = "") -> PortfolioFilter:
    """Return the filter of an address.

    Raises
    ------
    InvalidInputError
        If stage or grade is no word of the list.
    """
    if stage and stage not in {known.value for known in Stage}:
        raise InvalidInputError(f"stage '{stage}': choose one of {', '.join(known.value for known in Stage)}")
    if grade and grade != NOT_GRADED and grade not in EvidenceGrade.__members__:
        raise InvalidInputError(f"grade '{grade}': choose E0 to E5, or {NOT_GRADED}")
    return PortfolioFilter(business_unit, stage, grade)


def filter_bar(
    chosen: PortfolioFilter, initiatives: Sequence[InitiativeValuation], *, known_on: date | None, path: str
) -> Component:
    """Return the form of filters over the initiatives in a person's scope; it works by keyboard and without scripts."""
    units = sorted({(ini.business_unit_name or ini.business_unit, ini.business_unit) for ini in initiatives})
    stages = sorted({ini.stage for ini in initiatives if ini.stage is not None}, key=list(Stage).index)
    grades = sorted({ini.grade for ini in initiatives if ini.grade is not None}, reverse=True)
    graded = [(grade.label, f"{grade.label} {GRADE_WORDS[grade]}") for grade in grades]
    if any(ini.grade is None for ini in initiatives):
        graded.append((NOT_GRADED, "without a grade"))
    return filter_form(
        [
            choice_field(
                "business_unit",
                "Business unit",
                "All units",
                [(key, name) for name, key in units],
                chosen.business_unit,
            ),
            choice_field(
                "stage", "Stage", "All stages", [(stage.value, stage.label) for stage in stages], chosen.stage
            ),
            choice_field("grade", "Evidence grade", "All grades", graded, chosen.grade),
            known_on_field(known_on),
        ],
        path=path,
        has_clear=chosen.is_set or known_on is not None,
    )
