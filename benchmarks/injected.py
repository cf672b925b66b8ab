"""Real pairs with changes put into them whose place, area and contrast are known; used by areas.py."""

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from common import real_scenes
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import erf

import osint_imagery as oi
from osint_imagery.change import align
from osint_imagery.core.errors import UndeterminedError
from osint_imagery.scenes.streaming import shared_bands
from osint_imagery.workflow.comparing import Reader, grid_for

CITIES = ("beirut", "mumbai", "cupertino", "nantes", "rennes")
SUMMER = {6, 7, 8, 9}
SIDES_PX, CONTRASTS, PSF_PX = (3.0, 40.0), (2.5, 20.0), (0.45, 0.65)
CLEAR_PX = 8  # ground kept free around a target
STRAY_PX, STRAY_SHARE, FOUND_SHARE = 5, 0.1, 0.5  # when an outline is that of the target and of nothing else

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Target:
    """A rectangle: its area and center, the pixels that see it, and its contrast in sd of the scene's difference."""

    area: float
    center: tuple[float, float]
    window: tuple[slice, slice]
    half: Bool
    contrast: float


def cities() -> dict[str, list[oi.Pair]]:
    """Return the aligned pair of each city, 10 bands."""
    scenes = [s for s in oi.open_catalog(real_scenes() / "scenes" / "catalog.json").scenes() if "oscd" in s.id]
    found = {}
    for city in CITIES:
        both = sorted((s for s in scenes if city in s.id), key=lambda s: s.id)
        found[city] = _aligned(both, [(0, 1)])
    return found


def romania() -> list[oi.Pair]:
    """Return aligned pairs of clear summer dates of a forest, 4 bands, that share no date."""
    with tempfile.TemporaryDirectory() as folder:
        scenes = sorted(oi.open_catalog(oi.romania_catalog(Path(folder))).scenes(), key=lambda s: s.id)
        summer = [s for s in scenes if s.acquired.middle.month in SUMMER]
        return _aligned(summer, None)


def _aligned(scenes: Sequence[oi.Scene], which: list[tuple[int, int]] | None) -> list[oi.Pair]:
    shared = scenes[0].footprint.intersection(scenes[1].footprint)
    aoi = oi.AreaOfInterest.from_geometry(shared)
    reader = Reader(grid=grid_for(scenes[:2], aoi, margin_m=0.0), bands=shared_bands(scenes[:2]))
    images = [reader.image(scene) for scene in scenes]
    if which is None:
        images = [image for image in images if image.valid.mean() > 0.99]
        which = [(k, k + 1) for k in range(0, len(images) - 1, 2)]
    pairs = []
    for first, second in which:
        try:
            pairs.append(align(images[first], images[second]))
        except UndeterminedError as err:
            print(f"left out: {err}")
    return pairs


def difference(pair: oi.Pair) -> Float:
    """Return the difference of the two dates over its median, in robust standard deviations, (band, y, x)."""
    change = pair.after.values.astype(np.float64) - pair.before.values
    change -= np.nanmedian(change, axis=(1, 2), keepdims=True)
    return np.asarray(change / (1.4826 * np.nanmedian(np.abs(change), axis=(1, 2), keepdims=True)))


def inject(pair: oi.Pair, rng: np.random.Generator, count: int) -> tuple[oi.Pair, list[Target]]:
    """Put rectangles into the later date, at any angle and sub-pixel phase, blurred by a point spread function.

    Half of the calls add a contrast to what is there, half replace it by a material with a texture of its own.
    """
    values = pair.after.values.astype(np.float64)
    spread = 1.4826 * np.nanmedian(
        np.abs(values - pair.before.values - np.nanmedian(values - pair.before.values, axis=(1, 2), keepdims=True)),
        axis=(1, 2),
    )
    taken, added = ~pair.valid, bool(rng.integers(2))
    targets: list[Target] = []
    for _ in range(20 * count):
        if len(targets) == count:
            break
        sides, center, turn = _rectangle(pair.shape, rng)
        window, seen = _seen(pair.shape, center, sides, turn=turn, sigma=rng.uniform(*PSF_PX))
        around = tuple(slice(max(0, s.start - CLEAR_PX), s.stop + CLEAR_PX) for s in window)
        reach = math.hypot(*sides) / 2 + CLEAR_PX
        if min(center) < reach or center[0] > pair.shape[0] - reach or center[1] > pair.shape[1] - reach:
            continue
        if taken[around].any():
            continue
        taken[window] = True
        contrast = float(np.exp(rng.uniform(*np.log(CONTRASTS))) * rng.choice([-1, 1]))
        here = (slice(None), *window)
        values[here] = _changed(values[here], seen, contrast * spread * _spectrum(len(spread), rng), rng, added=added)
        targets.append(Target(math.prod(sides), center, window, seen >= 0.5, contrast))
    after = replace(pair.after, values=values.astype(np.float32), simulated=True)
    return replace(pair, after=after), targets


def _rectangle(
    shape: tuple[int, int], rng: np.random.Generator
) -> tuple[tuple[float, float], tuple[float, float], float]:
    one = float(np.exp(rng.uniform(*np.log(SIDES_PX))))
    other = float(np.clip(one * np.exp(rng.uniform(-0.8, 0.8)), *SIDES_PX))
    return (one, other), (rng.uniform(0, shape[0]), rng.uniform(0, shape[1])), rng.uniform(0, math.pi)


def _seen(
    shape: tuple[int, int], center: tuple[float, float], sides: tuple[float, float], *, turn: float, sigma: float
) -> tuple[tuple[slice, slice], Float]:
    """Return the window and the share of each of its pixels that the rectangle fills, after the blur."""
    reach = math.ceil(math.hypot(*sides) / 2 + 4 * sigma + 2)
    window = tuple(
        slice(max(0, int(c) - reach), min(n, int(c) + reach + 1)) for c, n in zip(center, shape, strict=True)
    )
    rows, columns = np.mgrid[window]
    down, across = rows + 0.5 - center[0], columns + 0.5 - center[1]
    along, away = across * math.cos(turn) + down * math.sin(turn), down * math.cos(turn) - across * math.sin(turn)

    def box(t: Float, side: float) -> Float:
        wide = math.sqrt(2) * sigma
        return np.asarray(0.5 * (erf((side / 2 - t) / wide) - erf((-side / 2 - t) / wide)))

    return (window[0], window[1]), box(along, sides[0]) * box(away, sides[1])


def _spectrum(bands: int, rng: np.random.Generator) -> Float:
    """Return a smooth contrast over the bands, 1 on average."""
    t = np.linspace(-1, 1, bands)
    return np.asarray(1 + rng.normal(0, 0.3) * t + rng.normal(0, 0.3) * (t**2 - 0.5))


def _changed(ground: Float, seen: Float, contrast: Float, rng: np.random.Generator, *, added: bool) -> Float:
    if added:
        return ground + contrast[:, None, None] * seen
    usual = ground[:, seen > 0.5].mean(axis=1)
    step = np.maximum(usual + contrast, 0.1 * usual) - usual
    texture = ndimage.gaussian_filter(rng.normal(size=seen.shape), 0.8)
    texture *= rng.uniform(0, 0.25) / texture.std()
    material = usual[:, None, None] + step[:, None, None] * (1 + texture)
    return np.asarray(ground * (1 - seen) + material * seen)


def outlined(pair: oi.Pair, *, sigma: float, threshold: float, visible: bool) -> NDArray[np.int32]:
    """Return connected objects where the smoothed difference exceeds a threshold: a detector of no refinement."""
    bands = [b for b in pair.bands if not visible or b in {"blue", "green", "red"}]
    change = difference(oi.Pair(before=pair.before.select(bands), after=pair.after.select(bands)))
    smooth = ndimage.gaussian_filter(np.nan_to_num(change), (0, sigma, sigma))
    power = (smooth**2).mean(axis=0)
    spread = 2 / (9 * len(bands))
    score = (np.cbrt(power / np.median(power)) - (1 - spread)) / math.sqrt(spread)
    labels, _ = ndimage.label(score > threshold, np.ones((3, 3)))
    pixels = np.bincount(labels.ravel())
    kept = pixels >= 3
    kept[0] = False
    renumber: NDArray[np.int32] = (np.cumsum(kept) * kept).astype(np.int32)
    return np.asarray(renumber[labels])


def matched(
    labels: NDArray[np.int32], before: NDArray[np.int32], targets: Sequence[Target]
) -> tuple[list[tuple[Target, int]], int]:
    """Return targets with the label that is theirs alone, and how many run together with something or are in part.

    A target on ground that was outlined before it was put there has no known area and is left out.
    """
    found, spoiled = [], 0
    for target in targets:
        inside = labels[target.window][target.half]
        if (before[target.window][target.half] > 0).mean() > 0.02 or not (inside > 0).any():
            continue
        label = int(np.bincount(inside[inside > 0]).argmax())
        if _clean(labels, target, label):
            found.append((target, label))
        else:
            spoiled += 1
    return found, spoiled


def _clean(labels: NDArray[np.int32], target: Target, label: int) -> bool:
    if (labels[target.window][target.half] == label).mean() < FOUND_SHARE:
        return False
    around = tuple(slice(max(0, s.start - 40), s.stop + 40) for s in target.window)
    mine = labels[around] == label
    truth = np.zeros(labels.shape, dtype=bool)
    truth[target.window] = target.half
    stray = mine & (ndimage.distance_transform_edt(~truth[around]) > STRAY_PX)
    return bool(stray.sum() <= STRAY_SHARE * mine.sum())


def few_bands(pair: oi.Pair) -> oi.Pair:
    """Return the pair with three visible bands and near infrared only."""
    names = [b for b in pair.bands if b in {"blue", "green", "red", "nir"}]
    return replace(pair, before=pair.before.select(names), after=pair.after.select(names))
