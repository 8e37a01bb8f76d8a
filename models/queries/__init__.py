"""Frozen views for one screen each, read-only."""
