"""The closed form of detection against targets that were really put in, in white noise.

Run: python benchmarks/power_agreement.py
The grid is that of the published vectors: contrast 0.05, 0.10, 0.20 against noise 0.01, 0.02, 0.03 a date, pixels of
10 m, alpha 1e-4, squares of the side that the closed form finds with probability 0.9, and here also 0.7, 0.5 and 0.2;
and the two published squares of 2 and 3 px. Two counts:
told: insert() puts squares at random sub-pixel places into white noise and a matched filter that is told the place
decides, as the closed form assumes; optics with MTF 0.25.
searched: power() itself with the same filter, which is not told the place: it alarms with probability alpha at each
pixel, and a target counts as found by any of its pixels, as with every detector here; optics with MTF 0.2. Searching
finds a target at any of several pixels, and sees it half a pixel off: a different chance than the closed form's. It
follows from the filter's own correlations (a normal vector, integrated over 25 sub-pixel places) and is printed beside
the closed form; the count is held against it.
The goal is a difference of at most 0.03 in every cell of both counts; the exit status is 1 if one is larger.
"""

import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from scipy import ndimage, signal
from scipy.special import ndtri

import osint_imagery as oi
from osint_imagery.change.changemap import CalibrationKind, Method
from osint_imagery.change.detectors import Basis, Scored
from osint_imagery.core.claim import Change, Target
from osint_imagery.observe.design import Design
from osint_imagery.observe.detectability import blurred_rectangle, closed_form_pod, psf_sigma_px, smallest_side_px
from osint_imagery.observe.insertion import MTF_NYQUIST, Insertion, insert

ALPHA = 1e-4
GSD_M = 10.0
GOAL = 0.03
TOLD, SEARCHED = 6000, 3000  # insertions a cell: standard error at most .0065 and .0091
MTF_TOLD = 0.25
SIDE_PX = 240  # of the noise that takes targets; below the size at which clouds are looked for
PHASES = (-0.4, -0.2, 0.0, 0.2, 0.4)
DRAWS = 8000  # of the normal vector, at each of 25 phases
CROSS = ndimage.generate_binary_structure(2, 1)  # around each alarm: objects of fewer than 3 pixels are not kept
METHOD = Method(name="matched-filter", version="1", parameters=(), citation="the closed form's own assumption")
BANDS = ("red",)
START = datetime(2026, 5, 1, 10, tzinfo=UTC)

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Contrast, noise of one date, side in pixels."""

    contrast: float
    noise: float
    side_px: float

    def closed_form(self, mtf: float) -> float:
        """Return the probability that the formula gives."""
        return closed_form_pod(self.contrast, self.noise, self.side_px, mtf, ALPHA)


def cells(mtf: float) -> Iterator[Cell]:
    """Yield the grid."""
    yield Cell(contrast=0.10, noise=0.02, side_px=2)
    yield Cell(contrast=0.05, noise=0.02, side_px=3)
    for contrast in (0.05, 0.10, 0.20):
        for noise in (0.01, 0.02, 0.03):
            for wanted in (0.9, 0.7, 0.5, 0.2):
                side = smallest_side_px(contrast, noise, mtf, ALPHA, pod=wanted)
                yield Cell(contrast=contrast, noise=noise, side_px=side)


def white(noise: float, side: int, rng: np.random.Generator) -> oi.Pair:
    """Return two dates of flat ground with white noise."""
    grid = oi.Grid(crs="EPSG:32626", transform=Affine(GSD_M, 0, 420000, 0, -GSD_M, 4985000), shape=(side, side))
    looks = [
        oi.Image.from_array(
            0.2 + noise * rng.standard_normal((1, side, side)),
            bands=BANDS,
            grid=grid,
            acquired=START.replace(day=day),
            unit="reflectance",
        )
        for day in (1, 11)
    ]
    return oi.Pair(before=looks[0], after=looks[1])


def target(cell: Cell) -> Target:
    """Return the square of a cell."""
    side = cell.side_px * GSD_M
    return Target(what="square", length_m=side, width_m=side, contrast={"red": cell.contrast})


def told(cell: Cell, rng: np.random.Generator) -> float:
    """Return the share that a filter finds which knows where to look."""
    apart = math.ceil(cell.side_px + 12 * psf_sigma_px(MTF_TOLD)) + 4
    many = 20
    found = tried = 0
    while tried < TOLD:
        pair = white(cell.noise, apart * many, rng)
        middle = [apart * (k + 0.5) for k in range(many)]
        spots = [
            Insertion(
                center_px=(row + rng.uniform(-0.5, 0.5), column + rng.uniform(-0.5, 0.5)),
                size_px=(cell.side_px, cell.side_px),
                mtf=MTF_TOLD,
            )
            for row in middle
            for column in middle
        ]
        both = insert(pair, spots, target(cell), Change.APPEARS)
        step = both.after.values[0].astype(np.float64) - both.before.values[0]
        for spot in spots:
            window, seen = spot.patch(pair.shape)
            found += filtered(step[window], seen, cell.noise) > ndtri(1 - ALPHA)
        tried += len(spots)
    return found / tried


def filtered(step: Float, seen: Float, noise: float) -> float:
    """Return the matched filter's statistic, in standard deviations."""
    return float((step * seen).sum() / (math.sqrt(2 * (seen**2).sum()) * noise))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A matched filter as a detector: the template in the middle of a pixel, and a cut of its own."""

    template: Float
    noise: float
    method: Method = METHOD

    def response(self, step: Float) -> Float:
        """Return the statistic at every pixel, in standard deviations."""
        spread = math.sqrt(2 * (self.template**2).sum()) * self.noise
        return np.asarray(signal.fftconvolve(step, self.template[::-1, ::-1], mode="same") / spread)

    def score(self, pair: oi.Pair) -> Scored:
        """Return the answer of the filter: a cross of pixels around each alarm."""
        z = self.response(pair.after.values[0].astype(np.float64) - pair.before.values[0])
        return Scored(
            strength=np.square(z).astype(np.float32),
            degrees=1,
            sign=np.sign(z).astype(np.int8),
            p_value=np.ones(z.shape, dtype=np.float32),
            changed=ndimage.binary_dilation(z > ndtri(1 - ALPHA), structure=CROSS),
            basis=Basis(kind=CalibrationKind.LFDR, of="something changed", reason="white noise of known size"),
        )


def searching(cell: Cell) -> Filter:
    """Return the filter for a cell's square."""
    reach = math.ceil(cell.side_px / 2 + 6 * psf_sigma_px(MTF_NYQUIST))
    square = (cell.side_px, cell.side_px)
    template = blurred_rectangle((2 * reach + 1,) * 2, (reach, reach), square, psf_sigma_px(MTF_NYQUIST))
    return Filter(template=template, noise=cell.noise)


def chance_searched(cell: Cell, rng: np.random.Generator) -> float:
    """Return the probability that the searching filter alarms at a pixel that counts for the target."""
    made = searching(cell)
    side = 2 * len(made.template) + 1
    alike = signal.fftconvolve(made.template, made.template[::-1, ::-1]) / (made.template**2).sum()
    middle = np.array(alike.shape) // 2
    chances = []
    for down in PHASES:
        for across in PHASES:
            at = (side // 2 + down, side // 2 + across)
            spot = Insertion(center_px=at, size_px=(cell.side_px, cell.side_px))
            counts = ndimage.binary_dilation(spot.footprint((side, side)), structure=CROSS)
            mean = made.response(cell.contrast * spot.fraction((side, side)))[counts]
            places = np.argwhere(counts)
            lag = places[:, None] - places[None] + middle
            spread = alike[lag[..., 0], lag[..., 1]]
            drawn = rng.multivariate_normal(mean, spread, DRAWS, method="eigh")
            chances.append(float((drawn.max(axis=1) > ndtri(1 - ALPHA)).mean()))
    return float(np.mean(chances))


def searched(cell: Cell, rng: np.random.Generator) -> float:
    """Return the share that power() finds with a filter that is not told the place."""
    prediction = oi.Prediction.model_validate(
        {
            "id": "square",
            "text": "a square appears",
            "expected_under": "yes",
            "excluded_under": "no",
            "change": "appears",
            "target": target(cell),
            "when": {"start": "2026-05-02", "end": "2026-05-10"},
        }
    )
    result = oi.power(
        prediction,
        white(cell.noise, SIDE_PX, rng),
        method=searching(cell),
        seed=int(rng.integers(2**31)),
        places=SEARCHED,
        design=Design(on_tested=True),
    )
    if result.pod is None:
        sys.exit(f"power() measured nothing: {result.reason}")
    return result.pod.value


def main() -> None:
    """Print both counts beside what they are held against."""
    start = time.perf_counter()
    rng = np.random.default_rng(20260501)
    worst = {"told": 0.0, "searched": 0.0}
    print("contrast noise | side m formula    told   diff | side m formula searching power()   diff")
    for one, other in zip(cells(MTF_TOLD), cells(MTF_NYQUIST), strict=True):
        formula, counted = one.closed_form(MTF_TOLD), told(one, rng)
        chance, found = chance_searched(other, rng), searched(other, rng)
        worst["told"] = max(worst["told"], abs(counted - formula))
        worst["searched"] = max(worst["searched"], abs(found - chance))
        print(
            f"{one.contrast:8.2f} {one.noise:5.2f} | {one.side_px * GSD_M:6.1f} {formula:7.3f} {counted:7.3f} "
            f"{counted - formula:+6.3f} | {other.side_px * GSD_M:6.1f} {other.closed_form(MTF_NYQUIST):7.3f} "
            f"{chance:9.3f} {found:7.3f} {found - chance:+6.3f}",
            flush=True,
        )
    print(f"largest difference: told {worst['told']:.3f}, power() {worst['searched']:.3f}; goal {GOAL}")
    print(f"{TOLD} and {SEARCHED} insertions a cell; {time.perf_counter() - start:.0f} s")
    sys.exit(1 if max(worst.values()) > GOAL else 0)


if __name__ == "__main__":
    main()
