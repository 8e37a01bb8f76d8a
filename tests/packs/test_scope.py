"""Nothing exports what its reader may not see: not in cells, names, properties, hidden sheets or charts' own data."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest

from dashboard.packs.content import PackContent, PackRequest
from models.domain.errors import NotFoundError, NotPermittedError
from tests.journeys.company_site import ADMINISTRATOR, OWNER
from tests.packs.making import Packs

Read = Callable[..., PackContent]


def texts_of(content: bytes) -> str:
    """All text of a package and of the packages in it, without markup."""
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            data = packed.read(name)
            if name.endswith((".xlsx", ".pptx")):
                found.append(texts_of(data))
            elif name.endswith((".xml", ".rels")):
                found.append(unescape(re.sub(r"<[^>]*>", "\n", data.decode())))
                found += [unescape(text) for text in re.findall(r'"([^"]*)"', data.decode())]
    return "\n".join(found)


@pytest.fixture(scope="module")
def strangers(whole: Packs, owned: Packs) -> list[str]:
    """Words and amounts of initiatives that the owner may not see."""
    own = {ini.key for ini in owned.content.initiatives}
    assert own
    others = [ini for ini in whole.content.initiatives if ini.key not in own]
    assert len(others) > 10
    words = [word for ini in others for word in (ini.key, ini.name)]
    words += [line.name for ini in others for line in ini.lines]
    for ini in others:
        figures = ini.figures
        for amount in (figures.tied_out.point, figures.realised_cashable.point, figures.invested.major):
            if abs(amount) >= 1000 and amount % 1000:  # round amounts stand in many places
                words += [str(amount), f"{float(amount):.2f}", f"{float(amount)!r}"]
    return words


@pytest.mark.parametrize("what", ["workbook", "board"])
def test_an_owner_gets_no_trace_of_what_is_not_hers(
    owned: Packs, whole: Packs, strangers: list[str], what: str
) -> None:
    text, everything = texts_of(getattr(owned, what)), texts_of(getattr(whole, what))
    found = [word for word in strangers if re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", text)]
    assert found == []
    seen = [word for word in strangers if re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", everything)]
    assert len(seen) > 40  # the search does find them where they are


def test_an_owner_gets_no_ledger_and_is_told(owned: Packs) -> None:
    assert "Ledger" not in owned.written.sheetnames
    cells = [cell.value for row in owned.written["Summary"].iter_rows() for cell in row]
    assert owned.content.no_ledger in cells
    assert "does not include the ledger" in owned.content.no_ledger


def test_totals_of_an_owner_are_those_of_her_initiatives(owned: Packs) -> None:
    assert owned.content.summary.figures.invested.amount_minor == sum(
        ini.figures.invested.amount_minor for ini in owned.content.initiatives
    )


def test_an_initiative_out_of_scope_and_one_that_is_none_read_alike(content_of: Read, whole: Packs) -> None:
    own = {ini.key for ini in content_of(OWNER).initiatives}
    other = next(ini.key for ini in whole.content.initiatives if ini.key not in own)
    with pytest.raises(NotFoundError) as hidden:
        content_of(OWNER, PackRequest(initiative=other))
    with pytest.raises(NotFoundError) as missing:
        content_of(OWNER, PackRequest(initiative="NOBODY"))
    assert str(hidden.value).replace(other, "") == str(missing.value).replace("NOBODY", "")


def test_who_reads_no_money_gets_no_pack(content_of: Read) -> None:
    with pytest.raises(NotPermittedError):
        content_of(ADMINISTRATOR)


def test_before_the_first_publication_there_is_nothing(content_of: Read) -> None:
    with pytest.raises(NotFoundError):
        content_of(OWNER, PackRequest(known_on=date(2020, 1, 1)))


def test_a_filter_keeps_the_names_of_others_out_of_the_ledger(filtered: Packs, whole: Packs) -> None:
    inside = {ini.key for ini in filtered.content.initiatives}
    outside = {ini.key for ini in whole.content.initiatives} - inside
    assert outside
    named = {row["Initiative"] for row in filtered.rows("Held")}
    assert not named & outside
    assert "grade E3" in filtered.content.filters
