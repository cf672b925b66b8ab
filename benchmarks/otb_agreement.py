"""Compare one-pass MAD with Orfeo ToolBox, where that is installed (Debian: otb-bin).

Run: python benchmarks/otb_agreement.py [folder of the real scenes]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import rasterio
from numpy.typing import NDArray

from osint_imagery.change.mad import fit_mad, variates

__all__ = ["TOOL", "compare", "main", "real_pair", "synthetic_pair"]

TOOL = "otbcli_MultivariateAlterationDetector"
Float = NDArray[np.float64]


def synthetic_pair() -> tuple[Float, Float]:
    """Return test vector T4 of the methods reference, (band, y, x) of each date."""
    rng = np.random.default_rng(7)
    mixing, sources = rng.standard_normal((4, 4)), rng.standard_normal((4, 128, 128))
    noise = rng.standard_normal((2, 4, 128, 128))
    ground = np.einsum("ij,jyx->iyx", mixing, sources)
    before, after = 1000 + 100 * (ground + 0.1 * noise[0]), 1200 + 130 * (ground + 0.1 * noise[1])
    after[:, 40:60, 70:90] += np.array([300.0, -300, 300, -300])[:, None, None]
    return before, after


def real_pair(folder: Path) -> tuple[Float, Float]:
    """Return four bands of a 300 x 300 crop of the two Beirut scenes."""
    beirut = folder / "scenes" / "sentinel-2-l1c-oscd" / "beirut"
    crop = rasterio.windows.Window(300, 300, 300, 300)
    dates = []
    for date in ("20150820", "20171003"):
        planes = []
        for band in ("B02", "B03", "B04", "B08"):
            with rasterio.open(next((beirut / date).glob(f"*{band}.tif"))) as raster:
                planes.append(raster.read(1, window=crop).astype(np.float64))
        dates.append(np.stack(planes))
    return dates[0], dates[1]


def _write(path: Path, values: Float) -> None:
    bands, rows, columns = values.shape
    profile = {"driver": "GTiff", "count": bands, "height": rows, "width": columns, "dtype": "float64"}
    transform = rasterio.transform.from_origin(0, rows, 1, 1)
    with rasterio.open(path, "w", crs="EPSG:32636", transform=transform, **profile) as raster:
        raster.write(values)


def _orfeo(before: Float, after: Float) -> tuple[Float, Float]:
    """Return Orfeo's correlations, ascending, and its variates in that order."""
    with tempfile.TemporaryDirectory() as scratch:
        one, two, out = (Path(scratch) / name for name in ("before.tif", "after.tif", "mad.tif"))
        _write(one, before)
        _write(two, after)
        command = [TOOL, "-in1", str(one), "-in2", str(two), "-out", str(out), "double"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        with rasterio.open(out) as raster:
            found = raster.read().astype(np.float64)
    text = done.stdout + done.stderr
    match = re.search(r"rho:?\s*\[([^\]]+)\]", text, flags=re.IGNORECASE)
    # The variance of a MAD variate is 2 (1 - rho).
    rho = 1 - found.reshape(len(found), -1).var(axis=1, ddof=1) / 2
    if match:
        rho = np.array([float(part) for part in match[1].split(",")])
    order = np.argsort(rho)
    return rho[order], found[order]


def compare(before: Float, after: Float) -> tuple[float, float]:
    """Return the largest difference of the correlations, and of the variates up to sign."""
    bands = len(before)
    x, y = before.reshape(bands, -1), after.reshape(bands, -1)
    fit = fit_mad(x, y, iterate=False)
    ours = variates(fit, x, y).astype(np.float64) * fit.sigma[:, None]
    rho, theirs = _orfeo(before, after)
    flat = theirs.reshape(bands, -1)
    flat = flat * np.sign((flat * ours).sum(axis=1))[:, None]
    return float(np.abs(rho - fit.rho).max()), float(np.abs(flat - ours).max())


def main(arguments: list[str]) -> int:
    """Print the differences on the synthetic pair and, where it is there, on a real crop."""
    if shutil.which(TOOL) is None:
        print(f"{TOOL} is not installed (Debian: otb-bin); nothing compared")
        return 0
    named = arguments[0] if arguments else os.environ.get("OSINT_IMAGERY_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    pairs = {"synthetic (T4)": synthetic_pair()}
    if folder.is_dir():
        pairs["Beirut, 300 x 300 px"] = real_pair(folder)
    for name, (before, after) in pairs.items():
        rho, variate = compare(before, after)
        print(f"{name}: largest difference of the correlations {rho:.2e}, of the variates {variate:.2e}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
