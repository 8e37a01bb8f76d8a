"""Broken text files: their bytes, header, lines and cells."""

from __future__ import annotations

from sample_data.broken.case import BrokenFile, text_file

_KPI = "kpi,unit,period,value\n"
_COST = "initiative,category,source_reference,period,nature,recurrence,treatment,status,amount,currency\n"
_COST_ROW = "INV,cloud,V-1,FY26-P08,run,recurring,opex,actual,{amount},{currency}\n"


def broken_files() -> tuple[BrokenFile, ...]:
    """Return files that cannot be read, or not be read whole."""
    return (
        text_file("empty.csv", "FILE-001", "", "FILE-001 file", is_read=False),
        text_file("a_document.csv", "FILE-003", "%PDF-1.7\n", "FILE-003 file", is_read=False),
        text_file(
            "units_latin1.csv",
            "FILE-004",
            "unit,name,entity\nS9,Depot Zürich,CH1\n".encode("cp1252"),
            "FILE-004 line 2",
            is_read=False,
        ),
        text_file(
            "units_control_character.csv",
            "FILE-005",
            "unit,name,entity\nS9,Depot\x07 Bonn,DE1\n",
            "FILE-005 line 2",
            is_read=False,
        ),
        text_file("kpi_observations_cut.csv", "FILE-006", _KPI + "invoices,0012,2026-06,10", "FILE-006 line 2"),
        text_file(
            "extract.csv", "FILE-007", "when,what,how_much\n2026-06,invoices,1010\n", "FILE-007 line 1", is_read=False
        ),
        text_file(
            "costs_2026-06.csv", "FILE-009", _KPI + "invoices,0012,2026-06,1010\n", "FILE-009 line 1", is_read=False
        ),
        text_file("kpi_observations_header_only.csv", "FILE-010", _KPI, "FILE-010 file"),
        text_file(
            "kpi_observations_empty_rows.csv", "FILE-011", _KPI + "invoices,0012,2026-06,1010\n,,,\n", "FILE-011 file"
        ),
        text_file(
            "kpi_observations_no_unit.csv",
            "HEAD-001",
            "kpi,period,value\ninvoices,2026-06,1010\n",
            "HEAD-001 line 1, column unit",
        ),
        text_file(
            "kpi_observations_unknown_column.csv",
            "HEAD-002",
            "kpi,unit,period,value,Unit cost\ninvoices,0012,2026-06,1010,3\n",
            "HEAD-002 line 1, column Unit cost",
        ),
        text_file(
            "kpi_observations_column_twice.csv",
            "HEAD-003",
            "kpi,unit,period,value,value\ninvoices,0012,2026-06,1010,1011\n",
            "HEAD-003 line 1, column value",
        ),
        text_file(
            "kpi_observations_nameless_column.csv",
            "HEAD-004",
            "kpi,unit,period,value,\ninvoices,0012,2026-06,1010,x\n",
            "HEAD-004 line 1",
        ),
        text_file(
            "kpi_observations_title.csv",
            "HEAD-005",
            "Monthly report\n" + _KPI + "invoices,0012,2026-06,1010\n",
            "HEAD-005 line 1",
            is_read=False,
        ),
        text_file(
            "kpi_observations_wide.csv",
            "HEAD-006",
            _KPI.strip() + ",spare" * 100 + "\n",
            "HEAD-006 line 1",
            is_read=False,
        ),
        text_file(
            "kpi_observations_grouping.csv",
            "LINE-001",
            _KPI + "invoices,0012,2026-06,1,010\ninvoices,NA,2026-06,7\n",
            "LINE-001 line 2",
        ),
        text_file(
            "units_quotes.csv", "LINE-002", 'unit,name,entity\nS9,"Depot "Bonn",DE1\n', "LINE-002 line 2", is_read=False
        ),
        text_file(
            "units_long_line.csv", "LINE-003", "unit,name,entity" + ",x" * 9000 + "\n", "LINE-003 line 1", is_read=False
        ),
    )


def broken_cells() -> tuple[BrokenFile, ...]:
    """Return files with a cell that does not say what it should."""
    return (
        text_file(
            "units_no_entity.csv", "CELL-001", "unit,name,entity\nS9,Depot Bonn,\n", "CELL-001 line 2, column entity"
        ),
        text_file(
            "kpi_observations_not_a_number.csv",
            "CELL-002",
            "kpi;unit;period;value\ninvoices;0012;2026-06;1.200,50\n",
            "CELL-002 line 2, column value",
        ),
        text_file(
            "kpi_observations_too_many_digits.csv",
            "CELL-003",
            _KPI + f"invoices,0012,2026-06,{'1' * 25}\n",
            "CELL-003 line 2, column value",
        ),
        text_file(
            "rollouts_date_order.csv",
            "CELL-004",
            "initiative,unit,go_live_on\nINV,0012,03/04/2026\n",
            "CELL-004 line 2, column go_live_on",
        ),
        text_file(
            "costs_period_13.csv",
            "CELL-005",
            _COST + _COST_ROW.format(amount="10.00", currency="EUR").replace("P08", "P13"),
            "CELL-005 line 2, column period",
        ),
        text_file(
            "initiative_stages_stage.csv",
            "CELL-006",
            "initiative,from_on,stage\nINV,2026-05-01,rollout\n",
            "CELL-006 line 2, column stage",
        ),
        text_file(
            "kpi_observations_flag.csv",
            "CELL-007",
            "kpi,unit,period,value,is_provisional\ninvoices,0012,2026-06,1010,TRUE\n",
            "CELL-007 line 2, column is_provisional",
        ),
        text_file(
            "trial_balances_rows.csv",
            "CELL-008",
            "entity,period,control_sum,row_count,currency\nUK1,FY26-P08,100.00,12.5,GBP\n",
            "CELL-008 line 2, column row_count",
        ),
        text_file(
            "costs_currency.csv",
            "CELL-009",
            _COST + _COST_ROW.format(amount="10.00", currency="€"),
            "CELL-009 line 2, column currency",
        ),
        text_file(
            "costs_yen.csv",
            "CELL-010",
            _COST + _COST_ROW.format(amount="10.50", currency="JPY"),
            "CELL-010 line 2, column amount",
        ),
        text_file(
            "units_space.csv", "CELL-011", "unit,name,entity\nS9 ,Depot Bonn,DE1\n", "CELL-011 line 2, column unit"
        ),
        text_file(
            "units_long_name.csv",
            "CELL-012",
            f"unit,name,entity\nS9,{'x' * 4001},DE1\n",
            "CELL-012 line 2, column name",
        ),
        text_file(
            "units_lost_letter.csv",
            "CELL-013",
            "unit,name,entity\nS9,Depot Z\ufffdrich,CH1\n",
            "CELL-013 line 2, column name",
        ),
        text_file(
            "kpi_observations_negative_count.csv",
            "CELL-015",
            "kpi,unit,period,value,count\nminutes,NA,2026-06,6.5,-3\n",
            "CELL-015 line 2, column count",
        ),
        text_file(
            "costs_point.csv",
            "CELL-017",
            _COST + _COST_ROW.format(amount="1.500", currency="EUR"),
            "CELL-017 line 2, column amount",
        ),
        text_file(
            "kpi_observations_point.csv",
            "CELL-018",
            _KPI + "invoices,0012,2026-06,1.500\ninvoices,NA,2026-06,940\n",
            "CELL-018 line 2, column value",
        ),
    )
