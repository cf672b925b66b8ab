"""What second readers said of a record, as a page shows it: how far they agree, and where they do not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from osint_imagery.evidence.fields import EstimateField
from osint_imagery.evidence.review import ReviewRecord
from osint_imagery.evidence.review_comparison import Comparison

__all__ = ["ReviewView", "review_views"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """One comparison of a review.

    Parameters
    ----------
    record, sheet : str
        What was reviewed: id of the record, and of the blind sheet.
    readers : str
        Who is compared with whom, and who of the readers was blind.
    places : int
        Places that both judged.
    same, kappa : str
        Raw agreement and Cohen's kappa, each with its interval; or why there is no kappa.
    differ : int
        Places of which they do not say the same.
    disagreements, notes : tuple of str
        Each of these places with both labels; what a reader of the numbers should know.
    """

    record: str
    sheet: str
    readers: str
    places: int
    same: str
    kappa: str
    differ: int
    disagreements: tuple[str, ...]
    notes: tuple[str, ...]


def review_views(reviews: Iterable[ReviewRecord]) -> tuple[ReviewView, ...]:
    """Return the comparisons of reviews, in order."""
    return tuple(_view(review, one) for review in reviews for one in review.comparisons)


def _view(review: ReviewRecord, one: Comparison) -> ReviewView:
    told = one.agreement
    blind = {reading.who: "blind" if reading.blind else "NOT blind" for reading in review.readings}
    return ReviewView(
        record=review.record.record_id,
        sheet=review.sheet,
        readers=" against ".join(_named(name, blind.get(name)) for name in (told.first, told.second)),
        places=told.items,
        same=_interval(told.raw),
        kappa=_interval(told.kappa) if told.kappa is not None else told.reason,
        differ=len(one.disagreements),
        disagreements=tuple(f"place {item.item}: {item.first} against {item.second}" for item in one.disagreements),
        notes=_distinct((*told.notes, *review.notes)),
    )


def _named(name: str, blind: str | None) -> str:
    return name if blind is None else f"{name} ({blind})"


def _distinct(notes: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(notes))


def _interval(field: EstimateField) -> str:
    found = field.estimate()
    return f"{found.value:.2f} ({found.level * 100:g} % interval {found.low:.2f} to {found.high:.2f})"
