"""Bytes in; tables of text out, with the findings of reading them."""
