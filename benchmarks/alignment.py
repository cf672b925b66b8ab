"""Alignment: error, interval coverage and time on synthetic terrain, beside scikit-image; shifts of five real cities.

Run: python benchmarks/alignment.py [trials]
Terrain is a random field (amplitude falls as frequency to the power 1.1) seen through a sensor whose response at the
Nyquist frequency is 0.25, rendered twice with a shift applied as a phase: exact. "aliased" terrain is rendered at
twice the resolution and thinned, so that what the sensor samples too coarsely is folded back. Each date has its own
noise (10, ground's deviation 300) and is rounded to whole numbers; the later one has another gain and offset.
"9 % cloud": soft-edged clouds over 9 % of the later date that no flag tells of, a corner without data on both, and
changed squares on 0.6 % of the ground. Coverage is that of the 90 % intervals of the found shift over random shifts
of up to 2 px, both axes counted. Registration is timed with both dates in memory, apart from moving the bands.
"""

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
from common import real_scenes
from numpy.typing import NDArray
from scipy import fft, ndimage
from skimage.registration import phase_cross_correlation

import osint_imagery as oi
from osint_imagery.change.chips import cut, places
from osint_imagery.change.coregister import move, register
from osint_imagery.core.errors import AlignmentError
from osint_imagery.core.pair import Registration
from osint_imagery.scenes.reading import native_grid

Float = NDArray[np.float32]

CITIES = {"beirut": (0, 0.40), "mumbai": (0.20, -0.05), "cupertino": (-0.05, -0.15), "nantes": (-0.20, 0.15)}
CITIES |= {"rennes": (0, -0.05)}  # (rows, columns) in earlier trials, by a correlation that kept what is folded back
TRUE = (0.37, -1.23)
SIDE, TRIAL_SIDE = 4096, 1024
NOISE, RELIEF, LEVEL = 10, 300, 1500


def terrain(side: int, seed: int, shifts: tuple[tuple[float, float], ...], over: int) -> list[Float]:
    """Return one ground seen with several shifts."""
    rng = np.random.default_rng(seed)
    many = side * over
    spectrum = rng.standard_normal((many, many // 2 + 1, 2), dtype=np.float32).view(np.complex64)[..., 0]
    down = (fft.fftfreq(many) * over).astype(np.float32)[:, None]
    across = (fft.rfftfreq(many) * over).astype(np.float32)[None, :]
    length = np.maximum(np.hypot(down, across), np.float32(1 / side))
    spectrum *= length**-1.1 * np.exp(np.log(0.25) * (length / 0.5) ** 2)
    spectrum[0, 0] = 0
    seen = []
    for rows, columns in shifts:
        turn = np.exp(-2j * np.pi * rows * down).astype(np.complex64) * np.exp(-2j * np.pi * columns * across)
        plane = fft.irfft2(spectrum * turn.astype(np.complex64), s=(many, many), workers=2)[::over, ::over]
        seen.append(np.asarray(plane * (RELIEF / plane.std()) + LEVEL, dtype=np.float32))
    return seen


def spoiled(plane: Float, rng: np.random.Generator) -> Float:
    """Return a date with soft clouds over 9 % and changed squares on 0.6 %."""
    side = len(plane)
    coarse = ndimage.gaussian_filter(rng.standard_normal((side // 32, side // 32)).astype(np.float32), 2.0)
    veil = ndimage.zoom(coarse, 32, order=1)
    edge, full = np.quantile(veil[::8, ::8], [0.91, 0.973])
    cover = np.clip((veil - edge) / (full - edge), 0, 1)
    inside = ndimage.zoom(rng.standard_normal((side // 8, side // 8)).astype(np.float32), 8, order=1)
    result = plane * (1 - cover) + cover * (6000 + 500 * inside)
    for _ in range(int(0.006 * side * side / 400)):
        row, column = rng.integers(0, side - 20, 2)
        result[row : row + 20, column : column + 20] += rng.choice([-600, 600])
    return np.asarray(result, dtype=np.float32)


def dates(side: int, seed: int, shift: tuple[float, float], *, cloudy: bool, over: int = 1) -> tuple[oi.Image, ...]:
    """Return two dates of one ground; the later one lies `shift` further down and right."""
    rng = np.random.default_rng(seed + 10**6)
    first, second = (
        plane + NOISE * rng.standard_normal(plane.shape, dtype=np.float32)
        for plane in terrain(side, seed, ((0.0, 0.0), shift), over)
    )
    second = second * np.float32(1.1) + 50
    valid = np.ones(first.shape, dtype=bool)
    if cloudy:
        second = spoiled(second, rng)
        at = np.arange(side)
        valid = at[:, None] + 0.5 * at[None, :] >= 0.3 * side
    return tuple(
        oi.Image.from_array(np.where(valid, np.clip(np.round(p), 0, 65535), 0)[None], bands=["red"], valid=valid)
        for p in (first, second)
    )


def registered(before: oi.Image, after: oi.Image) -> Registration:
    """Cut the chips and register."""
    chips = [cut(before, after, place, number=i) for i, place in enumerate(places(before.shape))]
    return register(chips, shape=before.shape)


def timed(work: Callable[[], object], repeats: int = 5) -> tuple[float, float]:
    """Return the median wall and processor time, s."""
    spent = []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        spent.append((time.perf_counter() - wall, time.process_time() - cpu))
    return float(np.median([s[0] for s in spent])), float(np.median([s[1] for s in spent]))


def accuracy() -> None:
    """Print error and time on one large pair, clean and cloudy."""
    print(f"{SIDE} x {SIDE}, true shift {TRUE}")
    print(f"{'':10}{'method':34}{'error rows / columns, px':>26}{'sigma':>18}{'wall s':>8}{'cpu s':>8}")
    for name, cloudy in (("clean", False), ("9 % cloud", True)):
        before, after = dates(SIDE, 1, TRUE, cloudy=cloudy)
        found = registered(before, after)
        wall, cpu = timed(lambda before=before, after=after: registered(before, after))  # type: ignore[misc]
        off = np.add(found.shift_px, TRUE)
        sigma = found.shift_sigma_px or (np.nan, np.nan)
        words = f"{off[0]:+.4f} / {off[1]:+.4f}", f"{sigma[0]:.4f} / {sigma[1]:.4f}"
        print(f"{name:10}{'register':34}{words[0]:>26}{words[1]:>18}{wall:8.2f}{cpu:8.2f}")
        wall, cpu = timed(lambda after=after, found=found: move(after, found), 1)  # type: ignore[misc]
        print(f"{name:10}{'move, one band':34}{'':>44}{wall:8.2f}{cpu:8.2f}")
        planes = [np.nan_to_num(image.values[0]) for image in (before, after)]
        wall, cpu = timed(lambda p=planes: phase_cross_correlation(*p, upsample_factor=100), 1)  # type: ignore[misc, no-untyped-call]
        shift = phase_cross_correlation(*planes, upsample_factor=100)[0]  # type: ignore[no-untyped-call]
        words = f"{shift[0] + TRUE[0]:+.4f} / {shift[1] + TRUE[1]:+.4f}", "none"
        print(f"{name:10}{'scikit-image, upsample 100':34}{words[0]:>26}{words[1]:>18}{wall:8.2f}{cpu:8.2f}")


def coverage(trials: int) -> None:
    """Print how often the 90 % intervals hold the true shift."""
    print(f"\n{trials} random shifts each, {TRIAL_SIDE} x {TRIAL_SIDE}")
    print(f"{'':22}{'covered':>10}{'rmse px':>10}{'largest':>10}{'sigma':>10}{'affine':>8}{'refused':>8}")
    for name, cloudy, over in (("clean", False, 1), ("9 % cloud", True, 1), ("9 % cloud, aliased", True, 2)):
        held, errors, sigmas, affine, refused = 0, [], [], 0, 0
        for seed in range(trials):
            true = np.random.default_rng(seed + 77).uniform(-2, 2, 2)
            before, after = dates(TRIAL_SIDE, seed + 500, (true[0], true[1]), cloudy=cloudy, over=over)
            try:
                found = registered(before, after)
            except AlignmentError:
                refused += 1
                continue
            affine += found.model == "affine"
            for axis in range(2):
                estimate = (found.found_px or ())[axis]
                held += estimate.low <= -true[axis] <= estimate.high
                errors.append(estimate.value + true[axis])
                sigmas.append((found.shift_sigma_px or ())[axis])
        share, size = held / len(errors), np.abs(errors)
        numbers = f"{np.sqrt(np.mean(size**2)):10.5f}{size.max():10.5f}{np.median(sigmas):10.5f}"
        print(f"{name:22}{share:10.3f}{numbers}{affine:8d}{refused:8d}")


def cities(folder: Path) -> None:
    """Print the shifts of five real pairs."""
    warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
    print(
        f"\n{'city':12}{'model':8}{'moved rows, columns px':>24}{'earlier trials':>16}"
        "   residual px, tiles off / that tell"
    )
    scenes = list(oi.open_catalog(folder / "scenes" / "catalog.json").scenes())
    for city, known in CITIES.items():
        both = sorted((s for s in scenes if s.id.startswith(f"oscd-{city}")), key=lambda scene: scene.acquired.start)
        grid = native_grid(both[0], "red")
        before, after = (oi.read(scene, grid, ("green", "red", "nir")) for scene in both)
        try:
            found = registered(before, after)
        except AlignmentError as err:
            print(f"{city:12}refused: {err}")
            continue
        moved = f"{found.shift_px[0]:+.3f}, {found.shift_px[1]:+.3f}"
        told = found.tiles_used + found.tiles_held_out
        words = f"{known[0]:+.2f}, {known[1]:+.2f}"
        print(f"{city:12}{found.model:8}{moved:>24}{words:>16}   {found.residual}, {found.tiles_off} / {told}")


def main() -> None:
    """Print the tables."""
    accuracy()
    coverage(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    cities(real_scenes())


if __name__ == "__main__":
    main()
