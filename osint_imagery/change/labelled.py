"""Probabilities from labels that the user brings, never judged on the ground they were fitted on."""

from dataclasses import replace
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from osint_imagery.change.changemap import Calibration, CalibrationKind, ChangeMap
from osint_imagery.change.reliability import Reliability, reliability
from osint_imagery.core.arguments import numbers, require
from osint_imagery.core.errors import GridMismatchError, InputError, NotEnoughDataError
from osint_imagery.core.lineage import Step, digest_array

__all__ = ["calibrate_on_labels"]

_FOLDS = 5
_LEAST_BLOCKS = 3  # blocks that hold change, so that no fit rests on one place
_BLOCKS_A_SIDE = 8

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


def calibrate_on_labels(
    changes: ChangeMap, truth: ArrayLike, *, event: str, block_px: int | None = None
) -> tuple[ChangeMap, Reliability]:
    """Replace the probability of a change map by one fitted on labels, cross-validated on spatial blocks.

    Parameters
    ----------
    changes : ChangeMap
        Whose ``.score`` is to be calibrated.
    truth : array_like of float, (y, x)
        1 where it changed, 0 where it did not, NaN where nobody knows.
    event : str
        What the labels call change, in words: it becomes ``calibration.of``.
    block_px : int, optional
        Side of the blocks, px; default an eighth of the longer side, at least 16. Neighboring pixels know each
        other, so blocks, not pixels, are left out of a fit.

    Returns
    -------
    ChangeMap
        With the probability of `event`: in a labelled block from the fit without that block's fold, elsewhere the
        mean of the folds' fits. Decision and objects stay as they were.
    Reliability
        Measured on the left-out blocks.

    Raises
    ------
    GridMismatchError
        If `truth` has another shape.
    InputError
        If `truth` holds other values, or `event` is empty.
    NotEnoughDataError
        If fewer than three blocks hold change, or fewer than three hold unchanged ground.

    Examples
    --------
    >>> import numpy as np
    >>> from osint_imagery.change.detecting import detect
    >>> from osint_imagery.core.image import Image
    >>> from osint_imagery.core.pair import Pair
    >>> rng = np.random.default_rng(0)
    >>> ground, built = rng.normal(size=(3, 128, 128)), np.zeros((128, 128))
    >>> built[::16, ::8] = 1
    >>> noisy = lambda added: ground + added + rng.normal(scale=0.1, size=ground.shape)
    >>> look = lambda added: Image.from_array(noisy(added), bands=["a", "b", "c"])
    >>> changes = detect(Pair(before=look(0), after=look(3 * built)))
    >>> calibrated, found = calibrate_on_labels(changes, built, event="posts put up")
    >>> calibrated.calibration.of, found.skill > 0
    ('posts put up', True)
    """
    require(ChangeMap, changes=changes)
    require(str, event=event)
    require(Integral | None, block_px=block_px)
    known = numbers(truth=truth)
    if known.shape != changes.pair.shape:
        msg = f"truth has shape {known.shape}, the change map {changes.pair.shape}; they must agree"
        raise GridMismatchError(msg)
    if not np.isin(known[np.isfinite(known)], (0, 1)).all() or not event.strip():
        msg = f"event={event!r}; truth must hold 0, 1 or NaN, and event must say what the labels call change"
        raise InputError(msg)
    side = block_px or max(16, max(changes.pair.shape) // _BLOCKS_A_SIDE)
    score = np.asarray(changes.score, dtype=np.float64)
    labelled = np.isfinite(known) & np.isfinite(score)
    fold = _folds(known, labelled, side)
    curves = [_curve(score, known, labelled & (fold != k)) for k in range(_FOLDS)]
    chance = np.mean([_said(curve, score) for curve in curves], axis=0)
    for k, curve in enumerate(curves):
        chance[labelled & (fold == k)] = _said(curve, score[labelled & (fold == k)])
    chance = np.where(np.isfinite(score), chance, np.nan).astype(np.float32)
    found = reliability(np.where(labelled, chance, np.nan), np.where(labelled, known, np.nan))
    reason = (
        f"isotonic regression on {found.count} labelled pixels, {found.prevalence:.1%} of them changed, left out by "
        f"blocks of {side} px: Brier skill {found.skill:+.2f}, calibration error {found.ece:.3f}"
    )
    calibration: Calibration = replace(
        changes.calibration,
        reason=f"{changes.calibration.reason}; probability: {reason}",
        of=event,
        probability_kind=CalibrationKind.LABELS,
    )
    step = Step(
        name="calibrate_on_labels",
        version="1",
        parameters=(("block_px", str(side)), ("folds", str(_FOLDS)), ("event", event)),
        inputs=(digest_array(changes.score), digest_array(known)),
        outputs=(digest_array(chance),),
    )
    return replace(changes, probability=chance, calibration=calibration, lineage=changes.lineage.then(step)), found


def _folds(known: NDArray[np.float64], labelled: NDArray[np.bool_], side: int) -> NDArray[np.int64]:
    """Deal blocks to folds in turn, those with change first, so that every fit sees change from several places."""
    rows, columns = np.indices(known.shape) // side
    block = rows * (columns.max() + 1) + columns
    changed = np.bincount(block[labelled], weights=known[labelled], minlength=block.max() + 1)
    still = np.bincount(block[labelled], minlength=block.max() + 1) - changed
    for kind, blocks in (("change", changed), ("unchanged ground", still)):
        if (blocks > 0).sum() < _LEAST_BLOCKS:
            msg = (
                f"truth holds {kind} in {int((blocks > 0).sum())} blocks of {side} px, {_LEAST_BLOCKS} are needed; "
                "label more places, or give a smaller block_px"
            )
            raise NotEnoughDataError(msg)
    place = np.empty(len(changed), dtype=np.int64)
    place[np.argsort(-changed, kind="stable")] = np.arange(len(changed)) % _FOLDS
    folds: NDArray[np.int64] = place[block]
    return folds


def _curve(score: NDArray[np.float64], known: NDArray[np.float64], used: NDArray[np.bool_]) -> Curve:
    """Fit the share of changed pixels as a function that never falls with the score."""
    order = np.argsort(score[used], kind="stable")
    x, y = score[used][order], known[used][order]
    edges = np.unique(np.linspace(0, len(x), min(len(x), 2048) + 1).astype(int))
    count = np.diff(edges)
    total = np.add.reduceat(y, edges[:-1])
    middle = np.add.reduceat(x, edges[:-1]) / count
    share = (total + 0.5 * total.sum() / len(y)) / (count + 0.5)  # half a pixel of the prevalence: never quite 0 or 1
    return middle, np.asarray(optimize.isotonic_regression(share, weights=count).x)


def _said(curve: Curve, score: NDArray[np.float64]) -> NDArray[np.float64]:
    said: NDArray[np.float64] = np.interp(score, *curve)
    return said
