"""Every number that a slide says, as a formula over the workbook: the one record from which both packs are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboard.packs.board_words import short_name
from dashboard.packs.cells import FIRST_ROW, Cell, Column, Formula, Number, Sheet, Typed, Value, quoted
from dashboard.packs.content import PackContent
from dashboard.packs.workbook_sheets import Sheets
from models.domain.effect import EvidenceGrade
from models.domain.figures import Figures

BOARD = (
    Column("slide", "Slide", Number.COUNT, 7),
    Column("words", "What it is", width=60),
    Column("kind", "Kind", width=10),
    Column("exact", "Value", Number.CENTS, 22),
    Column("digits", "Rounded to decimals", Number.PLAIN, 12),
    Column("cast", "Cast, so that parts add up as shown", Number.CENTS, 16),
    Column("shown", "As shown", Number.CENTS, 22),
)
ALL_SLIDES = 0


@dataclass(frozen=True, slots=True)
class Said:
    """A number or word on a slide: what it is, the formula that gives it, and what it gives.

    `kind` is number, text (typed where `formula` is empty), or range (the formula is then the address of a block of
    numbers behind a chart). A part of a sum that is cast (largest remainder) says to how many decimals it is rounded
    and what the cast adds.
    """

    words: str
    formula: str
    value: Value
    number: Number = Number.CENTS
    kind: str = "number"
    digits: int | None = None
    cast: Decimal = Decimal(0)
    as_shown: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Gives the numbers of a pack by name."""

    content: PackContent
    sheets: Sheets

    def total(self, *names: str) -> list[Said]:
        """Return named totals of the summary."""
        summary = self.sheets.summary
        return [Said(name.replace("_", " "), name, summary.values[name]) for name in names if name in summary.values]

    def limits(self, *names: str) -> list[Said]:
        """Return the limits of named totals."""
        summary = self.sheets.summary
        return [
            Said(f"{name.replace('_', ' ')}, {end}", summary.limit(name, end), summary.limit_value(name, end))
            for name in names
            for end in ("low", "high")
        ]

    def of(self, place: int, *keys: str) -> list[Said]:
        """Return figures of the initiative at a place of the ranking."""
        sheet, ini = self.sheets.initiatives, self.content.initiatives[place]
        return [_cell_of(sheet, key, place, f"{ini.key}: {key.replace('_', ' ')}") for key in keys]

    def estimates_of(self, place: int, *keys: str) -> list[Said]:
        """Return limits and probabilities of an initiative, or of the whole pack at place -1."""
        return [_cell_of(self.sheets.estimates, key, place + 1, key.replace("_", " ")) for key in keys]

    def words_of(self, place: int, *keys: str) -> list[Said]:
        """Return words of an initiative that may hold digits: its name, its reason."""
        sheet = self.sheets.initiatives
        found = [Said(key, sheet.cell(key, place), sheet.value(key, place), kind="text") for key in keys]
        shown = short_name(self.content.initiatives[place].name)
        return [*found, typed_words("name as shown", shown)] if "name" in keys and has_digit(shown) else found

    def names_of(self, keys: Sequence[str]) -> tuple[list[str], list[Said]]:
        """Return the names of initiatives and joint effects, and the words of those that may hold digits."""
        known = {ini.key: ini.name for ini in self.content.initiatives}
        known |= {joint.key: joint.name for joint in self.content.summary.joints}
        names = [short_name(known.get(key, key)) for key in keys]
        return names, [typed_words("name", name) for name in names]

    def place(self, initiative: str) -> int:
        """Return the place of an initiative in the ranking."""
        return next(i for i, ini in enumerate(self.content.initiatives) if ini.key == initiative)

    def block(self, sheet: Sheet, key: str, first: int, last: int) -> Said:
        """Return a block of a column, for the series of a chart."""
        letter = sheet.letter(key)
        address = f"{quoted(sheet.name)}!{letter}{FIRST_ROW + first}:{letter}{FIRST_ROW + last}"
        return Said(f"{sheet.name}: {key.replace('_', ' ')}", address, address, kind="range")


def _cell_of(sheet: Sheet, key: str, place: int, words: str) -> Said:
    number = next(column.number for column in sheet.columns if column.key == key)
    return Said(words, sheet.cell(key, place), sheet.value(key, place), number)


def derived(words: str, formula: str, value: Value, number: Number = Number.CENTS) -> Said:
    """Return a number that a sentence computes from others."""
    return Said(words, formula, value, number)


LEVEL_OF_P80 = derived("level of P80", "0.8", Decimal("0.8"), Number.PERCENT)


def has_digit(text: str) -> bool:
    """Whether words hold digits, so that they must stand in the workbook letter by letter."""
    return any(character.isdigit() for character in text)


def typed_words(words: str, text: str) -> Said:
    """Return words of the publication that may hold digits and stand in no column of their own: a reason, a name."""
    return Said(words, "", text, kind="text")


def cast_part(words: str, formula: str, exact: Decimal, shown: Decimal, digits: int) -> Said:
    """Return a part that is shown so that the parts add up: its exact value, its rounding and the cast."""
    step = Decimal(1).scaleb(-digits)
    rounded = (abs(exact) / step + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR") * step
    rounded = rounded if exact >= 0 else -rounded
    return Said(words, formula, exact, digits=digits, cast=shown - rounded, as_shown=shown)


def strong_share(figures: Figures) -> list[Said]:
    """Return the share of realised value that rests on a comparison group or better, as the page says it."""
    strong = [share for share in figures.by_grade if share.grade >= EvidenceGrade.E3]
    if figures.realised.point_minor <= 0:
        return []
    text = "+".join(f"Grade_{share.grade.label}" for share in strong) or "0"
    part = sum((share.realised.major for share in strong), start=Decimal(0))
    return [derived("share of E3 to E5", f"({text})/Realised", part / figures.realised.point, Number.PERCENT)]


def footer_numbers(content: PackContent) -> list[Said]:
    """Return what stands on every slide."""
    context = content.context
    return [
        Said("as of", "As_of", context.as_of, Number.DAY),
        Said("as known on", "As_known_on", context.as_known_on, Number.DAY),
        Said("level of intervals", "Interval_level", context.level, Number.PERCENT),
        Said("policy version", "Policy_version", context.policy_version, Number.COUNT),
        Said("discount rate", "Discount_rate", context.discount_rate, Number.PERCENT),
        Said("initiatives", "Initiative_count", len(content.initiatives), Number.COUNT),
        *strong_share(content.summary.figures),
    ]


def build_board_sheet(content: PackContent, spoken: Sequence[Sequence[Said]]) -> Sheet:
    """Return the sheet that holds every number of every slide, as formulas; slide 0 stands for all of them."""
    rows: list[list[Cell]] = []
    for slide, said in enumerate((footer_numbers(content), *spoken)):
        rows += [_row(slide, each, FIRST_ROW + len(rows) + i) for i, each in enumerate(said)]
    title = "Board: every number on every slide of the board pack of the same scope"
    subtitle = f"{content.currency} where it is money; slide 0 stands for all slides"
    return Sheet("Board", title, subtitle, BOARD, rows)


def _row(slide: int, said: Said, row: int) -> list[Cell]:
    if said.kind == "range":
        return [slide, said.words, said.kind, str(said.value), "", "", ""]
    if said.kind == "text" and not said.formula:
        return [slide, said.words, said.kind, Typed(said.value), "", "", Formula(f"D{row}", said.value)]
    number = None if said.kind == "text" else said.number
    text = f'{said.formula}&""' if said.kind == "text" else said.formula
    exact = Formula(text, said.value, is_link=True, number=number)
    if said.digits is None:
        return [slide, said.words, said.kind, exact, "", "", Formula(f"D{row}", said.value, number=number)]
    shown = f"ROUND(D{row},E{row})+F{row}"
    cells: list[Cell] = [exact, Typed(said.digits), Typed(said.cast), Formula(shown, said.as_shown)]
    return [slide, said.words, said.kind, *cells]
