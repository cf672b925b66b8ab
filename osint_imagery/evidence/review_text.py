"""A review in sentences: who read blind, how far they agree, and every place of which they do not."""

from osint_imagery.evidence.fields import EstimateField
from osint_imagery.evidence.review import Reading, ReviewRecord
from osint_imagery.evidence.review_comparison import Comparison

__all__ = ["review_lines"]

_CONFIRMED = "of places with a detection, the reader saw a change in:"
_CLEARED = "of places that the detector examined in vain, the reader saw none in:"
_AROUND = "of places that it did not examine, the reader saw none in:"


def review_lines(review: ReviewRecord) -> tuple[str, ...]:
    """Return a review in lines of plain text.

    Parameters
    ----------
    review : ReviewRecord
        What was answered.
    """
    lines = [f"review of {review.record.record_id}, sheet {review.sheet}"]
    lines += [_reading(one) for one in review.readings]
    for one in review.comparisons:
        lines += _comparison(one)
    return (*lines, *(f"note: {note}" for note in review.notes))


def _reading(one: Reading) -> str:
    told = "blind" if one.blind else "NOT blind"
    return f"{one.who}: {told} ({one.blind_reason}); {len(one.answers)} places"


def _comparison(one: Comparison) -> list[str]:
    told = one.agreement
    lines = [
        f"{told.first} against {told.second}, {told.items} places:",
        f"  same label: {_share(told.raw)}",
        f"  Cohen's kappa {_number(told.kappa)}; Scott's pi {told.pi or 'not defined'}"
        if told.kappa
        else f"  {told.reason}",
    ]
    width = max(len(label) for label in told.labels)
    lines.append(f"  rows {told.first}, columns {told.second}: {', '.join(told.labels)}")
    lines += [
        f"    {label:<{width}}  " + "  ".join(f"{count:>4}" for count in row)
        for label, row in zip(told.labels, told.table, strict=True)
    ]
    shares = ((_CONFIRMED, one.confirmed), (_CLEARED, one.cleared), (_AROUND, one.around))
    lines += [f"  {words} {_share(share)}" for words, share in shares if share is not None]
    lines += _outlines(one)
    lines += [f"  place {item.item}: {item.first!r} against {item.second!r}" for item in one.disagreements]
    return [*lines, *(f"  note: {note}" for note in told.notes)]


def _outlines(one: Comparison) -> list[str]:
    if one.overlapping is None and not (one.first_only or one.second_only):
        return ["  outlines: none to compare"]
    alone = f"without a partner: {len(one.first_only)} and {len(one.second_only)}"
    if one.overlapping is None:
        return [f"  outlines: no two overlap; {alone}"]
    each = ", ".join(f"{pair.item}: {float(pair.iou):.2f}" for pair in one.outlines)
    return [f"  outlines: IoU {each}; 0.5 or more: {_share(one.overlapping)}; {alone}"]


def _share(share: EstimateField) -> str:
    return f"{_number(share)} ({share.method})"


def _number(one: EstimateField) -> str:
    value = "not known" if one.value is None else f"{float(one.value):.2f}"
    return f"{value}, 95 % interval {float(one.low):.2f} to {float(one.high):.2f}"
