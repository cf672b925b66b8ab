"""Change between dates, with uncertainty calibrated on quiet ground."""
