"""The sample company: a seeded generator of believable extracts with planted effects, and real series as extracts."""
