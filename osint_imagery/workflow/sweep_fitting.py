"""What has to be known of two scenes before their blocks can be scored: how they lie, and what is usual there."""

from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change import chips
from osint_imagery.change.changemap import CalibrationKind
from osint_imagery.change.coregister import register
from osint_imagery.change.detectors import Basis, Blockwise, Fitted
from osint_imagery.change.sampling import LEAST_VALID, Place, places
from osint_imagery.change.screening import Screen, fit_screen, no_screen
from osint_imagery.core.errors import IdenticalPixelsError, NotEnoughDataError
from osint_imagery.core.pair import Pair, Registration
from osint_imagery.scenes.streaming import stored_blocks
from osint_imagery.workflow.sweep_block import Ground
from osint_imagery.workflow.sweep_mapping import blocks, in_order

__all__ = ["Sample", "registered", "sample_of"]


_TRIAL_PX = 512  # a scene small enough to be fitted whole is still scored piece by piece


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """What the sample windows told.

    Parameters
    ----------
    screen : Screen
        Flags clouds in any block.
    usual : float
        Middle strength.
    basis : Basis or None
        What the detector's own probability and cut rest on.
    lacking : dict
        Products that this method does not give here, and why.
    """

    screen: Screen
    usual: float
    basis: Basis | None
    lacking: dict[str, str]


def registered(ground: Ground, executor: Executor | None) -> Registration:
    """Measure how the later scene lies against the earlier one, from chips read from the files.

    Raises
    ------
    AlignmentError
        If too few chips tell, or what is left is too large.
    """
    shape = ground.grid.shape
    jobs = list(enumerate(chips.places(shape)))
    return register(list(in_order(partial(_chip, ground), jobs, executor)), shape=shape)


def _chip(ground: Ground, job: tuple[int, chips.Place]) -> chips.Chip:
    number, place = job
    own = replace(ground, bands=chips.carried(ground.bands, place.side, number))
    early = place.row, place.column, place.side, place.side
    late = own.widened(early, place.margin)
    return chips.cut(
        own.image(own.before, early),
        own.image(own.after, late),
        place,
        number=number,
        before_origin=early[:2],
        after_origin=late[:2],
    )


def sample_of(detector: Blockwise, ground: Ground, executor: Executor | None, *, clouds: bool) -> tuple[Fitted, Sample]:
    """Fit a detector to sample windows, and see what it says there.

    Raises
    ------
    NotEnoughDataError
        If no window has pixels that both dates observed.
    """
    where = places(ground.grid.shape)
    found = tuple(in_order(partial(_window, ground), where, executor))
    windows = [pair for pair in found if pair is not None]
    if not windows:
        msg = (
            f"none of {len(found)} sample windows of {ground.before.id} and {ground.after.id} has {LEAST_VALID} pixels "
            "that both dates observed; use clearer dates"
        )
        raise NotEnoughDataError(msg)
    screen = fit_screen(windows, alone=True) if clouds else no_screen(windows)
    fitted = detector.fit([screen.apply(pair) for pair in windows])
    del windows
    seen = [place for place, pair in zip(where, found, strict=True) if pair is not None]
    del found
    if len(where) == 1:
        seen = list(blocks(ground.grid.shape, _TRIAL_PX, stored_blocks(ground.before, ground.bands[0])))
    tried = in_order(partial(_tried, ground, screen, fitted, detector.halo_px), seen, executor)
    trials = [trial for trial in tried if trial is not None and len(trial[0])]
    if not trials:
        msg = f"{detector.method.name} gave no answer in any of {len(seen)} sample windows; use clearer dates"
        raise NotEnoughDataError(msg)
    strength = np.concatenate([trial[0] for trial in trials])
    basis = trials[0][1]
    lacking = {}
    if not any(trial[2] for trial in trials):
        lacking["p_value"] = f"{detector.method.name} has no instrument p-value"
    if not all(trial[3] for trial in trials):
        lacking["probability"] = (basis.withheld if basis else "") or f"{detector.method.name} gives none of its own"
    return fitted, Sample(screen=screen, usual=float(np.median(strength)), basis=basis, lacking=lacking)


def _window(ground: Ground, place: Place) -> Pair | None:
    """Return the pair of a window, None where too little of it was observed to tell anything."""
    before, after = ground.images(place)
    return Pair(before=before, after=after) if (before.valid & after.valid).sum() >= LEAST_VALID else None


_Trial = tuple[NDArray[np.float32], Basis | None, bool, bool]


def _tried(  # noqa: PLR0917 - what a window is scored by
    ground: Ground, screen: Screen, fitted: Fitted, halo: int, place: Place
) -> _Trial | None:
    """Return a window's strengths, what they rest on, and whether there are p-values and probabilities."""
    try:
        scored = fitted.score(screen.apply(ground.pair(place, halo=halo)))  # for statistics: clouds by what is in sight
    except IdenticalPixelsError:  # left out of the sweep too, which says so
        return None
    basis = scored.basis
    own = scored.probability is not None and basis is not None
    given = own and basis is not None and not basis.withheld and basis.kind is not CalibrationKind.NONE
    inner = scored.strength[halo : halo + place[2], halo : halo + place[3]]
    strength = inner[np.isfinite(inner)]
    return strength, basis, bool(np.isfinite(scored.p_value).any()), given
