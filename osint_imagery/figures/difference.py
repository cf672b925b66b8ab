"""What changed from one date to the other, as a map beside both pictures: signed difference, or probability."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np

from osint_imagery.change.changemap import ChangeMap
from osint_imagery.change.detections import Detections
from osint_imagery.change.outlining import outline
from osint_imagery.core.arguments import require
from osint_imagery.core.errors import GridMismatchError, InputError, UndeterminedError
from osint_imagery.core.pair import Pair
from osint_imagery.figures.arrangement import Arrangement, Layout, arrange
from osint_imagery.figures.artist import Figure, house_style
from osint_imagery.figures.furniture import draw_hatch
from osint_imagery.figures.marks import LABELLED, draw_marks
from osint_imagery.figures.palette import MARK_INK, QUIET
from osint_imagery.figures.picture import draw_picture
from osint_imagery.figures.pictures import (
    draw_furniture,
    draw_warnings,
    drawn_from,
    say_sources,
)
from osint_imagery.figures.sheet import Box, Sheet, paper_width
from osint_imagery.figures.strongest import say_strongest
from osint_imagery.figures.swatches import draw_swatches
from osint_imagery.figures.value_map import UNNAMED, ValueMap, difference_map, draw_bar, probability_map
from osint_imagery.figures.words import calibration_words, date_words, verdict_words

__all__ = ["Compared", "Quantity", "difference"]

_WIDE = 130.0  # mm, from which the three pictures stand in one row
_BAR = 3.0  # mm


class Quantity(StrEnum):
    """What the map shows."""

    DIFFERENCE = "difference"  # later minus earlier date, in the unit of the pixels
    PROBABILITY = "probability"  # of the event that the calibration names


@runtime_checkable
class Compared(Protocol):
    """A pair with what was found on it, as :func:`osint_imagery.compare` returns it."""

    @property
    def pair(self) -> Pair:
        """The two dates."""

    @property
    def detections(self) -> Detections:
        """What was found on them."""


def difference(
    compared: Pair | Compared,
    changes: ChangeMap | Detections | None = None,
    *,
    show: Quantity | str | None = None,
    title: str | None = None,
    bands: Sequence[str] | str | None = None,
    width_mm: float | str = 180.0,
) -> Figure:
    """Draw both dates, and beside them what changed: the signed difference, or a probability.

    Parameters
    ----------
    compared : Pair or Comparison
        The two dates on one grid, or what :func:`osint_imagery.compare` found on them.
    changes : ChangeMap or Detections, optional
        Of this pair; default: those of the comparison. A change map is outlined first.
    show : Quantity or str, optional
        ``"difference"`` or ``"probability"``; default: the probability where there is one.
    title : str, optional
        One line above; any script. Defaults to the name of the area.
    bands : sequence of str, or str, optional
        One (gray) or three bands, or the name of a composition: ``"true color"``, ``"false color"``, ``"SWIR"``,
        ``"radar"`` (VV, VH, VV/VH). Default true color, else false color, else the first band. The difference is the
        mean over them.
    width_mm : float or str
        Width on paper, mm, 80 to 1000, or ``"column"`` (80), ``"page"`` (170), ``"slide"`` (254). No letter under 7 pt.

    Returns
    -------
    Figure
        Three pictures of one size with one scale. The bar under the map names the quantity; a difference is drawn
        from blue (darker) over white (0) to red (brighter), the same distance to both sides, and the caption says how
        many pixels lie beyond the ends. Ground that was not usable is hatched; where a probability is withheld it is
        hatched the other way.

    Raises
    ------
    BandError
        If a band is missing.
    GridMismatchError
        If the changes are of other pixels than the pair.
    UndeterminedError
        If the probability is asked for, and nothing was there to calibrate it on.

    Notes
    -----
    A difference is no evidence of change: sun, season, haze and a shift of half a pixel also make one. The map shows
    where to look; what is more than usual here is outlined.

    Examples
    --------
    >>> import osint_imagery as oi
    >>> scenes = {scene.id: scene for scene in oi.open_catalog(oi.bundled("port/catalog.json")).scenes()}
    >>> quay = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962, name="hardstanding")
    >>> result = oi.compare(scenes["port-20240516"], scenes["port-20240526"], quay)
    >>> oi.difference(result, show="difference").title
    'hardstanding: difference'
    """
    pair, detections = _given(compared, changes)
    quantity = _quantity(show, detections)
    aoi = detections.changes.aoi if detections is not None else None
    heading = title or f"{aoi.name if aoi is not None and aoi.name else 'Two dates'}: {quantity}"
    with house_style():
        sheet = Sheet(width=paper_width(width_mm))
        layout = Layout(across=3 if sheet.width >= _WIDE else 2, more=(_caption(quantity, detections),))
        plan = arrange(sheet, pair, detections, heading=heading, bands=bands, layout=layout)
        window = plan.panels[0].window
        shown = (
            probability_map(detections.changes, window)
            if detections is not None and quantity is Quantity.PROBABILITY
            else difference_map(pair, plan.stretch, window)
        )
        bar = _bar_place(sheet, plan, shown)
        _say(sheet, plan, detections, shown)
        drawing, page = sheet.open()
        pictures = [*(plan.stretch.apply(image)[window] for image in (pair.before, pair.after)), shown.colors()]
        for panel, laid, colors in zip(plan.panels, plan.laid, pictures, strict=True):
            draw_picture(page, panel, colors, plan.hatching, aoi=plan.aoi)
            draw_marks(page, panel, laid, color=MARK_INK)
        withheld = ~np.isfinite(shown.values) & ~plan.hatching
        draw_hatch(page, plan.panels[2].box, withheld, leaning_left=True)
        draw_warnings(page, plan)
        draw_swatches(page, plan.swatches, color=MARK_INK)
        sheet.texts.extend([*draw_bar(page, bar, shown), *draw_furniture(page, pair.grid, plan.panels, plan.furniture)])
    shows = _shows(pair, detections, shown)
    return drawn_from((pair.before, pair.after), sheet, drawing, title=heading, shows=shows)


def _given(compared: Pair | Compared, changes: ChangeMap | Detections | None) -> tuple[Pair, Detections | None]:
    """Return the pair and what was found on it; a change map is outlined."""
    require(Pair | Compared, compared=compared)
    require(ChangeMap | Detections | None, changes=changes)
    pair = compared if isinstance(compared, Pair) else compared.pair
    given = changes if changes is not None or isinstance(compared, Pair) else compared.detections
    detections = outline(given) if isinstance(given, ChangeMap) else given
    if detections is not None and detections.labels.shape != pair.shape:
        msg = f"changes are of {detections.labels.shape} px, the pair of {pair.shape}; draw them on their own pair"
        raise GridMismatchError(msg)
    return pair, detections


def _quantity(show: Quantity | str | None, detections: Detections | None) -> Quantity:
    """Return what is shown; a probability only where there is one."""
    known = detections is not None and bool(np.isfinite(detections.changes.probability).any())
    if show is None:
        return Quantity.PROBABILITY if known else Quantity.DIFFERENCE
    if show not in set(Quantity):
        msg = f"show={show!r} is none of {', '.join(Quantity)}"
        raise InputError(msg)
    if Quantity(show) is Quantity.PROBABILITY and not known:
        why = "no change map was given" if detections is None else detections.changes.calibration.reason
        msg = f"show='probability', but there is none: {why}; give quiet pairs or a margin, or show='difference'"
        raise UndeterminedError(msg)
    return Quantity(show)


def _caption(quantity: Quantity, detections: Detections | None) -> tuple[str, str]:
    if quantity is Quantity.DIFFERENCE or detections is None:
        return "Difference", "later minus earlier date"
    return "Probability", f"of: {detections.changes.calibration.of or UNNAMED}"


def _bar_place(sheet: Sheet, plan: Arrangement, shown: ValueMap) -> Box:
    """Return where the color bar stands: under the map, or beside it where the map starts a row of its own."""
    left, top, right, bottom = plan.panels[2].box
    if top == plan.panels[0].box[1]:
        sheet.put(shown.unit, plan.furniture + 5.6 + _BAR, x=left, room=right - left)
        return left, plan.furniture + 1.6, right, plan.furniture + 1.6 + _BAR
    x = plan.panels[1].box[0]
    under = sheet.put(shown.unit, top + 4.6 + _BAR, x=x, room=plan.panels[1].box[2] - x)
    sheet.bottom = max(sheet.bottom, under)
    return x, top, plan.panels[1].box[2], min(top + _BAR, bottom)


def _say(sheet: Sheet, plan: Arrangement, detections: Detections | None, shown: ValueMap) -> None:
    ends = "blue darker, red brighter on the later date, white 0" if shown.diverging else "dark 0, light 1"
    sheet.say(f"Map: {shown.quantity} ({ends}). {shown.beyond}".rstrip(), size=8, bold=True)
    if not shown.diverging and not np.isfinite(shown.values[~plan.hatching]).all():
        sheet.say("Hatched the other way on the map: outside the area, or withheld; no probability is given there.")
    if shown.diverging:
        sheet.say("A difference alone is no change: sun, season, haze and small shifts also make one.", color=QUIET)
    sheet.say(verdict_words(detections), size=9, bold=True)
    if detections is not None:
        sheet.say(calibration_words(detections.changes.calibration), size=8, gap=1.2)
        say_strongest(sheet, detections)
    say_sources(sheet, plan.pair, plan.panels[0], plan.stretch)


def _shows(pair: Pair, detections: Detections | None, shown: ValueMap) -> str:
    simulated = "SIMULATED. " if pair.simulated else ""
    dates = f"{date_words(pair.before)} (first) and {date_words(pair.after)} (second)"
    numbered = f" Numbers name the strongest {min(len(detections), LABELLED)}." if detections else ""
    return (
        f"{simulated}The same ground on {dates}, with one stretch, and a map of: {shown.quantity}. "
        f"{verdict_words(detections)}{numbered}"
    )
