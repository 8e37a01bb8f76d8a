"""Whose a charge is: its own mark first, then the most specific mapping in force on its first day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from models.domain.spend import ChargeMarks, MatchBy, Registration, SpendMapping

_RANK = {match_by: rank for rank, match_by in enumerate(MatchBy)}
_DEFAULT_NATURE = "run"


class SpendMap:
    """The mappings, found by what they compare.

    Parameters
    ----------
    mappings
        In any order.
    initiatives
        Keys of the initiatives that are known.
    """

    def __init__(self, mappings: Iterable[SpendMapping], initiatives: Collection[str]) -> None:
        self._initiatives = frozenset(initiatives)
        self._by_mark: dict[tuple[MatchBy, str, str], list[SpendMapping]] = defaultdict(list)
        for mapping in mappings:
            self._by_mark[mapping.match_by, mapping.match_name, mapping.match_value].append(mapping)

    def registration(self, marks: ChargeMarks) -> Registration | None:
        """Return whose a charge is; None where nobody registered it.

        x_InitiativeId counts where it names a known initiative; its nature is that of a mapping to the same
        initiative, else run. Otherwise the most specific mapping holds: resource, tag, sub-account, service; of equals
        the one from the later day, then the first by name and value.
        """
        held = self._held(marks)
        if marks.initiative in self._initiatives:
            same = next((mapping for mapping in held if mapping.initiative == marks.initiative), None)
            if same is not None:
                return Registration(marks.initiative, same.nature, "x_InitiativeId", same.pl_line, same.cost_centre)
            return Registration(marks.initiative, _DEFAULT_NATURE, "x_InitiativeId")
        if not held:
            return None
        best = held[0]
        rule = f"{best.match_by.value} {best.match_name}".strip()
        return Registration(best.initiative, best.nature, rule, best.pl_line, best.cost_centre)

    def _held(self, marks: ChargeMarks) -> Sequence[SpendMapping]:
        """Return the mappings that hold for a charge, the first in force first."""
        found = [
            mapping
            for way in ways_to_match(marks)
            for mapping in self._by_mark.get(way, ())
            if mapping.from_on <= marks.start_on and (mapping.to_on is None or marks.start_on < mapping.to_on)
        ]
        return sorted(
            found,
            key=lambda m: (_RANK[m.match_by], -m.from_on.toordinal(), m.match_name, m.match_value),
        )


def ways_to_match(marks: ChargeMarks) -> tuple[tuple[MatchBy, str, str], ...]:
    """Return what a mapping of a charge may compare: what, name and value, the most specific first."""
    ways = [(MatchBy.RESOURCE, "", marks.resource)]
    ways += [(MatchBy.TAG, name, value) for name, value in marks.tags]
    ways += [(MatchBy.SUB_ACCOUNT, "", marks.sub_account), (MatchBy.SERVICE, "", marks.service)]
    return tuple(way for way in ways if way[2])
