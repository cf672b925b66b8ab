"""Shared fixtures: where the real scenes are, or a visible skip."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with real scenes: $OSINT_IMAGERY_DATA, else ../shared/data beside the repository."""
    named = os.environ.get("OSINT_IMAGERY_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real scenes not found at {folder}; set OSINT_IMAGERY_DATA")
    return folder
