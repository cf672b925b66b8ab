"""Changed pixels to outlines with attributes: this library beside rasterio.features.shapes and geopandas.

Run: python benchmarks/outlines.py
A plane of 4096 x 4096 pixels, 1.8 % changed, about 45,000 objects. Both sides start from the same changed pixels and
scores. This library ends with one outline an object, its pixels, center, mean and greatest score and bounds; the other
side with outlines, area, center and bounds, no scores, once in the words of its manuals and once in as few as possible.
"""

import gc
import statistics
import time
from collections.abc import Callable

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes
from scipy import ndimage
from shapely.geometry import shape

from osint_imagery.change.attributes import attributes
from osint_imagery.core.tracing import outlines

SIDE, ROUNDS = 4096, 5
EIGHT = np.ones((3, 3), dtype=bool)
Answer = tuple[NDArray[np.object_], NDArray[np.float64]]


def scene(rng: np.random.Generator) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Return changed pixels, from single ones to ragged blobs, and a score."""
    changed = rng.random((SIDE, SIDE), dtype=np.float32) < 0.0021
    blobs = ndimage.binary_dilation(rng.random((SIDE, SIDE), dtype=np.float32) < 0.0008, EIGHT, iterations=2)
    changed |= blobs & (rng.random((SIDE, SIDE), dtype=np.float32) < 0.85)
    return changed, rng.random((SIDE, SIDE), dtype=np.float32)


def ours(changed: NDArray[np.bool_], score: NDArray[np.float32]) -> Answer:
    """Label, trace, and count attributes; as a table too."""
    labels, _ = ndimage.label(changed, EIGHT, output=np.int32)
    _, drawn = outlines(labels)
    found = attributes(labels, score)
    columns = {"pixels": found.pixels, "row": found.row, "column": found.column, "mean": found.mean}
    top, left, bottom, right = found.bbox.T
    table = geopandas.GeoDataFrame(
        {**columns, "greatest": found.greatest, "top": top, "left": left, "bottom": bottom, "right": right},
        geometry=drawn,
    )
    return np.asarray(table.geometry.array, dtype=object), found.pixels.astype(np.float64)


def documented(changed: NDArray[np.bool_], _: NDArray[np.float32]) -> Answer:
    """Polygonize with eight neighbors into a table from features, as both manuals do; then area, center and bounds."""
    found = shapes(changed.astype(np.uint8), mask=changed, connectivity=8)
    features = [{"type": "Feature", "properties": {"value": v}, "geometry": g} for g, v in found]
    return _measured(geopandas.GeoDataFrame.from_features(features))


def shortest(changed: NDArray[np.bool_], _: NDArray[np.float32]) -> Answer:
    """Do the same with the fewest steps that give a table."""
    found = shapes(changed.astype(np.uint8), mask=changed, connectivity=8)
    return _measured(geopandas.GeoDataFrame(geometry=[shape(g) for g, _ in found]))


def _measured(table: geopandas.GeoDataFrame) -> Answer:
    table["area"] = table.area
    table["center"] = table.centroid
    table[["left", "top", "right", "bottom"]] = table.bounds
    return np.asarray(table.geometry.array, dtype=object), table["area"].to_numpy()


ROADS: dict[str, Callable[[NDArray[np.bool_], NDArray[np.float32]], Answer]] = {
    "this library": ours,
    "shapes + from_features": documented,
    "shapes + shortest": shortest,
}


def main() -> None:
    """Print time, validity and agreement of both, in turns."""
    changed, score = scene(np.random.default_rng(0))
    _, count = ndimage.label(changed, EIGHT)
    print(f"{SIDE} x {SIDE} px, {changed.mean():.2%} changed, {count} objects; medians of {ROUNDS} rounds in turn")
    times: dict[str, list[float]] = {name: [] for name in ROADS}
    answers: dict[str, Answer] = {}
    for _ in range(ROUNDS):
        for name, road in ROADS.items():
            gc.collect()  # the other side's objects are not to be cleared away on this side's time
            start = time.perf_counter()
            answers[name] = road(changed, score)
            times[name].append(time.perf_counter() - start)
    least = statistics.median(times["this library"])
    for name, (drawn, area) in answers.items():
        valid = shapely.is_valid(drawn)
        exact = int(area.sum()) == int(changed.sum()) and bool((shapely.area(drawn) == area).all())
        took = statistics.median(times[name])
        print(
            f"{name:>24}: {took:6.2f} s ({took / least:4.1f} times), {len(drawn)} outlines, {valid.mean():.2%} valid, "
            f"areas are pixel counts: {exact}"
        )
    labels, _ = ndimage.label(changed, EIGHT, output=np.int32)
    for name, part in (
        ("label", lambda: ndimage.label(changed, EIGHT, output=np.int32)),
        ("outlines", lambda: outlines(labels)),
        ("attributes", lambda: attributes(labels, score)),
    ):
        start = time.perf_counter()
        part()
        print(f"{name:>24}: {time.perf_counter() - start:6.2f} s of these")


if __name__ == "__main__":
    main()
