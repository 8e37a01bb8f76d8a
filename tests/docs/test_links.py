"""Every relative link in the documents leads somewhere, and every page is linked."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def targets(page: Path) -> list[Path]:
    return [(page.parent / link).resolve() for link in LINK.findall(page.read_text("utf-8"))]


def test_every_link_leads_somewhere() -> None:
    broken = [f"{page.name} -> {target}" for page in PAGES for target in targets(page) if not target.exists()]
    assert not broken


def test_every_page_of_docs_is_linked_from_somewhere() -> None:
    linked = {target for page in PAGES for target in targets(page)}
    assert not [page.name for page in PAGES if page.parent != ROOT and page not in linked]


def test_every_decision_is_listed() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text("utf-8")
    pages = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert len(pages) >= 11
    assert not [page.name for page in pages if page.name not in index]
