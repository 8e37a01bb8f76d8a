"""The checks of a cast table: its contract, what it refers to, and what each kind of fact demands beyond."""
