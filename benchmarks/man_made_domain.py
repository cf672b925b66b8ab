"""Where the probability of man-made change is withheld because the pair is not of the kind it was calibrated on.

Run: python benchmarks/man_made_domain.py
Inside: the Sentinel-2 pairs of five cities, whole with 3, 4 and 6 bands, and in tiles of 128, 256 and 400 pixels.
Outside, with nothing built: textures seen twice (three spectra, three sizes of patches, three levels of noise), also
moved by 0.3 px or with noise that reaches to the next pixels; one date of each city seen twice in the same ways; quiet
dates of a real forest (pip install --no-deps nrt==0.2.1); farmland and mines a month apart (Landsat 7). The limits are
a tenth beyond what any tile shows; each city is judged with limits from the other four. Of the pairs outside, "claims"
counts those on which a pixel would have had a probability of at least 0.5. The days between the dates are left aside.
"""

import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import rasterio
from common import real_scenes
from forest import quiet_forest
from numpy.typing import NDArray
from oscd import CITIES, load
from scipy import ndimage

import osint_imagery as oi
from osint_imagery.change.evidence_planes import BROAD
from osint_imagery.change.manmade import ManMade
from osint_imagery.change.manmade_domain import Traits, traits_of
from osint_imagery.change.sampling import cut
from osint_imagery.core.errors import UndeterminedError

NAMES = ("patchiness", "agreement", "size", "greenness")
MARGIN = 0.1
WAYS = ("plain", "moved", "smooth noise")
LEAST_VALID = 0.9
BARE, GREEN = np.array([0.10, 0.12, 0.15, 0.20, 0.26, 0.24]), np.array([0.04, 0.07, 0.05, 0.38, 0.18, 0.09])
Float = NDArray[np.float64]
Row = tuple[Traits, float]  # and the largest probability


def of_bands(pair: oi.Pair, count: int) -> oi.Pair:
    """Return the pair with its first bands of the detector's."""
    names = BROAD[:count]
    both = [
        replace(image, values=np.stack([image.band(name) for name in names]), bands=names)
        for image in (pair.before, pair.after)
    ]
    return replace(pair, before=both[0], after=both[1])


def tiles(pair: oi.Pair) -> Iterator[oi.Pair]:
    """Yield a city whole and in tiles."""
    for count, side in ((6, 0), (4, 0), (3, 0), (4, 400), (4, 256), (4, 128)):
        own = of_bands(pair, count)
        if not side:
            yield own
            continue
        for top, left in product(*(range(0, length - side + 1, side) for length in pair.shape)):
            place = top, left, side, side
            tile = replace(own, before=cut(own.before, place), after=cut(own.after, place))
            if tile.valid.mean() > LEAST_VALID:
                yield tile


def twice(ground: Float, noise: float, way: str, seed: int) -> oi.Pair:
    """Return ground seen twice: plainly, moved by 0.3 px after alignment, or with noise that reaches further."""
    rng = np.random.default_rng(seed)
    later = ndimage.shift(ground, (0, 0.3, 0.3), order=3, mode="mirror") if way == "moved" else ground

    def look(values: Float) -> oi.Image:
        grain = rng.standard_normal(values.shape)
        if way == "smooth noise":
            grain = ndimage.gaussian_filter(grain, (0, 0.8, 0.8))
            grain /= grain.std()
        return oi.Image.from_array(values + noise * grain, bands=BROAD[:4])

    return oi.Pair(before=look(ground), after=look(later))


def texture(kind: str, patch_px: float, seed: int) -> Float:
    """Return random ground: one pattern in all bands, one a band, or gardens between bare ground."""
    rng = np.random.default_rng(seed)
    raw = ndimage.gaussian_filter(rng.standard_normal((4, 400, 400)), (0, patch_px, patch_px))
    raw /= raw.std(axis=(1, 2), keepdims=True)
    if kind == "gardens":
        share = np.clip(0.4 + 0.25 * raw[0], 0, 1)
        fine = ndimage.gaussian_filter(rng.standard_normal((400, 400)), 1)
        garden = (BARE[:4, None, None] * (1 - share) + GREEN[:4, None, None] * share) * (1 + fine / 2)
        return np.asarray(np.maximum(garden, 0.005))
    level = 0.15 * (1 + 0.2 * np.arange(4))[:, None, None]
    return np.asarray(np.maximum(level * (1 + 0.2 * (raw[:1] if kind == "one pattern" else raw)), 0.005))


def row(pair: oi.Pair) -> Row | None:
    """Return a pair's traits and its largest probability; None where the detector refuses it."""
    try:
        fit = ManMade().fit([pair])
        scored = fit.score(pair)
    except UndeterminedError:
        return None
    top = 0.0 if scored.probability is None else float(np.nanmax(scored.probability))
    return replace(traits_of(fit.planes, [pair]), days=None), top


def judged(pairs: Iterable[oi.Pair], pool: Executor) -> list[Row]:
    """Return the rows of all pairs that the detector does not refuse."""
    return [found for found in pool.map(row, pairs) if found is not None]


def limits(rows: Sequence[Row]) -> tuple[float, ...]:
    """Return the limits that rows inside give."""
    known = [t for t, _ in rows if np.isfinite(t.size)]
    least = [(1 - MARGIN) * min(getattr(t, name) for t in known) for name in NAMES[:3]]
    return (*least, (1 + MARGIN) * max(t.greenness for t in known))


def withheld(found: Row, limit: Sequence[float]) -> list[str]:
    """Return the names of the traits that speak against a pair."""
    traits = found[0]
    if not np.isfinite(traits.size):
        return ["land"]
    said = [name for name, least in zip(NAMES[:3], limit[:3], strict=True) if getattr(traits, name) < least]
    return said + (["greenness"] if traits.greenness > limit[3] else [])


def shown(name: str, found: Sequence[Row], limit: Sequence[float]) -> None:
    """Print how many of some pairs are withheld, and what is kept."""
    told = [withheld(r, limit) for r in found]
    kept = [r[1] for r, why in zip(found, told, strict=True) if not why]
    counts = ", ".join(f"{n} {sum(n in why for why in told)}" for n in (*NAMES, "land"))
    claims = f"claims {sum(r[1] >= 0.5 for r in found)}, of the kept {sum(top >= 0.5 for top in kept)}"
    print(f"{name:34} {len(found):4} pairs, withheld {len(found) - len(kept):4} ({counts}); {claims}", flush=True)


def landsat(name: str, files: Sequence[str]) -> oi.Pair:
    """Return a Landsat pair of the data folder; its first three bands stand for blue, green and red."""
    folder = Path(real_scenes()) / "pairs" / name
    both = []
    for file in files:
        with rasterio.open(folder / file) as source:
            both.append(oi.Image.from_array(source.read().astype(np.float32), bands=BROAD[: source.count]))
    return oi.Pair(before=both[0], after=both[1])


def main() -> int:
    """Print the limits and the table."""
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    cities = {name: of_bands(load(name).pair, 6) for name in CITIES}
    with ProcessPoolExecutor() as pool:
        inside = {name: judged(tiles(pair), pool) for name, pair in cities.items()}
        every = [found for rows in inside.values() for found in rows]
        limit = limits(every)
        print("LEAST_PATCHINESS, LEAST_AGREEMENT, LEAST_SIZE, MOST_GREENNESS =", *(f"{v:.3g}," for v in limit))
        print("each city with the limits of the other four:", flush=True)
        for name, rows in inside.items():
            others = limits([r for other, found in inside.items() if other != name for r in found])
            shown(f"  {name}, as it is", rows, others)
            ground = np.nan_to_num(of_bands(cities[name], 4).before.values[:, 20:320, 20:320].astype(np.float64))
            for way in WAYS:
                pairs = [twice(ground, noise, way, seed=3) for noise in (0.0005, 0.001, 0.003, 0.008)]
                shown(f"  {name}, one date twice, {way}", judged(pairs, pool), others)
        for way in WAYS:
            kinds = product(("one pattern", "one a band", "gardens"), (0.5, 1, 3), (0.001, 0.004, 0.015))
            pairs = [twice(texture(kind, patch, 5), noise, way, seed=7) for kind, patch, noise in kinds]
            shown(f"textures, {way}", judged(pairs, pool), limit)
        forest = quiet_forest(months=range(4, 11)).pairs()
        shown("quiet forest, 2 to 1000 days", judged(forest.values(), pool), limit)
        mines = landsat("landsat7_juelich_2001", ("LS20010525.tif", "LS20010626.tif"))
        shown("farmland and mines, a month", judged([mines], pool), limit)
    return 0


if __name__ == "__main__":
    sys.exit(main())
