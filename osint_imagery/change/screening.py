"""What every pair goes through before it is scored: clouds that nobody flagged, or that were flagged in part."""

from dataclasses import dataclass, replace

from osint_imagery.change.changemap import Method
from osint_imagery.change.cloud_growth import grow_flags
from osint_imagery.change.clouds import flag_clouds
from osint_imagery.change.detectors import Detector, Scored
from osint_imagery.core.bands import common_names
from osint_imagery.core.pair import Pair

__all__ = ["Screening", "by_common_names", "screened"]

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
        return self.detector.score(by_common_names(grow_flags(pair)))


def screened(pair: Pair, *, alone: bool) -> Pair:
    """Return the pair with its clouds flagged.

    Flags of a quality layer are grown in any pair. Clouds without such a layer are looked for only where no quiet
    pairs judge the pair (`alone`): they keep what clouds they have, and the pair under test must not have it easier.
    """
    grown = grow_flags(pair)
    if not alone or min(pair.shape) < _LEAST_SCREENED_PX or grown.valid.mean() < _LEAST_VALID:
        return grown
    named = by_common_names(grown)
    flagged = flag_clouds(named)
    if flagged is named:
        return grown
    bands = pair.bands
    return replace(grown, before=replace(flagged.before, bands=bands), after=replace(flagged.after, bands=bands))


def by_common_names(pair: Pair) -> Pair:
    """Return the pair with its bands under the names that detectors ask for; itself where it has them."""
    names = common_names(pair.bands)
    if names == pair.bands:
        return pair
    return replace(pair, before=replace(pair.before, bands=names), after=replace(pair.after, bands=names))
