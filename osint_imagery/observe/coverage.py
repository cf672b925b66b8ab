"""Was anybody looking: usable looks at a place while the thing was there, from metadata and quality layers only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Real

from osint_imagery.change.cloud_opinion import CloudAgreement
from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.claim import Prediction
from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.showing import table_html
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.observe.look import USABLE_AT_LEAST, Look, LookState, look_at
from osint_imagery.observe.stay import Certainty, share_covered, spans_between
from osint_imagery.observe.together import together
from osint_imagery.scenes.acquisition import acquisitions
from osint_imagery.scenes.scene import Scene

__all__ = ["Coverage", "Look", "LookState", "coverage", "covered", "once_each"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """All looks at a place, and how probable it is that one of them fell into the target's stay.

    Parameters
    ----------
    prediction_id : str
        The prediction this is about.
    place : str
        Name of the area.
    when : TimeSpan
        Span in which the stay is said to lie.
    dwell_days : float or None
        How long the target stays, days; None = for good.
    looks : tuple of Look
        In order of time, all of them, also the unusable.
    p_look : Estimate
        Probability that the stay was covered by at least one usable look, with certain bounds (level 1).
        The value is NaN where looks of unknown quality decide: then only the bounds can be given.
    gaps : tuple of TimeSpan
        Spans inside `when` without a usable look.
    reason : str
        The result in words.
    """

    prediction_id: str
    place: str
    when: TimeSpan
    dwell_days: float | None
    looks: tuple[Look, ...]
    p_look: Estimate
    gaps: tuple[TimeSpan, ...]
    reason: str

    @property
    def clear(self) -> tuple[Look, ...]:
        """The usable looks."""
        return tuple(look for look in self.looks if look.state is LookState.CLEAR)

    @property
    def inside(self) -> tuple[Look, ...]:
        """The looks inside `when`, usable or not."""
        return tuple(look for look in self.looks if look.acquired.overlaps(self.when))

    def _repr_html_(self) -> str:
        rows = [(look.acquired.label, look.scene_id, str(look.state), look.reason) for look in self.looks]
        title = f"{self.prediction_id}, {self.place}: {self.reason}"
        return table_html(("acquired", "scene", "state", "why"), rows, title=title, note=f"usable look: {self.p_look}")

    def __repr__(self) -> str:
        inside = once_each(self.inside)
        usable = sum(look.state is LookState.CLEAR for look in inside)
        return (
            f"Coverage({self.prediction_id!r} at {self.place!r}: {usable} usable of {len(inside)} looks "
            f"in {self.when.label}; p_look {self.p_look})"
        )


def coverage(
    prediction: Prediction,
    scenes: Iterable[Scene],
    *,
    aoi: AreaOfInterest | None = None,
    usable_at_least: float = USABLE_AT_LEAST,
    opinions: Mapping[str, CloudAgreement] | None = None,
) -> Coverage:
    """Return who looked while the target was there, from metadata and quality layers alone.

    No pixel that could show the target is read. Cloud is counted over the area itself, never over the scene; what
    lies on the border of two tiles is counted over both tiles of the pass.

    Parameters
    ----------
    prediction : Prediction
        With `when` (the window that holds the stay) and `dwell_days` (its length; None = for good).
    scenes : iterable of Scene
        All acquisitions that were offered, not only the good ones.
    aoi : AreaOfInterest, optional
        Where; defaults to the prediction's own place.
    usable_at_least : float
        Share of the area, in (0, 1], that a look must show to count.
    opinions : mapping, optional
        By scene id, how far a second opinion on clouds agrees with the quality layer
        (:func:`~osint_imagery.change.cloud_opinion.cloud_opinion`). It is told in the look's reason; no state changes.

    Returns
    -------
    Coverage

    Raises
    ------
    InputError
        If there is no area, or `usable_at_least` is not in (0, 1].
    ReadError, ChecksumError
        If a quality layer is damaged or is not the promised file: a failed read is never "no look".

    Notes
    -----
    `p_look` assumes that the stay begins at a moment that is uniform on the window, so that it lies inside it, and is
    computed exactly (:func:`osint_imagery.observe.stay.share_covered`). Its bounds hold for certain: the lower one
    counts only looks that are surely usable and surely inside the stay, the upper one also those of which only the
    day, or no quality layer, is known. More cloud never raises it and another look never lowers it.
    For a target that stays for good, a look inside the window only sees what came before the look.
    """
    require(Prediction, prediction=prediction)
    every = require_each(Scene, scenes=scenes)
    require(AreaOfInterest | None, aoi=aoi)
    require(Real, usable_at_least=usable_at_least)
    require(Mapping | None, opinions=opinions)
    where = aoi or (prediction.place.aoi() if prediction.place else None)
    if where is None:
        msg = f"aoi=None and prediction {prediction.id!r} names no place; pass aoi=claim.aoi(prediction)"
        raise InputError(msg)
    if not 0 < usable_at_least <= 1:
        msg = f"usable_at_least={usable_at_least!r} is not a share in (0, 1]; 0.8 = four fifths of the area"
        raise InputError(msg)
    told = {name: agreement.label for name, agreement in (opinions or {}).items()}
    looks = [_told(look, told) for group in acquisitions(every) for look in _of_pass(group, where, usable_at_least)]
    return covered(prediction, looks, place=where.name)


def _of_pass(group: Sequence[Scene], where: AreaOfInterest, usable_at_least: float) -> tuple[Look, ...]:
    looks = [replace(look_at(scene, where, usable_at_least), acquisition=group[0].id) for scene in group]
    return together(looks, group, where, usable_at_least)


def _told(look: Look, told: Mapping[str, str]) -> Look:
    """Return a look whose reason also says what a second opinion says."""
    return replace(look, reason=f"{look.reason}; {told[look.scene_id]}") if look.scene_id in told else look


def covered(prediction: Prediction, looks: Iterable[Look], *, place: str) -> Coverage:
    """Return the coverage that given looks make.

    Parameters
    ----------
    prediction : Prediction
        With `when` and `dwell_days`.
    looks : iterable of Look
        All of them, in any order.
    place : str
        Name of the area.
    """
    when = prediction.when.span()
    looks = sorted(looks, key=lambda look: look.acquired.start)
    return Coverage(
        prediction_id=prediction.id,
        place=place,
        when=when,
        dwell_days=prediction.dwell_days,
        looks=tuple(looks),
        p_look=_p_look(looks, when, prediction.dwell_days),
        gaps=spans_between([look.acquired for look in looks if look.state is LookState.CLEAR], when),
        reason=_reason(looks, when, prediction),
    )


def once_each(looks: Iterable[Look]) -> tuple[Look, ...]:
    """Return one look an acquisition, the one that shows most: tiles of one pass are not several looks.

    Parameters
    ----------
    looks : iterable of Look
        In any order; those that name no acquisition stand for themselves. Where tiles each show a part, the one with
        the largest carries the state of all of them together (:func:`osint_imagery.observe.together.together`).
    """
    best: dict[str, Look] = {}
    for place, look in enumerate(looks):
        key = look.acquisition or f"{place} {look.scene_id}"
        if key not in best or _shown(look) > _shown(best[key]):
            best[key] = look
    return tuple(best.values())


def _shown(look: Look) -> tuple[int, float]:
    """Return how much a look shows, the greater the more; what is not known may be everything."""
    order = (LookState.REJECTED, LookState.UNUSABLE, LookState.PARTLY, LookState.UNKNOWN, LookState.CLEAR)
    return order.index(look.state), look.usable_fraction or 0.0


def _p_look(looks: list[Look], when: TimeSpan, dwell_days: float | None) -> Estimate:
    clear = [look.acquired for look in looks if look.state is LookState.CLEAR]
    perhaps = clear + [look.acquired for look in looks if look.state is LookState.UNKNOWN]
    low = share_covered(clear, when, dwell_days, certainty=Certainty.CERTAIN)
    high = share_covered(perhaps, when, dwell_days, certainty=Certainty.POSSIBLE)
    value = share_covered(clear, when, dwell_days)
    stay = "a stay for good" if dwell_days is None else f"a stay of {dwell_days:g} days"
    method = f"share of the moments at which {stay} could begin in the window that meet a usable look; exact"
    if share_covered(perhaps, when, dwell_days) > value:
        value = float("nan")
        method += "; looks of unknown quality decide, so that only bounds are given"
    return Estimate(value=value, low=low, high=high, level=1.0, unit="probability", method=method)


def _reason(looks: list[Look], when: TimeSpan, prediction: Prediction) -> str:
    """Say in words who looked, and what is missing."""
    inside = once_each(look for look in looks if look.acquired.overlaps(when))
    counts = ", ".join(
        f"{sum(look.state is state for look in inside)} {state.value}"
        for state in LookState
        if any(look.state is state for look in inside)
    )
    words = [f"{len(inside)} look{'' if len(inside) == 1 else 's'} in the window" + (f": {counts}" if counts else "")]
    clear = once_each(look for look in looks if look.state is LookState.CLEAR)
    after = sum(look.acquired.start > when.end for look in clear)
    in_parts = sum(look.in_parts for look in inside)
    if in_parts:
        words.append(f"{in_parts} of them only in several tiles together, which no comparison reads as one date")
    if prediction.dwell_days is None:
        words.append(f"{after} usable looks after it, when the target would still be there")
    if not any(look.acquired.end < when.start for look in clear):
        words.append("no usable look before it to compare with")
    return "; ".join(words)
