"""How much changed in all, and how right the map is, from a probability sample with a reference.

Counting a map's changed pixels gives a biased area: what was missed and what was false do not cancel. A stratified
random sample whose units were checked against a better source gives unbiased areas and accuracies with their standard
errors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from osint_imagery.change.strata import Ratio, Strata, StratifiedSample
from osint_imagery.core.arguments import numbers, require, require_each
from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.showing import table_html

__all__ = ["MapAccuracy", "area_from_sample", "area_from_strata"]

Float = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapAccuracy:
    """Accuracies and areas estimated from a sample; one entry a class, in the order of `classes`.

    Parameters
    ----------
    classes : tuple
        Class names, or 0, 1, 2, ...
    overall : Estimate
        Share of the map that is right.
    user : tuple of Estimate
        User's accuracy: of what is mapped as the class, the share that is.
    producer : tuple of Estimate
        Producer's accuracy: of what is the class, the share that is mapped as it.
    area : tuple of Estimate
        Area of the class on the ground, whatever the map says.
    overall_se, user_se, producer_se, area_se : float or tuple of float
        Standard errors; NaN where the class was not met.
    cells : tuple of tuple of float
        Estimated share of the map in each pair of (mapped class, reference class).
    """

    classes: tuple[object, ...]
    overall: Estimate
    user: tuple[Estimate, ...]
    producer: tuple[Estimate, ...]
    area: tuple[Estimate, ...]
    overall_se: float
    user_se: tuple[float, ...]
    producer_se: tuple[float, ...]
    area_se: tuple[float, ...]
    cells: tuple[tuple[float, ...], ...]

    def _repr_html_(self) -> str:
        rows = zip(self.classes, self.user, self.producer, self.area, strict=True)
        heads = ("class", "user's accuracy", "producer's accuracy", "area")
        return table_html(heads, rows, title=f"overall accuracy {self.overall}")


def area_from_sample(
    counts: ArrayLike,
    mapped: ArrayLike,
    *,
    classes: Sequence[object] | None = None,
    pixel_area_m2: float | None = None,
    level: float = 0.95,
) -> MapAccuracy:
    """Estimate areas and accuracies from a sample stratified by the map's own classes.

    Parameters
    ----------
    counts : array_like of int, (class, class)
        Sampled units: rows are the mapped class (the stratum), columns the reference class.
    mapped : array_like, (class,)
        Size of each mapped class, px (or any unit of area; areas then come in that unit).
    classes : sequence, optional
        Names.
    pixel_area_m2 : float, optional
        Area of one pixel, m2: areas then come in m2.
    level : float
        Coverage of the intervals.

    Returns
    -------
    MapAccuracy

    Raises
    ------
    InputError
        If counts are not a square table of whole numbers >= 0, a stratum has fewer than two units or no size, or
        the lengths do not agree.

    Notes
    -----
    Intervals are normal, cut at 0 and 1. Where no variance was seen at all (every unit of a stratum right, say), the
    exact binomial bounds of the strata stand in: a sample without an error does not prove a map without one.

    References
    ----------
    .. [1] Olofsson, P., Foody, G. M., Herold, M., Stehman, S. V., Woodcock, C. E., Wulder, M. A. (2014). Good
       practices for estimating area and assessing accuracy of land change. Remote Sensing of Environment 148, 42-57.
       https://doi.org/10.1016/j.rse.2014.02.015

    Examples
    --------
    >>> found = area_from_sample([[97, 3], [2, 298]], [5_000, 95_000], classes=["changed", "not"], pixel_area_m2=100)
    >>> print(found.area[0])
    54.8 ha (95 % interval 45.9 to 63.8)
    """
    require(Real, level=level)
    table, sizes = _table(counts), numbers(mapped=mapped)
    names = tuple(range(len(table))) if classes is None else require_each(object, classes=classes)
    if sizes.shape != (len(table),) or len(names) != len(table):
        msg = f"counts is for {len(table)} classes, mapped for {sizes.shape}, classes for {len(names)}; they must agree"
        raise InputError(msg)
    strata = Strata(table.sum(axis=1), sizes, pixel_area_m2, level)
    with np.errstate(invalid="ignore", divide="ignore"):  # 0 / 0 is NaN: a class that was not met
        within = table / strata.units[:, None]
        cells = strata.weight[:, None] * within
        right, reference = np.diag(cells), cells.sum(axis=0)
        user, producer = np.diag(within), right / reference
        scatter = strata.weight[:, None] ** 2 * within * (1 - within) / (strata.units[:, None] - 1)
        user_var = user * (1 - user) / (strata.units - 1)
        own = strata.weight**2 * (1 - producer) ** 2 * user_var
        others = producer**2 * (scatter.sum(axis=0) - np.diag(scatter))
        producer_var = (own + others) / reference**2
    overall = Ratio(float(right.sum()), float((strata.weight**2 * user_var).sum()), np.diag(table))
    users = [Ratio(float(u), float(v), np.array([h])) for u, v, h in zip(user, user_var, np.diag(table), strict=True)]
    producers = [Ratio(float(p), float(v), None) for p, v in zip(producer, producer_var, strict=True)]
    areas = [Ratio(float(a), float(v), h) for a, v, h in zip(reference, scatter.sum(axis=0), table.T, strict=True)]
    return _told(names, strata, cells, overall=overall, user=users, producer=producers, area=areas)


def area_from_strata(
    strata: Sequence[object],
    mapped: Sequence[object],
    reference: Sequence[object],
    sizes: Mapping[object, float],
    *,
    pixel_area_m2: float | None = None,
    level: float = 0.95,
) -> MapAccuracy:
    """Estimate areas and accuracies from a sample whose strata are not the map's classes.

    Parameters
    ----------
    strata, mapped, reference : sequence
        Per sampled unit: its stratum, its class on the map, its class in the reference.
    sizes : mapping
        Stratum to its size, px.
    pixel_area_m2, level
        As for :func:`area_from_sample`.

    Returns
    -------
    MapAccuracy
        Classes in sorted order.

    Raises
    ------
    InputError
        If lengths differ, a stratum has no size or fewer than two units, or more units than pixels.

    Notes
    -----
    Finite population correction is applied. User's and producer's accuracies are ratios of two estimates.

    References
    ----------
    .. [1] Stehman, S. V. (2014). Estimating area and map accuracy for stratified random sampling when the strata are
       different from the map classes. International Journal of Remote Sensing 35(13), 4923-4939.
       https://doi.org/10.1080/01431161.2014.930207

    Examples
    --------
    >>> found = area_from_strata([*"aaaabbbb"], [*"CCCNNNNN"], [*"CCNNNNNC"], {"a": 100, "b": 900})
    >>> found.classes, round(found.area[0].value)
    (('C', 'N'), 275)
    """
    require(Mapping, sizes=sizes)
    require(Real, level=level)
    given = {"strata": strata, "mapped": mapped, "reference": reference}
    units_of = (require_each(object, **{name: values}) for name, values in given.items())
    stratum, on_map, truth = (np.asarray(values, dtype=object) for values in units_of)
    if not len(stratum) == len(on_map) == len(truth) or not len(stratum):
        msg = f"strata, mapped, reference have {len(stratum)}, {len(on_map)}, {len(truth)} units; give one each a unit"
        raise InputError(msg)
    names = tuple(sorted(set(on_map) | set(truth), key=str))
    keys = sorted(sizes, key=str)
    if unknown := sorted({str(s) for s in set(stratum) - set(keys)}):
        msg = f"sizes has no entry for the strata {', '.join(unknown)}; give the size of every stratum"
        raise InputError(msg)
    members = [stratum == key for key in keys]
    units = np.array([int(m.sum()) for m in members])
    design = Strata(units, numbers(sizes=[sizes[k] for k in keys]), pixel_area_m2, level)
    if (units > design.sizes).any():
        msg = f"a stratum has more units than pixels: units={units.tolist()}, sizes={design.sizes.tolist()}"
        raise InputError(msg)
    sample = StratifiedSample(members, design)
    right, every = on_map == truth, np.ones(len(truth), dtype=bool)
    cells = np.array([[sample.ratio((on_map == i) & (truth == j), every).value for j in names] for i in names])
    return _told(
        names,
        design,
        cells,
        overall=sample.ratio(right, every),
        user=[sample.ratio(right & (on_map == name), on_map == name) for name in names],
        producer=[sample.ratio(right & (truth == name), truth == name) for name in names],
        area=[sample.ratio(truth == name, every) for name in names],
    )


def _told(
    names: tuple[object, ...],
    strata: Strata,
    cells: Float,
    *,
    overall: Ratio,
    user: list[Ratio],
    producer: list[Ratio],
    area: list[Ratio],
) -> MapAccuracy:
    pixel = strata.pixel_area_m2
    scale, unit = float(strata.sizes.sum()) * (pixel or 1.0), "px" if pixel is None else "m2"
    method = f"stratified random sample of {int(strata.units.sum())} units in {len(strata.units)} strata"
    return MapAccuracy(
        classes=names,
        overall=strata.estimate(overall, method=method),
        user=tuple(strata.estimate(one, method=method) for one in user),
        producer=tuple(strata.estimate(one, method=method) for one in producer),
        area=tuple(strata.estimate(one, scale=scale, unit=unit, method=method) for one in area),
        overall_se=overall.variance**0.5,
        user_se=tuple(one.variance**0.5 for one in user),
        producer_se=tuple(one.variance**0.5 for one in producer),
        area_se=tuple(scale * one.variance**0.5 for one in area),
        cells=tuple(tuple(row) for row in cells.tolist()),
    )


def _table(counts: ArrayLike) -> NDArray[np.int64]:
    table = numbers(counts=counts)
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not table.size:
        msg = f"counts has shape {table.shape}; give a square table, mapped class by reference class"
        raise InputError(msg)
    if not (np.isfinite(table) & (table >= 0) & (table == np.floor(table))).all():
        msg = f"counts={table.tolist()} must be numbers of units: whole, 0 or more"
        raise InputError(msg)
    return table.astype(np.int64)
