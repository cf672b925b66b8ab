"""One-pass MAD agrees with Orfeo ToolBox, an independent implementation; skipped, visibly, without it."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def benchmark() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "otb_agreement.py"
    spec = importlib.util.spec_from_file_location("otb_agreement", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if shutil.which(module.TOOL) is None:
        pytest.skip(f"{module.TOOL} is not installed (Debian: otb-bin)")
    return module


def test_synthetic_pair_agrees_with_orfeo(benchmark: ModuleType) -> None:
    rho, variate = benchmark.compare(*benchmark.synthetic_pair())
    assert rho < 1e-6
    assert variate < 1e-4


@pytest.mark.real
def test_real_crop_agrees_with_orfeo(benchmark: ModuleType, real_data: Path) -> None:
    rho, variate = benchmark.compare(*benchmark.real_pair(real_data))
    assert rho < 1e-6
    assert variate < 1e-4


def test_without_orfeo_the_benchmark_says_so_and_ends_well(
    benchmark: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmark.shutil, "which", lambda _: None)
    assert benchmark.main([]) == 0
    assert "is not installed" in capsys.readouterr().out
