"""Check public claims against public satellite imagery."""

__version__ = "0.1.0"
