"""python -m dashboard.cli: the `tieout` command."""

from dashboard.cli import main

if __name__ == "__main__":
    main(prog_name="tieout")
