"""Every way a person reaches Tieout: pages, command line, worker."""

import models as models  # first of all: it sets the number of BLAS threads before NumPy loads
