"""Quiet pairs of simulated ground, a plain detector and a prediction, for the tests of power."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from affine import Affine
from scipy import ndimage
from shapely.geometry import box

from osint_imagery.change.changemap import CalibrationKind, Method
from osint_imagery.change.detectors import Basis, Scored
from osint_imagery.core.claim import Prediction
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

BANDS = ("blue", "green", "red", "nir")
GRID = Grid(crs="EPSG:32626", transform=Affine(10, 0, 420000, 0, -10, 4985000), shape=(64, 64))
START = datetime(2026, 1, 1, 10, tzinfo=UTC)


class Difference:
    """A quick detector: the standardized difference, smoothed a little."""

    method = Method(name="difference", version="1", parameters=(), citation="made for this test")

    def score(self, pair: Pair) -> Scored:
        step = pair.after.values - pair.before.values
        z = ndimage.gaussian_filter(step / step.std(axis=(1, 2), keepdims=True), (0, 1, 1)) * 2 * np.pi**0.5
        return Scored(
            strength=np.square(z).mean(axis=0).astype(np.float32),
            degrees=len(z),
            sign=np.sign(z.mean(axis=0)).astype(np.int8),
            p_value=np.ones(pair.shape, dtype=np.float32),
        )


PLAIN = Difference()
SURE = Estimate(value=1, low=1, high=1, level=1, unit="probability", method="a look on the day")


def dates(count: int, noise: float = 0.004) -> list[Image]:
    rng = np.random.default_rng(11)
    raw = ndimage.gaussian_filter(rng.standard_normal((4, 64, 64)), (0, 1.5, 1.5))
    ground = 0.15 + 0.03 * raw / raw.std()
    return [
        Image.from_array(
            ground + noise * rng.standard_normal(ground.shape),
            bands=BANDS,
            grid=GRID,
            acquired=START + timedelta(days=5 * k),
            unit="reflectance",
        )
        for k in range(count)
    ]


def pairs(count: int) -> list[Pair]:
    images = dates(2 * count)
    return [Pair(before=images[2 * k], after=images[2 * k + 1]) for k in range(count)]


ALL = pairs(14)
TESTED, QUIET = ALL[-1], tuple(ALL[:-1])


def asks(
    contrast: dict[str, float] | None, change: str = "appears", size: tuple[float, float] = (60, 40)
) -> Prediction:
    return Prediction.model_validate(
        {
            "id": "shed",
            "text": "a shed stands there",
            "expected_under": "yes",
            "excluded_under": "no",
            "change": change,
            "target": {"what": "shed", "length_m": size[0], "width_m": size[1], "contrast": contrast},
            "when": {"start": "2026-05-01", "end": "2026-05-20"},
        }
    )


GRID_BOX = box(16, 16, 48, 48)
STRONG = dict.fromkeys(BANDS, 0.15)


class OwnCut(Difference):
    """The same with a cut of its own, at 5 standard deviations."""

    def score(self, pair: Pair) -> Scored:
        scored = super().score(pair)
        changed = scored.strength > 25
        basis = Basis(kind=CalibrationKind.LFDR, of="something changed", reason="made for this test")
        return replace(scored, changed=changed, basis=basis)


def radar(power_of: float = 0.05, looks: float = 5.0) -> Pair:
    rng = np.random.default_rng(2)
    images = [
        Image.from_array(
            power_of * rng.gamma(looks, 1 / looks, (1, 64, 64)),
            bands=["vv"],
            grid=GRID,
            acquired=START + timedelta(days=12 * k),
            unit="gamma0 (linear power)",
        )
        for k in range(2)
    ]
    return Pair(before=images[0], after=images[1])
