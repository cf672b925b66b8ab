"""From a pair to a change map: score, null, decision, probability."""

from collections.abc import Sequence
from dataclasses import replace
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.changemap import ChangeMap, NullObjects
from osint_imagery.change.deciding import calibrate, decide, probability
from osint_imagery.change.detectors import Detector, Scored, resolve
from osint_imagery.change.null import Null, from_margin, from_quiet
from osint_imagery.change.screening import Screening, screened
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import Step, digest_array
from osint_imagery.core.pair import Pair

__all__ = ["detect"]

_LEAST_UNITS = 10  # fewer quiet pairs or windows cannot decide at the usual level of 0.1


def detect(
    pair: Pair,
    method: str | Detector | None = None,
    quiet: Sequence[Pair] = (),
    *,
    aoi: AreaOfInterest | None = None,
    level: float = 0.1,
) -> ChangeMap:
    """Find change between two aligned dates, with probabilities that were calibrated or are withheld.

    Parameters
    ----------
    pair : Pair
        Aligned images.
    method : str or Detector, optional
        Name of an installed detector, or the object; default ``"combined"``;
        ``"man-made"`` for construction, clearing and paving.
    quiet : sequence of Pair
        Pairs of dates at the same place between which nothing is claimed to have happened, on the same grid,
        aligned. A pair that shares a date with `pair` is left out, and said so.
    aoi : AreaOfInterest, optional
        Where change is looked for; default the whole image. Without quiet pairs, or with fewer than ten that can
        be used, the ground outside it between the same two dates serves as the null model where it holds ten
        windows of the area's size; with neither, no probability is given.
    level : float
        False-discovery rate and family-wise level of the decision, in (0, 1).

    Returns
    -------
    ChangeMap
        ``.probability`` is the probability that a pixel "changed more than this place usually does" (quiet
        pairs) or "more than the ground around did" (margin); NaN where withheld.

    Raises
    ------
    BandError, NotEnoughDataError, ConvergenceError
        If the detector cannot work on this pair, or a quiet pair has other bands.
    GridMismatchError
        If a quiet pair is on another grid.
    InputError
        If `level` is not in (0, 1), or `aoi` is given for pixels without a place.

    Notes
    -----
    First what is cloud or shadow on any pair, quiet ones included, is flagged as not observed: where a quality layer
    flags some of it, its flags are grown (:mod:`osint_imagery.change.cloud_growth`); where there is no quality layer
    and no quiet pairs, the two dates are compared (:mod:`osint_imagery.change.clouds`). Where the scene's middle
    score exceeds that of every quiet pair, nothing is decided: the whole scene changed. The decision needs both: the
    strongest object is stronger than those of the quiet pairs (rank test, exact if dates are exchangeable), and an
    object's false-discovery rate is at most `level`. Quiet pairs that are closer in time or season than `pair` make
    the null too quiet and the decision too bold. With no null model the detector's own cut and probability are given,
    of the event that ``.calibration.of`` names, and :func:`outline` leaves the verdict undetermined.

    Examples
    --------
    >>> from osint_imagery.core.image import Image
    >>> rng = np.random.default_rng(0)
    >>> ground = rng.normal(size=(4, 64, 64))
    >>> look = lambda: Image.from_array(ground + rng.normal(scale=0.1, size=ground.shape), bands=list("abcd"))
    >>> changes = detect(Pair(before=look(), after=look()))
    >>> changes.calibration.of, bool(changes.changed.any())
    ('something changed between the dates', False)
    """
    require(Pair, pair=pair)
    quiet = require_each(Pair, quiet=quiet)
    require(AreaOfInterest | None, aoi=aoi)
    require(Real, level=level)
    if not 0 < level < 1:
        msg = f"level={level!r} is not in (0, 1); 0.1 lets one reported object in ten be false"
        raise InputError(msg)
    detector = Screening(detector=resolve(method))
    pair = screened(pair, alone=not quiet)
    scored = detector.score(pair)
    inside = _inside(pair, aoi)
    observed = pair.valid & np.isfinite(scored.strength)
    examined = observed & inside
    null = _null(pair, scored, examined, inside, quiet, detector)
    calibration = calibrate(null, quiet, level, scored.basis)
    changed, objects, calibration = decide(null, scored, examined, calibration)
    chance, calibration = probability(null, scored, examined=examined, observed=observed, calibration=calibration)
    step = Step(
        name=f"detect:{detector.method.name}",
        version=detector.method.version,
        parameters=(*detector.method.parameters, ("level", f"{level:g}"), ("fit", scored.note)),
        inputs=(pair.before.digest, pair.after.digest),
        outputs=(digest_array(null.score),),
    )
    return ChangeMap(
        pair=pair,
        method=detector.method,
        score=np.where(observed, null.score, np.nan).astype(np.float32),
        sign=scored.sign,
        p_value=scored.p_value,
        probability=chance,
        changed=changed,
        observed=observed,
        examined=examined,
        aoi=aoi,
        calibration=calibration,
        objects=objects,
        null=null.objects,
        lineage=pair.lineage.then(step),
    )


def _inside(pair: Pair, aoi: AreaOfInterest | None) -> NDArray[np.bool_]:
    if aoi is None:
        return np.ones(pair.shape, dtype=bool)
    if pair.grid is None:
        msg = f"aoi={aoi!r} is given but the pixels have no grid; leave it out, or give the images their grid"
        raise InputError(msg)
    return pair.grid.inside(aoi)


def _null(  # noqa: PLR0917 - the things a null is made from
    pair: Pair,
    scored: Scored,
    examined: NDArray[np.bool_],
    inside: NDArray[np.bool_],
    quiet: Sequence[Pair],
    detector: Detector,
) -> Null:
    null = from_margin(scored, examined, inside)
    if quiet:
        placebo = from_quiet(scored, examined, quiet, detector=detector, pair=pair)
        if len(placebo.pool) >= _LEAST_UNITS or len(null.pool) < _LEAST_UNITS:
            null = placebo
        else:
            told = f"only {len(placebo.pool)} of {len(quiet)} quiet pairs could be used, so the margin stands in"
            null = replace(null, notes=(told, *placebo.notes))
    if null.pool:
        return null
    whole = from_margin(scored, examined, np.zeros_like(inside))  # standardized on the image itself: ranks only
    return Null(score=whole.score, pool=(), objects=NullObjects(), notes=null.notes)
