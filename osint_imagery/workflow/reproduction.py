"""What reproducing a dossier gave: scenes, records, numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from osint_imagery.evidence.differences import Difference, Outcome, worst
from osint_imagery.workflow.reproduction_text import as_html, as_text
from osint_imagery.workflow.upstream import SceneCheck

__all__ = ["RecordCheck", "Reproduction"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCheck:
    """One record, computed again.

    Parameters
    ----------
    record_id, prediction, path : str
        The record, what it is about, and its file.
    answer : str
        As recorded.
    outcome : Outcome
        The one of its rows that a reader has to know first.
    rows : tuple of Difference
        One a field, also those that agree; empty where nothing was computed.
    notes : tuple of str
        What a reader should know, and what was not computed.
    """

    record_id: str
    prediction: str
    path: str
    answer: str
    outcome: Outcome
    rows: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many fields came to which outcome."""
        return dict(Counter(row.outcome.value for row in self.rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """What reproducing a dossier gave; shows itself as a table.

    Parameters
    ----------
    path : Path
        The dossier.
    claim : str
        Id of the claim; empty where the dossier does not tell it.
    problems : tuple of str
        What ``verify`` found altered; then nothing was computed.
    scenes : tuple of SceneCheck
        One a cited scene.
    records : tuple of RecordCheck
        One a record that stands.
    page : RecordCheck or None
        The report page, made again and compared line by line; None where there is none that stands.
    made_by, made_here : tuple of (str, str)
        Software and libraries of the dossier, and those used now.
    notes : tuple of str
        What a reader should know.
    """

    path: Path
    claim: str
    problems: tuple[str, ...] = ()
    scenes: tuple[SceneCheck, ...] = ()
    records: tuple[RecordCheck, ...] = ()
    page: RecordCheck | None = None
    made_by: tuple[tuple[str, str], ...] = ()
    made_here: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """What a reader has to know first: altered, beyond tolerance, upstream changed, not checked, within, same."""
        if self.problems:
            return Outcome.ALTERED
        return worst([*(item.outcome for item in self.scenes), *(item.outcome for item in self.computed)])

    @property
    def computed(self) -> tuple[RecordCheck, ...]:
        """Records and page."""
        return (*self.records, *((self.page,) if self.page is not None else ()))

    @property
    def reproduced(self) -> bool:
        """Whether everything was computed again and is the same, or differs within the tolerance."""
        return self.outcome in {Outcome.SAME, Outcome.WITHIN}

    def _repr_html_(self) -> str:
        return as_html(self)

    def __str__(self) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return as_text(self)
