"""FOCUS cost and usage files: the FinOps Open Cost and Usage Specification, versions 1.0 to 1.4, in our columns."""
