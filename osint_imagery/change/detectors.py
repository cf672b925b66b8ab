"""What a detector is, and which are installed."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from osint_imagery.change.changemap import CalibrationKind, Method
from osint_imagery.core.errors import InputError, InputTypeError
from osint_imagery.core.pair import Pair

__all__ = ["DEFAULT", "Basis", "Blockwise", "Detector", "Fitted", "Scored", "detectors", "resolve"]

GROUP = "osint_imagery.detectors"
DEFAULT = "combined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a detector's own probability means and rests on, where it has one.

    Parameters
    ----------
    kind : CalibrationKind
        ``LABELS`` for constants fitted on named labelled scenes, ``LFDR`` for the unchanged majority of this scene.
    of : str
        The event: ``"man-made change (construction, clearing, paving)"``, ``"something changed between the dates"``.
    reason : str
        What it was fitted on, for the record.
    withheld : str
        Why this pair cannot support it; empty where it can. The probability is then not given.
    """

    kind: CalibrationKind
    of: str
    reason: str
    withheld: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """A detector's raw answer, before anybody says what is usual at this place.

    Parameters
    ----------
    strength : ndarray of float32, (y, x)
        Mean square of `degrees` variates, in any fixed unit: only its ratio to what is usual here counts; NaN where
        not observed.
    degrees : int
        How many variates went in.
    sign : ndarray of int8, (y, x)
        +1 brighter, -1 darker, 0 unknown.
    p_value : ndarray of float32, (y, x)
        Instrument p-value; NaN where not observed, and everywhere where the method has none.
    probability : ndarray of float32, (y, x), optional
        The detector's own probability of the event named by `basis`; NaN where not observed. None where it has none.
    changed : ndarray of bool, (y, x), optional
        The detector's own cut; None where it has none.
    basis : Basis, optional
        What `probability` and `changed` mean and rest on; needed where either is given.
    note : str
        What the reader of a record should know about the fit.
    """

    strength: NDArray[np.float32]
    degrees: int
    sign: NDArray[np.int8]
    p_value: NDArray[np.float32]
    probability: NDArray[np.float32] | None = None
    changed: NDArray[np.bool_] | None = None
    basis: Basis | None = None
    note: str = ""


@runtime_checkable
class Detector(Protocol):
    """Anything with a ``method`` and a ``score(pair)``; register it under entry point ``osint_imagery.detectors``.

    A worked detector, complete::

        class RedDifference:
            method = Method(name="red-difference", version="1", parameters=(), citation="...")

            def score(self, pair):
                d = pair.after.band("red") - pair.before.band("red")
                z = (d - np.nanmedian(d)) / np.nanstd(d)
                return Scored(strength=z**2, degrees=1, sign=np.sign(np.nan_to_num(d)).astype("int8"),
                              p_value=2 * scipy.stats.norm.sf(abs(z)))
    """

    @property
    def method(self) -> Method:
        """Name, version, parameters, citation."""
        ...

    def score(self, pair: Pair) -> Scored:
        """Return how strongly each pixel changed."""
        ...


class Fitted(Protocol):
    """A detector that knows its scene: every statistic is in it, so that any block can be scored by itself."""

    @property
    def note(self) -> str:
        """What the reader of a record should know about the fit."""
        ...

    def score(self, pair: Pair) -> Scored:
        """Return the answer for a block; nothing but the block's pixels and the fit enters."""
        ...


@runtime_checkable
class Blockwise(Detector, Protocol):
    """A detector that can run block by block, as all built-in ones can.

    ``fit`` takes its statistics from windows spread over the scene (:func:`osint_imagery.change.sampling.windows`);
    ``halo_px`` is the ground around a block on which the answer inside depends.
    """

    @property
    def halo_px(self) -> int:
        """Ground around a block that must be read with it, px."""
        ...

    def fit(self, windows: Sequence[Pair]) -> Fitted:
        """Take all statistics from sample windows."""
        ...


def detectors() -> tuple[str, ...]:
    """Return the names of the installed detectors, built in and from other packages, without importing them.

    Returns
    -------
    tuple of str
        In alphabetical order; each may be given as `method`.

    Examples
    --------
    >>> "irmad" in detectors()
    True
    """
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def resolve(method: "str | Detector | None") -> Detector:
    """Return a detector object from a detector, its name, or None for the default.

    Raises
    ------
    InputError
        If no detector of that name is installed; the message lists those that are.
    """
    if method is not None and not isinstance(method, str):
        if not callable(getattr(method, "score", None)):
            names = ", ".join(detectors())
            msg = f"method={method!r} is no detector; name one of {names}, or give an object with a score(pair)"
            raise InputTypeError(msg)
        return method
    name = DEFAULT if method is None else method
    for point in entry_points(group=GROUP):
        if point.name == name:
            detector: Detector = point.load()()
            return detector
    msg = f"method={name!r} is not installed; installed are {', '.join(detectors()) or 'none'}"
    raise InputError(msg)
