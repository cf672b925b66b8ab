"""Could it have been seen at all: coverage, resolution, power."""
