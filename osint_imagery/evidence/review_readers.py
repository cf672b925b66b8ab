"""Whether the answers to one sheet are those of different people, about the ground that the sheet shows."""

import unicodedata
from collections.abc import Sequence
from itertools import combinations

import shapely

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.answers import Answers

__all__ = ["plain_name", "refuse_beyond_picture", "refuse_copies"]


def plain_name(name: str) -> str:
    """Return a name without what does not tell people apart: case, spaces, other forms of the same letters.

    Examples
    --------
    >>> plain_name(" A.  Reader ") == plain_name("a. READER"), plain_name("A. Reader") == plain_name("B. Reader")
    (True, False)
    """
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def refuse_copies(given: Sequence[tuple[str, Answers]]) -> None:
    """Refuse one set of answers that is given under two names: it would count as two readers who agree.

    Equal labels alone are no copy, and neither is an equal time alone.

    Parameters
    ----------
    given : sequence of (str, Answers)
        What messages call the file, and what it holds.

    Raises
    ------
    InputError
        If two hold the same answers given at the same time, or the same answers with the same notes or outlines.
    """
    for (one, first), (two, second) in combinations(given, 2):
        if first.answers != second.answers:
            continue
        drawn = any(item.outline_wkt or item.note for item in first.answers)
        if drawn or first.at == second.at:
            what = "with the same notes and outlines" if drawn else f"at the same second ({first.at})"
            msg = (
                f"answers={one!r} of {first.who} and {two!r} of {second.who} are the same answers {what}: one reader "
                "counts once; give each reader's own file"
            )
            raise InputError(msg)


def refuse_beyond_picture(outline_wkt: str, square_wkt: str, where: str) -> None:
    """Refuse an outline that misses the square asked about, or reaches beyond the picture around it.

    The picture is twice the square's side wide, moved by up to half a side where the ground ends.

    Parameters
    ----------
    outline_wkt, square_wkt : str
        Longitude and latitude.
    where : str
        What messages call the place.

    Raises
    ------
    InputError
        If it does.
    """
    drawn, square = shapely.from_wkt(outline_wkt), shapely.from_wkt(square_wkt)
    if not drawn.intersects(square):
        msg = f"{where}: geometry lies outside the square; longitude comes first"
        raise InputError(msg)
    west, south, east, north = square.bounds
    wide, high = east - west, north - south
    if not shapely.box(west - wide, south - high, east + wide, north + high).covers(drawn):
        msg = f"{where}: geometry reaches beyond the picture of the place; outline only what the picture shows"
        raise InputError(msg)
