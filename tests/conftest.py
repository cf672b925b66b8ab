"""Shared fixtures: where the real scenes are, or a visible skip; benchmarks as modules."""

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder with real scenes: $OSINT_IMAGERY_DATA, else ../shared/data beside the repository."""
    named = os.environ.get("OSINT_IMAGERY_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real scenes not found at {folder}; set OSINT_IMAGERY_DATA")
    return folder


@pytest.fixture(scope="session")
def benchmark_of() -> Callable[[str], ModuleType]:
    """Load a module of benchmarks/ by its name, so that what it prints can be tested."""

    def load(name: str) -> ModuleType:
        path = Path(__file__).resolve().parents[1] / "benchmarks" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses look their module up
        spec.loader.exec_module(module)
        return module

    return load
