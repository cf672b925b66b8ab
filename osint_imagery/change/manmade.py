"""Construction, clearing and paving, told from what grows, flows and fades; probabilities fitted on labelled cities."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from osint_imagery.change.changemap import CalibrationKind, Method
from osint_imagery.change.detectors import Basis, Scored
from osint_imagery.change.evidence_planes import HALO_PX, ScenePlanes, fit_planes
from osint_imagery.change.manmade_constants import INTERCEPT, PREVALENCE, SOURCE, WEIGHTS
from osint_imagery.change.manmade_domain import out_of_domain, traits_of
from osint_imagery.change.sampling import windows as windows_of
from osint_imagery.change.standard import degrees_of, trials
from osint_imagery.core.pair import Pair

__all__ = ["ManMade"]

EVENT = "man-made change (construction, clearing, paving)"
_MOST_MEAN = 0.08  # of the probability: three times what cities showed, and more than a few years build
_LEAST_EXPLAINED = 0.3  # of the visible bands' variance, by the other date: below, the dates do not show one ground
_MOST_RESIDUAL_PX = 0.5
_LEAST_CUT, _MOST_CUT = 0.15, 0.5
_CITATION = (
    "robust regression of either date on the other's spectrum in the manner of chronochrome (Schaum, A., Stocker, A. "
    "1997), logistic regression on six features; constants: " + SOURCE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManMade:
    """Change as people make it: built, cleared, paved.

    A pixel counts for what it did and its kind did not: either date is regressed on the other's spectrum, so that
    season, haze and light, which move all ground of one kind alike, cancel. What is left in the visible bands and in
    all bands, its surroundings, and whether the ground is green or wet on both dates, give the probability by a
    logistic regression whose constants were fitted on labelled pairs of five cities and tested on each city left out.

    The probability is of man-made change over one to three years in and around cities. Misleads under cloud and its
    shadow, where fields are bare on one date and green on the other, on tides and turbid water, in mines and on
    riverbanks, with shifts of a pixel, and where the prevalence is far from 1 to 3 %: with rarer change it says too
    much. Darkening without a new surface (burns, floods) is not what it was fitted on. Where the dates differ as no
    labelled pair did (by noise, or hardly at all), hardly any ground is not green, or the dates are known and lie less
    than one or more than three years apart, the probability is withheld and objects are only ranked.

    Parameters
    ----------
    intercept : float
        Log odds where all features are zero.
    weights : tuple of float
        Log odds a unit of each of the six features.

    Examples
    --------
    >>> ManMade().method.name, ManMade().halo_px
    ('man-made', 32)
    """

    intercept: float = INTERCEPT
    weights: tuple[float, ...] = WEIGHTS

    @property
    def method(self) -> Method:
        """Name, version, parameters and citation."""
        return Method(
            name="man-made",
            version="2",
            parameters=(("intercept", f"{self.intercept:g}"), ("weights", " ".join(f"{w:g}" for w in self.weights))),
            citation=_CITATION,
        )

    @property
    def halo_px(self) -> int:
        """Ground around a block that must be read with it, px."""
        return HALO_PX

    def fit(self, windows: Sequence[Pair]) -> "ManMadeFit":
        """Take all statistics from sample windows.

        Raises
        ------
        BandError
            Without blue, green and red.
        NotEnoughDataError
            If there is too little land to fit on.
        """
        planes = fit_planes(windows)
        chances = []
        for pair in trials(windows):
            found = _chance(planes.of(pair)[0], self)[pair.valid]
            chances.append(found)
        every = np.concatenate(chances)
        return ManMadeFit(
            made=self,
            planes=planes,
            cut=_best_cut(every),
            degrees=degrees_of([_odds(part) for part in chances]),
            mean=float(every.mean()),
            withheld=_doubt(planes, float(every.mean()), windows[0]) or out_of_domain(traits_of(planes, windows)),
        )

    def score(self, pair: Pair) -> Scored:
        """Return the probability of man-made change of each pixel; :meth:`fit` on the pair's own windows, then score.

        Raises
        ------
        BandError, NotEnoughDataError
            As :meth:`fit`.
        """
        return self.fit(windows_of(pair)).score(pair)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ManMadeFit:
    """The detector that knows its scene: ``cut`` is its own, ``mean`` the mean probability, ``withheld`` why not."""

    made: ManMade
    planes: ScenePlanes
    cut: float
    degrees: int
    mean: float
    withheld: str

    @property
    def note(self) -> str:
        """Bands, the mean probability and the cut."""
        return f"bands {', '.join(self.planes.bands)}; mean probability {self.mean:.2%}; cut at {self.cut:.2f}"

    def score(self, pair: Pair) -> Scored:
        """Return the answer for a block."""
        features, sign = self.planes.of(pair)
        chance = np.where(pair.valid, _chance(features, self.made), np.nan).astype(np.float32)
        return Scored(
            strength=_odds(chance),
            degrees=self.degrees,
            sign=sign,
            p_value=np.full(pair.shape, np.nan, dtype=np.float32),
            probability=chance,
            changed=np.nan_to_num(chance) >= self.cut,
            basis=Basis(
                kind=CalibrationKind.LABELS,
                of=EVENT,
                reason=f"{SOURCE}; assumes a prevalence of about {PREVALENCE:.1%}, as there",
                withheld=self.withheld,
            ),
            note=self.note,
        )


def _chance(features: NDArray[np.float32], made: ManMade) -> NDArray[np.float32]:
    weights = np.asarray(made.weights, dtype=np.float32)
    found = special.expit(np.tensordot(weights, features, 1) + np.float32(made.intercept))
    return np.asarray(found, dtype=np.float32)


def _odds(chance: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(chance / np.maximum(1 - chance, np.float32(1e-6)), dtype=np.float32)


def _best_cut(chance: NDArray[np.float32]) -> float:
    """Return the cut with the best expected F1, 2 sum(kept P) / (kept + sum P); it needs no labels.

    Where hardly anything has a probability the best cut would keep noise, so it is bounded.
    """
    falling = np.sort(chance)[::-1].astype(np.float64)
    kept = np.cumsum(falling)
    expected = 2 * kept / (np.arange(1, len(falling) + 1) + kept[-1])
    return float(np.clip(falling[int(np.argmax(expected))], _LEAST_CUT, _MOST_CUT))


def _doubt(planes: ScenePlanes, mean: float, pair: Pair) -> str:
    """Return why this pair cannot support a probability; empty where nothing speaks against it."""
    explained = min(float(fit.explained[:3].max()) for fit in planes.both_ways)
    if explained < _LEAST_EXPLAINED:
        return f"one date explains only {explained:.0%} of the other's visible bands: they do not show the same ground"
    if mean > _MOST_MEAN:
        return f"{mean:.0%} of the ground would be man-made change: more than anybody builds; another cause is likely"
    left = pair.misregistration
    if left is not None and left.value > _MOST_RESIDUAL_PX:
        return f"the dates lie {left.value:.2f} px apart, edges look like change"
    return ""
