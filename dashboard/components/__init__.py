"""Pure functions from a view to components."""
