"""A change of the whole scene (haze, season, light) is not taken for a change of one place."""

from datetime import date, timedelta

import numpy as np
from scipy import ndimage
from scipy.stats import binom

from osint_imagery.change import Verdict, detect, outline
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair

SIDE = 48
HAZE = np.linspace(0, 1, SIDE)[None, :, None] * np.array([1.0, 0.8, 0.6, 0.2])[:, None, None]


def verdict(seed: int, *, haze: float, method: str = "irmad") -> tuple[Verdict, str, bool]:
    rng = np.random.default_rng(seed)
    ground = ndimage.gaussian_filter(rng.standard_normal((4, SIDE, SIDE)), (0, 1.5, 1.5))
    ground /= ground.std()

    def look(day: int, add: float = 0.0) -> Image:
        values = 1000 + 100 * (ground + 0.2 * rng.standard_normal(ground.shape) + add * HAZE)
        return Image.from_array(
            values, bands=("blue", "green", "red", "nir"), acquired=date(2020, 1, 1) + timedelta(days=day)
        )

    quiet = [Pair(before=look(20 * k), after=look(20 * k + 5)) for k in range(12)]
    found = outline(detect(Pair(before=look(2000), after=look(2010, haze)), method, quiet))
    return found.verdict, found.reason, bool(np.isfinite(found.changes.probability).any())


def test_a_gradient_of_haze_is_undetermined_and_carries_no_probability() -> None:
    for seed in range(6):
        answer, reason, given = verdict(seed, haze=0.3)
        assert answer is Verdict.UNDETERMINED
        assert "haze, season, light" in reason
        assert not given


def test_what_looks_at_the_surroundings_is_not_taken_in_by_a_gradient() -> None:
    """At most as many alarms as one in ten gives in 999 of 1000 tries."""
    alarms = sum(verdict(seed, haze=0.3, method="combined")[0] is Verdict.CHANGED for seed in range(16))
    assert alarms <= binom.ppf(0.999, 16, 0.1)


def test_a_scene_without_haze_can_still_be_decided() -> None:
    answers = [verdict(seed, haze=0.0)[0] for seed in range(6)]
    assert answers.count(Verdict.UNDETERMINED) <= 2  # one pair in thirteen, by the rank of its middle score
