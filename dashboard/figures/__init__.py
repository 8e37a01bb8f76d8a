"""Pure functions from a view to a plain figure dict."""
