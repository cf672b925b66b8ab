"""The vocabulary every other room is written in: errors, values, time, place, pixels, claims."""
