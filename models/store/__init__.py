"""Keep it: tables, engine, unit of work, merge, audit chain, content store and migrations."""
