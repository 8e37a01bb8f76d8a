"""README.txt of an auditor's pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXT = """AUDITOR'S PACK
==============
Publication {load_seq}, as of {as_of}, as known on {as_known_on}, computed at {computed_at}.
Made for {person} ({role}) at {made_at}.
Holds: {holds}
Whose initiatives: {scope}. Filter: {filters}.

THE ONE COMMAND
---------------
    python recompute.py

It needs Python 3.11 or later with NumPy, pandas and statsmodels (which bring SciPy); versions.json names the versions
that made the pack. It needs no network, no database and nothing else of Tieout. `--only-check` checks and computes
nothing.

WHAT IT DOES
------------
1. Holds every file of this folder against MANIFEST.json (SHA-256 and size). One altered byte, a missing or added file
   fails, is named, and nothing is computed. It prints the SHA-256 of the manifest: compare it with the audit event
   build_audit_pack that recorded this pack, in the audit log of the organisation. Who could alter the pack could alter
   its manifest too, but not that event.
2. Follows the audit log from its first event by its hashes, to the event that published this valuation.
3. Holds each row of each panel against the posted observation that it names, and counts that none is left out.
4. Computes {estimates} again from the panels, by the source in engine/, and compares each with the published
   one: words, dates and counts exactly, numbers in their ten digits. On another type of processor a number that lies
   between two may come out as its neighbour, one unit of the tenth digit beside (a p-value within the rounding of
   1 - p); the script says how many do.
5. Allocates the cost of platforms, takes the volumes of driver KPIs from the posted rows, values the portfolio, and
   compares every figure with PUBLISHED.json: amounts to the cent, limits, rates and words exactly.

"agrees: n of n figures" (exit code 0) means that the published figures follow from what is in this folder by the source
that is in this folder. Otherwise each difference is named and the exit code is 1.

WHAT IS HERE
------------
MANIFEST.json        every file with its SHA-256; publication, filters, permissions
PUBLISHED.json       the publication as it is stored: figures, initiatives, ledger, true-ups, policy
files/               the posted files, byte for byte as they came; records/extracts.csv has their SHA-256
facts/               what was posted of each kind, also what was superseded since: load_seq, part_no and row_no say by
                     which file, part and row; superseded_by is the load that restated it (accounts, units, unit aliases
                     and KPIs are the mapping; policies.csv has every version of the policy)
panels/, panels.json what each estimate reads: rows with their places; go-lives, transitions, other events, seed
estimates/, estimates.json  the published estimates; their panels, level and fingerprint
valuation/           what the valuation starts from, typed: policy, rates, initiatives with costs, stages and case, unit
                     values, accounts, books, hours, locked periods, sharing rules, number of draws; use of platforms
records/             who uploaded, approved and decided what: extracts, loads, period states, locks, sharing rules,
                     signatures, estimates, and the whole audit log with its hashes
engine/              the source that computes
versions.json        versions of engine, valuation, Tieout, Python and every package

CSV files are written for programs: open them as text, not as formulas.

WHAT AGREEMENT DOES NOT PROVE
-----------------------------
- That the posted files are true. It shows what follows from them, not what happened.
- That facts/ is what files/ say. Where they are held against each other, row by row, is `tieout verify` in the
  organisation; here row numbers lead you from one to the other, to be sampled.
- That valuation/ and the dates in panels.json (go-lives, transitions, events) are what facts/ say. They were read from
  the facts at load {input_seq}, which the fingerprint of the publication covers; the script does not read them again.
- Why a true-up arose: its amount is computed again, the causes named beside it are not.
- That the method is right: docs/methods of Tieout argue for it.
"""


def write_readme(about: Mapping[str, Any]) -> bytes:
    """Return README.txt from what the manifest says about the pack."""
    publication = about["publication"]
    only = about["initiative"]
    holds = (
        f"what the figures of the initiative {only} need. The ledger holds every initiative against the same lines, so"
        "\nthat what the valuation starts from is whole; panels, KPI rows and their files are of this initiative alone."
        if only
        else "the whole publication."
    )
    text = _TEXT.format(
        **publication,
        person=about["made_for"],
        role=about["role"],
        made_at=about["made_at"],
        holds=holds,
        scope=about["scope"],
        filters=about["filters"],
        estimates=f"the estimates of {only}" if only else "every estimate",
    )
    return text.encode()
