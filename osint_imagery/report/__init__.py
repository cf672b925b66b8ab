"""The report a stranger reads first."""
