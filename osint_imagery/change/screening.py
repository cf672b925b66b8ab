"""What every pair goes through before it is scored: clouds that nobody flagged, or that were flagged in part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from osint_imagery.change.changemap import Method
from osint_imagery.change.cloud_growth import Growth, fit_growth, grow_flags
from osint_imagery.change.cloud_objects import Sizes
from osint_imagery.change.cloud_pixels import pixel_m
from osint_imagery.change.clouds import CloudTest, fit_clouds
from osint_imagery.change.detectors import Detector, Scored
from osint_imagery.core.bands import common_names
from osint_imagery.core.pair import Pair

__all__ = ["Screen", "Screening", "fit_screen", "no_screen", "screened"]

_LEAST_SCREENED_PX = 256  # a side; on less ground the shape of a cloud is not told from that of a roof
_LEAST_VALID = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Screening:
    """A detector that grows the flags of each pair before it scores it: the pair under test and quiet ones alike."""

    detector: Detector

    @property
    def method(self) -> Method:
        """The method it stands for."""
        return self.detector.method

    def score(self, pair: Pair) -> Scored:
        """Return the score of the pair's usable ground; NaN elsewhere."""
        if isinstance(self.detector, Screening):  # grows them itself, and may know this very pair
            return self.detector.score(pair)
        return self.detector.score(grow_flags(_by_common_names(pair)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Screen:
    """Tests for clouds with all statistics taken; apply to any block of the pair.

    Parameters
    ----------
    growth : Growth
        Follows what quality layers flag in part.
    clouds : CloudTest or None
        Looks for clouds where there is no quality layer; None where that is not asked or cannot be told.
    """

    growth: Growth
    clouds: CloudTest | None

    @property
    def halo_px(self) -> int:
        """Ground around a block on which the flags inside depend."""
        return self.growth.halo_px + (self.clouds.halo_px if self.clouds is not None else 0)

    def apply(self, pair: Pair) -> Pair:
        """Return the pair, or a block of it, with its clouds flagged."""
        named = _by_common_names(pair)
        found = self.growth.grow(named)
        if self.clouds is not None:
            found = self.clouds.flag(found)
        if found is named:
            return pair
        before, after = (replace(image, bands=pair.bands) for image in (found.before, found.after))
        return replace(found, before=before, after=after)


def fit_screen(windows: Sequence[Pair], *, alone: bool) -> Screen:
    """Take the statistics of the tests from windows of a pair: itself, or windows spread over it.

    Flags of a quality layer are grown in any pair. Clouds without such a layer are looked for only where no quiet
    pairs judge the pair (`alone`): they keep what clouds they have, and the pair under test must not have it easier.
    """
    named = [_by_common_names(pair) for pair in windows]
    growth = fit_growth(named)
    grown = [growth.grow(pair) for pair in named] if alone else []
    seen = [pair for pair in grown if min(pair.shape) >= _LEAST_SCREENED_PX and pair.valid.mean() >= _LEAST_VALID]
    return Screen(growth=growth, clouds=fit_clouds(seen) if seen else None)


def no_screen(windows: Sequence[Pair]) -> Screen:
    """Return a screen that flags nothing."""
    return Screen(growth=Growth(dates=(None, None), scale=1.0, sizes=Sizes.of(pixel_m(windows[0]))), clouds=None)


def screened(pair: Pair, *, alone: bool) -> Pair:
    """Return the pair with its clouds flagged."""
    return fit_screen([pair], alone=alone).apply(pair)


def _by_common_names(pair: Pair) -> Pair:
    """Return the pair with its bands under the names that detectors ask for; itself where it has them."""
    names = common_names(pair.bands)
    if names == pair.bands:
        return pair
    return replace(pair, before=replace(pair.before, bands=names), after=replace(pair.after, bands=names))
