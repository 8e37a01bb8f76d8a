"""Generate the sample company: `python -m sample_data.generate [FOLDER]` writes the committed files again."""

from __future__ import annotations

import argparse
from pathlib import Path

from sample_data.assemble import Company, generate_company
from sample_data.files import write_company, write_corrections, write_truth

#: Seed of the committed files, chosen so that the story reads plainly; coverage is judged over other seeds.
COMMITTED_SEED = 9
SAMPLE_FOLDER = Path(__file__).parent
COMPANY_FOLDER = SAMPLE_FOLDER / "company"
CORRECTIONS_FOLDER = SAMPLE_FOLDER / "company_corrections"
TRUTH_FILE = SAMPLE_FOLDER / "truth.json"

__all__ = ["Company", "generate_company", "write_all", "write_company"]


def write_all(company: Company, folder: Path) -> None:
    """Write the company, its corrections and the truth under a folder."""
    write_company(company, folder / COMPANY_FOLDER.name)
    write_corrections(company, folder / CORRECTIONS_FOLDER.name)
    write_truth(company, folder / TRUTH_FILE.name)


def main() -> None:
    """Write the committed files again, here or under the folder given."""
    parser = argparse.ArgumentParser(description="Generate the sample company again.")
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLE_FOLDER)
    write_all(generate_company(COMMITTED_SEED), parser.parse_args().folder)


if __name__ == "__main__":
    main()
