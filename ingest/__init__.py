"""Files in; checked rows and findings out."""
