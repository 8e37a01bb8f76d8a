"""Verbs: change one thing (permission, change, audit event, one transaction)."""
