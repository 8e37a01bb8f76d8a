"""The nouns: frozen records that every other part speaks of."""
