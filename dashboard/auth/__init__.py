"""Signing in and out, and what stands before every request."""
