"""What is true: the business facts, the effects, the money, the records."""

import os

# One BLAS thread, set before NumPy loads: sums in one order give the same cents, and small matrices run faster so.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
