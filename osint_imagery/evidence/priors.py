"""From what readers held before to what they should hold after: a table over priors, never one number."""

from collections.abc import Sequence

from osint_imagery.core.arguments import require, require_each
from osint_imagery.core.errors import InputError
from osint_imagery.core.estimate import Estimate
from osint_imagery.core.lineage import decimal_text
from osint_imagery.core.texts import WEIGHING
from osint_imagery.evidence.assessed_parts import Pairing, PriorField, Update
from osint_imagery.evidence.scales import likelihood_bands

__all__ = ["between_words", "percent_words", "posterior", "prior_field", "updates_of"]

_DIGITS = 12  # near 1 six digits would write 1, which is never claimed


def prior_field(values: Sequence[float], reason: str) -> PriorField | None:
    """Return stated priors with their reason; None where none is stated.

    Raises
    ------
    InputError
        If one lies outside 0.01 to 0.99, or there is no reason.
    """
    stated = require_each(float, priors=values)
    require(str, prior_reason=reason)
    if not stated:
        if reason:
            msg = f"prior_reason={reason!r} is given without priors; give priors=(0.1, 0.5, 0.9), or neither"
            raise InputError(msg)
        return None
    for value in stated:
        if not 0.01 <= value <= 0.99:
            msg = (
                f"priors={list(stated)!r}: {value!r} lies outside 0.01 to 0.99; no imagery moves a mind that is made up"
            )
            raise InputError(msg)
    if not reason.strip():
        msg = (
            "prior_reason='' is empty; a prior is stated with its reason, or nothing is said of how likely anything is"
        )
        raise InputError(msg)
    return PriorField(values=tuple(decimal_text(value) for value in sorted(set(stated))), reason=reason)


def posterior(prior: float, ratio: float) -> float:
    """Return what somebody who held `prior` should hold after a likelihood ratio.

    Examples
    --------
    >>> posterior(0.5, 3.0), round(posterior(0.1, 9.0), 6), posterior(0.1, float("inf"))
    (0.75, 0.5, 1.0)
    """
    if ratio == float("inf"):
        return 1.0
    return prior * ratio / (prior * ratio + 1 - prior)


def updates_of(pairs: Sequence[Pairing], prior: PriorField | None) -> tuple[Update, ...]:
    """Return one row for each pair that has a ratio and each prior."""
    if prior is None:
        return ()
    return tuple(
        _update(pair, value, pair.any_dependence.estimate(), pair.independent.estimate())
        for pair in pairs
        if pair.any_dependence is not None and pair.independent is not None
        for value in prior.values
    )


def _update(pair: Pairing, value: str, ratio: Estimate, product: Estimate) -> Update:
    held = float(value)
    low, high = posterior(held, ratio.low), posterior(held, ratio.high)
    known = _end(low) is not None and _end(high) is not None
    return Update(
        first=pair.first,
        second=pair.second,
        prior=value,
        low=_end(low),
        high=_end(high),
        words=" to ".join(likelihood_bands(low, high)) if known else WEIGHING["update open"],
        if_independent_low=_end(posterior(held, product.low)),
        if_independent_high=_end(posterior(held, product.high)),
    )


def _end(share: float) -> str | None:
    """Return an end as text, None where it would be 0 or 1."""
    return decimal_text(share, _DIGITS) if 0 < round(share, _DIGITS) < 1 else None


def between_words(low: str | None, high: str | None) -> str:
    """Return an interval of probabilities in percent; an end that is not known bounds nothing.

    Examples
    --------
    >>> between_words("0.2", "0.3"), between_words("0.5", None), between_words(None, None)
    ('between 20 % and 30 %', '50 % or more', 'what was held before, or anything else')
    """
    if low is None or high is None:
        if low is not None:
            return f"{percent_words(low)} or more"
        return f"{percent_words(high)} or less" if high is not None else "what was held before, or anything else"
    one, other = percent_words(low), percent_words(high)
    return one if one == other else f"between {one} and {other}"


def percent_words(share: str) -> str:
    """Return a probability in percent; never 0 % or 100 %, which nothing here can say.

    Examples
    --------
    >>> [percent_words(share) for share in ("0.1", "0.2874", "0.99999", "0.0001")]
    ['10 %', '28.7 %', 'more than 99.9 %', 'less than 0.1 %']
    """
    value = float(share)
    if value > 0.999:
        return "more than 99.9 %"
    return "less than 0.1 %" if value < 0.001 else f"{value * 100:.3g} %"
