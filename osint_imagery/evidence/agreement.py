"""How far two readers agree on the same places: raw agreement, Cohen's kappa and Scott's pi, with the whole table."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.lineage import decimal_text
from osint_imagery.evidence.fields import EstimateField, Model, Number, Text

__all__ = ["Agreement", "agreement", "wilson"]

_Z = 1.959963984540054  # two-sided 95 %
_LEVEL = 0.95
_UNEVEN = 0.8  # share of one label, of both readers together, from which kappa is small whatever they do
_WIDE = 0.5  # width of an interval of kappa from which it leaves open most of what a reader wants to know
_KAPPA = "Cohen's kappa; Wilson limits of the raw agreement, set into (p - e) / (1 - e) with the chance agreement e"
_ALIKE = "both readers gave one and the same label to every place, so agreement by chance is complete too"


class Agreement(Model):
    """What two readers said of the same places, and how far that agrees.

    Parameters
    ----------
    first, second : str
        Who: the rows and the columns of the table.
    items : int
        Places that both judged.
    labels : tuple of str
        Rows and columns, in order; "cannot tell" is one of them and is never dropped.
    table : tuple of tuple of int
        How often `first` gave the label of the row and `second` that of the column.
    raw : EstimateField
        Share of places with one label from both, with its Wilson interval.
    kappa : EstimateField or None
        Cohen's kappa; None where it is not defined, see `reason`.
    standard_error : str or None
        Large-sample standard error of kappa (Fleiss, Cohen, Everitt 1969); 0 where agreement is complete, which is
        why the interval is not made from it.
    pi : str or None
        Scott's pi: as kappa, with one set of shares for both readers.
    reason : str
        Why there is no kappa.
    notes : tuple of str
        What a reader of these numbers has to know.
    """

    first: Text
    second: Text
    items: Annotated[int, Field(ge=1)]
    labels: Annotated[tuple[Text, ...], Field(min_length=2)]
    table: tuple[tuple[Annotated[int, Field(ge=0)], ...], ...]
    raw: EstimateField
    kappa: EstimateField | None
    standard_error: Number | None
    pi: Number | None
    reason: str = ""
    notes: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _square(self) -> Self:
        size = len(self.labels)
        if [len(row) for row in self.table] != [size] * size or sum(map(sum, self.table)) != self.items:
            msg = f"table is not {size} x {size} with a sum of {self.items}"
            raise ValueError(msg)
        return self


def wilson(hits: int, trials: int, *, method: str = "") -> Estimate:
    """Return the share `hits` / `trials` with its Wilson score interval of 95 %.

    Parameters
    ----------
    hits, trials : int
        0 <= hits <= trials, trials >= 1.
    method : str
        What was counted.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the
       American Statistical Association 22(158), 209-212. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> print(wilson(10, 10))
    1 (95% interval 0.722 to 1)
    """
    if trials < 1 or not 0 <= hits <= trials:
        msg = f"hits={hits!r} of trials={trials!r} is not a share; give whole 0 <= hits <= trials, trials >= 1"
        raise InputError(msg)
    share, weight = hits / trials, _Z**2 / trials
    middle = (share + weight / 2) / (1 + weight)
    half = math.sqrt(share * (1 - share) * weight + weight**2 / 4) / (1 + weight)
    low, high = (0.0 if hits == 0 else middle - half), (1.0 if hits == trials else middle + half)
    words = f"{hits} of {trials}{' ' + method if method else ''}, Wilson score interval"
    return Estimate(value=share, low=low, high=high, level=_LEVEL, unit="probability", method=words)


def agreement(
    first: Mapping[str, str], second: Mapping[str, str], *, names: tuple[str, str], labels: Sequence[str]
) -> Agreement:
    """Compare the labels that two readers gave to the same places.

    Parameters
    ----------
    first, second : mapping of str to str
        Label of each place, by its id; both name the same places.
    names : tuple of str
        Who they are.
    labels : sequence of str
        The closed list of labels.

    Returns
    -------
    Agreement

    Raises
    ------
    InputError
        If they judged different places, none at all, or a label is not of the list.

    Notes
    -----
    The interval of kappa is that of the raw agreement (Wilson [2]_), carried over with the agreement by chance as it
    was found. The usual one, kappa plus or minus 1.96 standard errors [3]_, is empty where all labels agree: with 20
    places and a true kappa of 0.96 it held that value in 32 of 100 trials, this one in 95 (simulated; ``docs/
    second-reader.md`` has the table).

    Kappa and raw agreement are those of these places. Where half of them were chosen because something was detected
    there, they say nothing of the ground at large.

    References
    ----------
    .. [1] Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement
       20(1), 37-46. doi:10.1177/001316446002000104
    .. [2] Wilson (1927), see :func:`wilson`.
    .. [3] Fleiss, J. L., Cohen, J., Everitt, B. S. (1969). Large sample standard errors of kappa and weighted kappa.
       Psychological Bulletin 72(5), 323-327. doi:10.1037/h0028106
    .. [4] Scott, W. A. (1955). Reliability of content analysis: the case of nominal scale coding. Public Opinion
       Quarterly 19(3), 321-325. doi:10.1086/266577
    .. [5] Feinstein, A. R., Cicchetti, D. V. (1990). High agreement but low kappa: I. The problems of two paradoxes.
       Journal of Clinical Epidemiology 43(6), 543-549. doi:10.1016/0895-4356(90)90158-L

    Examples
    --------
    >>> one = {"a": "change", "b": "change", "c": "no change", "d": "no change"}
    >>> two = {"a": "change", "b": "no change", "c": "no change", "d": "no change"}
    >>> found = agreement(one, two, names=("A", "B"), labels=("change", "no change"))
    >>> found.table, found.kappa.value, found.kappa.low, found.kappa.high
    (((1, 1), (0, 2)), '0.5', '-0.398716', '0.908825')
    """
    table = _table(first, second, names, tuple(labels))
    count = int(table.sum())
    raw = wilson(int(np.trace(table)), count, method="places with one label from both")
    shares = table / count
    sums = [[int(each) for each in table.sum(axis=axis)] for axis in (1, 0)]
    chance = Fraction(sum(a * b for a, b in zip(*sums, strict=True)), count**2)  # exact: 0 is 0 in any order of labels
    common = (shares.sum(axis=0) + shares.sum(axis=1)) / 2
    same = Fraction(int(np.trace(table)), count)
    kappa = None if chance == 1 else _kappa(same, raw, chance)
    both = Fraction(sum((a + b) ** 2 for a, b in zip(*sums, strict=True)), 4 * count**2)
    return Agreement(
        first=names[0],
        second=names[1],
        items=count,
        labels=tuple(labels),
        table=tuple(tuple(int(cell) for cell in row) for row in table),
        raw=EstimateField.of(raw),
        kappa=None if kappa is None else EstimateField.of(kappa),
        standard_error=None if kappa is None else decimal_text(_standard_error(shares, float(chance), count)),
        pi=None if both == 1 else decimal_text(float((same - both) / (1 - both))),
        reason="" if kappa is not None else f"kappa is not defined: {_ALIKE}",
        notes=(*_constant(table, names, tuple(labels)), *_notes(kappa, tuple(labels), common, count)),
    )


def _table(
    first: Mapping[str, str], second: Mapping[str, str], names: tuple[str, str], labels: tuple[str, ...]
) -> NDArray[np.int64]:
    if set(first) != set(second) or not first:
        odd = sorted(set(first) ^ set(second)) or ["none at all"]
        msg = f"first and second judged different places ({', '.join(odd[:5])}); compare labels of the same places"
        raise InputError(msg)
    for name, given in zip(names, (first, second), strict=True):
        for place, label in given.items():
            if label not in labels:
                msg = f"{name}: {place} has label {label!r}; give one of {', '.join(labels)}"
                raise InputError(msg)
    table = np.zeros((len(labels), len(labels)), dtype=np.int64)
    for place, label in first.items():
        table[labels.index(label), labels.index(second[place])] += 1
    return table


def _kappa(same: Fraction, raw: Estimate, chance: Fraction) -> Estimate:
    value = float((same - chance) / (1 - chance))
    low, high = ((share - float(chance)) / float(1 - chance) for share in (raw.low, raw.high))
    low, high = min(max(low, -1.0), value), max(min(high, 1.0), value)  # rounded, a limit may pass the value
    return Estimate(value=value, low=low, high=high, level=_LEVEL, unit="kappa", method=_KAPPA)


def _standard_error(shares: NDArray[np.float64], chance: float, count: int) -> float:
    """Return the standard error after Fleiss, Cohen and Everitt (1969), equation 13."""
    rows, columns, same = shares.sum(axis=1), shares.sum(axis=0), np.diag(shares)
    kappa = (same.sum() - chance) / (1 - chance)
    both = columns[:, None] + rows[None, :]
    agreed = (same * (1 - (rows + columns) * (1 - kappa)) ** 2).sum()
    differed = (1 - kappa) ** 2 * ((shares * both**2).sum() - (same * (rows + columns) ** 2).sum())
    variance = agreed + differed - (kappa - chance * (1 - kappa)) ** 2
    return math.sqrt(max(float(variance), 0.0) / count) / (1 - chance)


def _constant(table: NDArray[np.int64], names: tuple[str, str], labels: tuple[str, ...]) -> tuple[str, ...]:
    """Say who gave one label to all places that are compared, which by itself makes kappa 0."""
    counts = (table.sum(axis=1), table.sum(axis=0))
    return tuple(
        f"{name} gave the one label {labels[int(np.argmax(given))]!r} to all {int(given.sum())} places compared here, "
        "so kappa is 0 or not defined whatever the other says; read the table"
        for name, given in zip(names, counts, strict=True)
        if np.count_nonzero(given) == 1
    )


def _notes(kappa: Estimate | None, labels: tuple[str, ...], common: NDArray[np.float64], count: int) -> tuple[str, ...]:
    notes = []
    most = int(np.argmax(common))
    if kappa is not None and common[most] >= _UNEVEN:
        notes.append(
            f"{common[most] * 100:.0f} % of all labels are {labels[most]!r}: with shares this uneven kappa can be low "
            "though nearly all places agree; read the table"
        )
    if kappa is not None and kappa.high - kappa.low >= _WIDE:
        notes.append(
            f"{count} places leave kappa open between {kappa.low:.2f} and {kappa.high:.2f}: too few to tell good "
            "agreement from poor"
        )
    return tuple(notes)
