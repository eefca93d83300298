"""The HTTP interface: one module per slice, problems instead of surprises."""
