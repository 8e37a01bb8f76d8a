"""The command line: every command does what the pages do, through the same actions.

Exit status: 0 done, 1 findings or failed work, 2 wrong usage.
"""

from __future__ import annotations

import click

from dashboard.cli.bridges import bridge
from dashboard.cli.data import approve, ingest, init, refuse
from dashboard.cli.database import db
from dashboard.cli.figures import estimate, follow_ups, report, value
from dashboard.cli.packs import pack
from dashboard.cli.people import user
from dashboard.cli.periods import periods
from dashboard.cli.policy import policy
from dashboard.cli.running import demo, serve, worker
from dashboard.cli.sharing import overlaps
from dashboard.cli.spend import economics, spend
from dashboard.cli.validate import validate
from dashboard.cli.visible import visible


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="tieout")
def main() -> None:
    """Measure what AI initiatives changed, in money that ties out to the P&L.

    Settings come from the environment (TIEOUT_DATABASE_URL, TIEOUT_DATA_DIR, ...); see docs/settings.md.
    """


for command in (
    init,
    demo,
    ingest,
    approve,
    refuse,
    estimate,
    follow_ups,
    value,
    report,
    spend,
    economics,
    visible,
    bridge,
    overlaps,
    periods,
    policy,
    pack,
    serve,
    worker,
    user,
    db,
    validate,
):
    main.add_command(command)
