"""One file per finding code, made by `python -m sample_data.broken.make`, with the findings expected."""
