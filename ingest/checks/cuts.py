"""What accepted cuts must hold, and what the class of a line asks of its accounts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ingest.cast import CastTable
from ingest.known import Known
from ingest.normalise import normalise_frame
from ingest.tables import Fault
from models.domain.extract import ExtractKind
from models.domain.measure import BenefitClass

#: Classes that are no cash by themselves, and become it by an accepted cut.
_CUT_CLASSES = frozenset({BenefitClass.RELEASED_CAPACITY.value, BenefitClass.COST_AVOIDANCE.value})
_FEWEST_REVENUE_LINES = 2


def check_cuts(cast: CastTable, known: Known) -> list[Fault]:
    """Require a cut to be positive, accepted by now and for a line that needs one; flag one that the owner accepted."""
    lines = known.latest(ExtractKind.BENEFIT_LINES, ("benefit_line",), ("benefit_class", "initiative"))
    owners = known.latest(ExtractKind.INITIATIVES, ("initiative",), ("owner",))
    usable = ~cast.bad_rows() & ~cast.retracted()
    frame = normalise_frame(cast, usable)
    needless: dict[int, Mapping[str, object]] = {}
    own: dict[int, Mapping[str, object]] = {}
    nothing: dict[int, Mapping[str, object]] = {}
    early: dict[int, Mapping[str, object]] = {}
    names = ("benefit_line", "accepted_by", "amount_minor", "accepted_on")
    columns = zip(*(frame[name] for name in names), strict=True)
    for row, (line, holder, amount, accepted_on) in zip(np.flatnonzero(usable).tolist(), columns, strict=True):
        benefit_class, initiative = lines.get((line,), (None, None))
        if benefit_class is not None and benefit_class not in _CUT_CLASSES:
            needless[row] = {"line": line, "found": BenefitClass(str(benefit_class)).label}
        if holder is not None and owners.get((initiative,), (None,))[0] == holder:
            own[row] = {"text": holder, "initiative": initiative}
        if amount <= 0:
            nothing[row] = {"line": line}
        if known.today is not None and accepted_on > known.today:
            early[row] = {"line": line, "found": accepted_on, "allowed": known.today}
    return [
        *_faults("BEN-004", "benefit_line", needless),
        *_faults("BEN-005", "accepted_by", own),
        *_faults("BEN-006", "amount", nothing),
        *_faults("BEN-008", "accepted_on", early),
    ]


def check_contribution(cast: CastTable, known: Known) -> list[Fault]:
    """Note revenue lines that show on one P&L line alone: contribution is what is earned less what it costs."""
    classes = known.latest(ExtractKind.BENEFIT_LINES, ("benefit_line",), ("benefit_class",))
    links = known.latest(
        ExtractKind.BENEFIT_LINE_ACCOUNTS, ("benefit_line", "pl_line", "entity", "cost_centre", "valid_from_on"), ()
    )
    usable = ~cast.bad_rows() & ~cast.retracted()
    frame = normalise_frame(cast, usable)
    held: dict[object, set[object]] = {}
    for line, pl_line, *_ in [*links, *zip(frame["benefit_line"], frame["pl_line"], strict=True)]:
        held.setdefault(line, set()).add(pl_line)
    single: dict[int, Mapping[str, object]] = {
        row: {"line": line}
        for row, line in zip(np.flatnonzero(usable).tolist(), frame["benefit_line"], strict=True)
        if classes.get((line,), (None,))[0] == BenefitClass.REVENUE.value and len(held[line]) < _FEWEST_REVENUE_LINES
    }
    return _faults("BEN-007", "pl_line", single)


def _faults(code: str, column: str, found: dict[int, Mapping[str, object]]) -> list[Fault]:
    return [Fault(code, column, np.array(sorted(found), dtype=np.int64), found.__getitem__)] if found else []
