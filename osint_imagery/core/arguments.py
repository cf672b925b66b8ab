"""Arguments of the wrong type are refused where they enter, with the way to get the right one."""

from collections.abc import Iterable
from reprlib import Repr
from types import UnionType
from typing import Any, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from osint_imagery.core.errors import InputTypeError

__all__ = ["numbers", "require", "require_each"]

T = TypeVar("T")

_HOW = {
    "Access": "make one with osint_imagery.scenes.address.Access(...)",
    "AreaOfInterest": "make one with AreaOfInterest.from_file(...), .from_bbox(...) or .from_point(...)",
    "Catalog": "make one with open_catalog(...)",
    "ChangeMap": "make one with detect(pair)",
    "ClaimFile": "give a path as text or pathlib.Path",
    "Claim": "make one with read_claim(path)",
    "Coverage": "make one with coverage(prediction, scenes)",
    "Detections": "make them with outline(changes)",
    "Found": "take one from search(catalog, aoi, when)",
    "Grid": "make one with Grid.over(aoi, resolution_m=10)",
    "Integral": "give a whole number",
    "Image": "make one with read(scene, grid) or Image.from_array(...)",
    "Pair": "make one with align(before, after)",
    "Path": "give a path as text or pathlib.Path",
    "PathLike": "give a path as text or pathlib.Path",
    "Prediction": "take one from claim.predictions",
    "Real": "give a number",
    "Scene": "take one from search(catalog, aoi, when)",
    "str": "give text",
    "Target": "take one from prediction.target, or Target(what=..., length_m=..., width_m=...)",
    "TimeSpan": 'make one with TimeSpan("2024-05-01", "2024-05-31")',
}
"""How to get a value of each type, in the public names."""

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def require(kind: type[Any] | UnionType, /, **arguments: object) -> None:
    """Refuse arguments that are not of a type.

    Parameters
    ----------
    kind : type or union of types
        ``Grid``, or ``AreaOfInterest | None`` where nothing may be given.
    **arguments
        Each under the name by which the caller knows it.

    Raises
    ------
    InputTypeError
        At the first that is of another type; names it, its value, shortened, and how to get the right one.

    Examples
    --------
    >>> from pathlib import Path
    >>> require(str | Path, source=5)
    Traceback (most recent call last):
    osint_imagery.core.errors.InputTypeError: source=5 is no str or Path; give a path as text or pathlib.Path
    """
    for name, value in arguments.items():
        if not isinstance(value, kind):
            raise InputTypeError(_message(name, value, kind))


def require_each(kind: type[T], /, **argument: object) -> tuple[T, ...]:
    """Return the items of a collection, and refuse it if one is not of a type.

    Parameters
    ----------
    kind : type
        Of the items.
    **argument
        One collection (list, tuple, generator ...) under the name by which the caller knows it. Text is none, unless
        anything may be an item: then each letter is one.

    Returns
    -------
    tuple

    Raises
    ------
    InputTypeError
        If it is no collection, or one of its items is of another type.

    Examples
    --------
    >>> require_each(int, counts=[1, 2])
    (1, 2)
    """
    ((name, values),) = argument.items()
    text = isinstance(values, str | bytes) and kind is not object
    if text or not isinstance(values, Iterable):
        msg = f"{name}={_SHORT.repr(values)} is no collection; give a list or tuple of {kind.__name__}"
        raise InputTypeError(msg)
    items = tuple(values)
    for index, value in enumerate(items):
        require(kind, **{f"{name}[{index}]": value})
    return items


def numbers(**argument: object) -> NDArray[np.float64]:
    """Return an array-like of numbers as an array, and refuse what holds anything else.

    Parameters
    ----------
    **argument
        One array-like under the name by which the caller knows it.

    Raises
    ------
    InputTypeError
        If it cannot be read as numbers.

    Examples
    --------
    >>> numbers(truth=[True, False])
    array([1., 0.])
    """
    ((name, values),) = argument.items()
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as err:
        msg = f"{name}={_SHORT.repr(values)} holds no numbers; give an array, or lists of equal length, of numbers"
        raise InputTypeError(msg) from err


def _message(name: str, value: object, kind: type[Any] | UnionType) -> str:
    names = [item.__name__ for item in get_args(kind) or (kind,) if item is not type(None)]
    how = next((_HOW[item] for item in reversed(names) if item in _HOW), f"give {' or '.join(names)}")
    return f"{name}={_SHORT.repr(value)} is no {' or '.join(names)}; {how}"
