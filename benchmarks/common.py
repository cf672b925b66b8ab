"""Where the real scenes are."""

import os
import sys
from pathlib import Path


def real_scenes() -> Path:
    """Return the folder of real scenes, or stop and say how to name it."""
    named = os.environ.get("OSINT_IMAGERY_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not (folder / "scenes" / "catalog.json").is_file():
        sys.exit(f"no real scenes at {folder}; set OSINT_IMAGERY_DATA")
    return folder
