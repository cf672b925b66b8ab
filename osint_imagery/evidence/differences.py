"""Two records of one finding, field by field: what is the same, what differs, and whether by more than a tolerance."""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from osint_imagery.evidence.differing_text import Moved, explained, same_places
from osint_imagery.evidence.record import EvidenceRecord

__all__ = [
    "CARRIED",
    "DIGITS",
    "TOLERANCE",
    "Difference",
    "Outcome",
    "differences",
    "judge",
    "last_digit",
    "leaves",
    "moved_numbers",
    "worst",
]

DIGITS = 6
"""Significant digits that records keep of a number; two numbers may differ by a unit of the last of them."""

_DEGREES = 2e-7  # two units of the last digit that a record keeps beyond 100 degrees
_PIXELS = 1.01e-4  # lineage writes shifts to four decimals
_NEVER = 1e-300  # p-values below are printed with digits that nothing supports

TOLERANCE = (
    "Decisions, counts, names and digests of files have to be equal. Of the six digits that records keep of any other "
    "number, the last may differ by one: pixels are 32-bit, and other versions of numpy, scipy and the processor's "
    "routines add in another order. P-values may differ by so much times -ln p, as a tail does when the statistic "
    f"moves; coordinates by {_DEGREES:g} degrees (2 cm); shifts by 0.0001 px. A sentence has to be the same, but where "
    "it prints a number of the record that moved by no more than that. Digests of intermediate arrays have to be equal "
    "where libraries and processor are those recorded; elsewhere they are not comparable."
)
"""What may differ, and why."""

CARRIED = {
    "accessed": "when the scenes were read",
    "annotations": "an analyst's marks",
    "artifacts": "figures are not drawn again; verify compares their bytes",
    "created": "when the record was made",
    "custody": "who did what, when",
    "inferences": "an analyst's conclusions",
    "previous": "place in the chain; verify compares it",
    "reviews": "a second reader's words",
    "schema": "kind of document",
    "software": "compared by itself",
}
"""Fields of a record that nobody can compute from scenes, and why."""

_EXACT = frozenset({"version", "processing_version", "level", "credibility", "product_id", "id", "label"})
_COORDINATES = frozenset({"longitude", "latitude", "outline_wkt"})
_SHIFTS = frozenset({"shift_rows_px", "shift_columns_px", "rows_px", "columns_px"})
_PLAIN = re.compile(r"-?(?:\d+(?:\.\d+)?|infinity)")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NAMES = ("scene_id", "id", "key", "name")
_ABSENT = "absent"
_ADDED = ("claim.appearances", "object_model.at_least")
_LATER = "records that were made before this field was added do not have it; verify compares the others with the claim"


class Outcome(StrEnum):
    """What became of a number, a record, a scene, a dossier."""

    SAME = "same"
    INCOMPARABLE = "not comparable"
    WITHIN = "within tolerance"
    UNCHECKED = "not checked"
    UPSTREAM = "upstream changed"
    BEYOND = "beyond tolerance"
    ALTERED = "altered"


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Return the outcome that a reader has to know first; *not checked* where nothing could be compared.

    What is not comparable says nothing of the rest: it is counted and listed, and no outcome of the whole.

    Examples
    --------
    >>> print(worst([Outcome.SAME, Outcome.UPSTREAM, Outcome.WITHIN]))
    upstream changed
    """
    order = list(Outcome)
    said = (outcome for outcome in outcomes if outcome is not Outcome.INCOMPARABLE)
    return max(said, key=order.index, default=Outcome.UNCHECKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field of a record, as recorded and as computed again.

    Parameters
    ----------
    field : str
        Path in the record: ``detections[1].area.value``.
    recorded, recomputed : str
        As text; empty where it was not computed again.
    outcome : Outcome
        Whether they agree.
    difference : str
        Recomputed minus recorded, where both are numbers.
    tolerance : str
        By how much they may differ; ``exact`` where not at all, empty where nothing was compared.
    note : str
        Why it was not computed, for example.
    """

    field: str
    recorded: str
    recomputed: str
    outcome: Outcome
    difference: str = ""
    tolerance: str = "exact"
    note: str = ""


Leaf = str | int | bool | None
Blocked = Callable[[str], tuple[Outcome, str] | None]


def _nothing(field: str) -> None:
    del field


def differences(
    recorded: EvidenceRecord, recomputed: EvidenceRecord, *, blocked: Blocked = _nothing, same_machine: bool = True
) -> tuple[Difference, ...]:
    """Compare two records of one finding in every field that can be computed.

    Parameters
    ----------
    recorded, recomputed : EvidenceRecord
        As it stands in the dossier, and as it comes out now.
    blocked : callable
        Says for a field why it was not computed, with the outcome that this means; None where it was.
    same_machine : bool
        Whether libraries and processor are those of the recorded one: then also the last bits of arrays are the same.

    Returns
    -------
    tuple of Difference
        One a field, also those that agree.
    """
    old, new = dict(leaves(recorded)), dict(leaves(recomputed))
    moved = moved_numbers(judge(field, old[field], new[field]) for field in old.keys() & new.keys())
    rows = []
    for field in {**old, **new}:
        why = (Outcome.INCOMPARABLE, _LATER) if field not in old and field.startswith(_ADDED) else blocked(field)
        if why is None and field in old and field in new:
            rows.append(judge(field, old[field], new[field], moved=moved, same_machine=same_machine))
        elif why is None:
            first, second = (_text(values[field]) if field in values else _ABSENT for values in (old, new))
            rows.append(Difference(field=field, recorded=first, recomputed=second, outcome=Outcome.BEYOND))
        elif field in old or why[0] is Outcome.INCOMPARABLE:
            outcome, note = why
            told = _text(old[field]) if field in old else _ABSENT
            rows.append(Difference(field=field, recorded=told, recomputed="", outcome=outcome, tolerance="", note=note))
    return tuple(rows)


def leaves(record: EvidenceRecord) -> Iterator[tuple[str, Leaf]]:
    """Yield path and value of every field of a record that can be computed; numbers are text, counts are integers."""
    body = record.model_dump(mode="json", by_alias=True)
    for name, value in body.items():
        if name not in CARRIED:
            yield from _leaves(value, name)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Leaf]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name != "accessed":
                yield from _leaves(item, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        yield f"{path}.count", len(value)
        pairs = path.endswith(".parameters")
        for name, item in zip(_keys(value), value, strict=True):
            yield from _leaves(item[1], f"{path}[{item[0]}]") if pairs else _leaves(item, f"{path}[{name}]")
    else:
        yield path, value


def _keys(items: Sequence[Any]) -> list[str]:
    """Return what the items of a list are called: by their own name where all have one, else by their place."""
    for name in _NAMES:
        found = [str(item[name]) for item in items if isinstance(item, dict) and name in item]
        if items and len(found) == len(items):
            again = [found[:k].count(text) for k, text in enumerate(found)]
            return [f"{text} {k + 1}" if k else text for text, k in zip(found, again, strict=True)]
    return [str(index) for index in range(len(items))]


def moved_numbers(rows: Iterable[Difference]) -> tuple[Moved, ...]:
    """Return the numbers that differ by no more than they may."""
    return tuple(
        (float(row.recorded), float(row.recomputed))
        for row in rows
        if row.outcome is Outcome.WITHIN and _PLAIN.fullmatch(row.recorded) and "inf" not in row.recorded
    )


def judge(
    field: str, recorded: Leaf, recomputed: Leaf, *, moved: Sequence[Moved] = (), same_machine: bool = True
) -> Difference:
    """Compare two values of one field, as numbers where they are numbers; counts (integers) have to be equal.

    Sentences may differ where they print a number that `moved`, and digests of arrays on another machine.

    Examples
    --------
    >>> judge("ratio.plus.value", "3.69615", "3.69616").outcome.value, judge("x.pixels", 70, 71).outcome.value
    ('within tolerance', 'beyond tolerance')
    """
    name = _name(field)
    old, new = _text(recorded), _text(recomputed)
    if isinstance(recorded, str) and isinstance(recomputed, str) and name not in _EXACT:
        if _PLAIN.fullmatch(old) and _PLAIN.fullmatch(new):
            return _numbers(field, name, old, new)
        if old != new and not same_machine and _is_of_array(field, old, new):
            note = "an array of other libraries or another processor: its numbers are compared by themselves"
            return Difference(
                field=field, recorded=old, recomputed=new, outcome=Outcome.INCOMPARABLE, tolerance="", note=note
            )
        if old != new and (
            same_places(old, new, within=_DEGREES) if name in _COORDINATES else explained(old, new, moved)
        ):
            tolerance = "numbers of the record that moved"
            return Difference(field=field, recorded=old, recomputed=new, outcome=Outcome.WITHIN, tolerance=tolerance)
    outcome = Outcome.SAME if recorded == recomputed else Outcome.BEYOND
    return Difference(field=field, recorded=old, recomputed=new, outcome=outcome)


def _name(field: str) -> str:
    """Return what a field is called; a parameter of a step by its own name."""
    last, _, inside = field.rsplit(".", 1)[-1].partition("[")
    return inside.removesuffix("]") if last == "parameters" else last


def _text(value: Leaf) -> str:
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _numbers(field: str, name: str, recorded: str, recomputed: str) -> Difference:
    old, new = (float(text.replace("infinity", "inf")) for text in (recorded, recomputed))
    allowed = _allowed(name, old)
    apart = 0.0 if recorded == recomputed else new - old
    tiny = name.startswith("p_") and max(abs(old), abs(new)) < _NEVER
    outcome = Outcome.SAME if recorded == recomputed else Outcome.BEYOND
    if outcome is Outcome.BEYOND and (abs(apart) <= allowed or tiny):
        outcome = Outcome.WITHIN
    return Difference(
        field=field,
        recorded=recorded,
        recomputed=recomputed,
        outcome=outcome,
        difference=f"{apart:.2g}",
        tolerance=f"{allowed:.2g}",
    )


def last_digit(value: float) -> float:
    """Return a unit of the last significant digit that records keep, with room for its binary form.

    Examples
    --------
    >>> print(f"{last_digit(3.69615):.6f} {last_digit(312345.0):.2f}")
    0.000010 1.00
    """
    return 1.001 * 10.0 ** (math.floor(math.log10(abs(value))) + 1 - DIGITS) if value else 0.0


def _allowed(name: str, value: float) -> float:
    if name in _COORDINATES:
        return _DEGREES
    if not math.isfinite(value):
        return 0.0
    if name in _SHIFTS:
        return max(_PIXELS, last_digit(value))
    tail = max(1.0, -math.log(value)) if name.startswith("p_") and 0 < value < 1 else 1.0
    return last_digit(value) * tail


def _is_of_array(field: str, *texts: str) -> bool:
    """Whether a digest in the lineage is that of an array; what the reading of a scene takes in are files."""
    of_array = field.startswith("lineage") and (".outputs[" in field or not field.startswith("lineage[read"))
    return of_array and all(_DIGEST.fullmatch(text) for text in texts)
