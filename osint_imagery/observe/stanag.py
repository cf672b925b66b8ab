"""STANAG 3769: the pixel sizes that tell an object, as a cited table."""

from dataclasses import dataclass

from osint_imagery.core.claim import DetectionLevel
from osint_imagery.core.errors import InputError
from osint_imagery.core.texts import PLANS

__all__ = ["StanagRow", "stanag_3769", "stanag_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StanagRow:
    """Pixel sizes that STANAG 3769 asks for, m: one row of its table."""

    what: str
    detection_m: float
    recognition_m: float
    identification_m: float
    technical_analysis_m: float


def _row(what: str, sizes: tuple[float, float, float, float]) -> StanagRow:
    detect, recognize, identify, analyze = sizes
    return StanagRow(
        what=what,
        detection_m=detect,
        recognition_m=recognize,
        identification_m=identify,
        technical_analysis_m=analyze,
    )


_STANAG = (
    _row("terrain features", (800, 90, 3, 0.75)),
    _row("urban areas", (60, 15, 3, 0.75)),
    _row("roads", (6, 4.5, 1.5, 0.38)),
    _row("railroad", (15, 4.5, 1.5, 0.38)),
    _row("bridges", (6, 4.5, 1.5, 0.3)),
    _row("airfield facilities", (6, 4.5, 3, 0.15)),
)


def _rows() -> dict[str, StanagRow]:
    return {row.what: row for row in _STANAG}


def stanag_words(what: str, level: DetectionLevel, gsd_m: float) -> str:
    """Return the pixel size that STANAG 3769 asks for beside the one at hand, in words; empty for what it has no row.

    Parameters
    ----------
    what : str
        As for :func:`stanag_3769`.
    level : DetectionLevel
        What is asked for.
    gsd_m : float
        Pixel side, m.

    Examples
    --------
    >>> stanag_words("bridges", DetectionLevel.DETECTION, 10)
    'STANAG 3769 asks for pixels of 6 m or finer for detection of bridges; these have 10 m'
    """
    row = _rows().get(what)
    if row is None:
        return ""
    needed: float = getattr(row, f"{level.value}_m")
    told = level.value.replace("_", " ")
    return PLANS["stanag"].format(needed=needed, level=told, what=what, gsd=gsd_m)


def stanag_3769(what: str) -> StanagRow:
    """Return the pixel sizes that STANAG 3769 asks for to tell an object, m.

    Parameters
    ----------
    what : str
        ``"terrain features"``, ``"urban areas"``, ``"roads"``, ``"railroad"``, ``"bridges"`` or
        ``"airfield facilities"``.

    Raises
    ------
    InputError
        If the table has no such row; nothing is carried over from a similar object.

    Notes
    -----
    A ceiling: pixels coarser than this do not allow the task, finer ones do not grant it (haze, shadow, cover).
    Identification of bridges is given as about 1.5 to 3 m; the finer is returned.

    References
    ----------
    .. [1] ISPRS Archives XXXV-B3, 2004, p. 551.

    Examples
    --------
    >>> stanag_3769("bridges").detection_m
    6
    """
    row = _rows().get(what)
    if row is not None:
        return row
    known = ", ".join(row.what for row in _STANAG)
    msg = f"what={what!r} is not in STANAG 3769; it has {known}"
    raise InputError(msg)
