"""The review of an evidence record: who read the sheet, blind or not, how far they agree, and where they do not."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Annotated, Literal, Self, cast

from pydantic import Field, ValidationError, model_validator

from osint_imagery.core.claim import DetectionLevel, Target
from osint_imagery.core.claim_value import Name
from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import Json, canonical_json
from osint_imagery.core.timespan import utc
from osint_imagery.evidence.annotations import RecordReference
from osint_imagery.evidence.answers import Answer, Answers
from osint_imagery.evidence.fields import Digest, Instant, Model, Text
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.review_comparison import DETECTOR, Comparison, comparison, detector, reader
from osint_imagery.evidence.review_key import LABELS, ReviewKey
from osint_imagery.evidence.review_readers import plain_name, refuse_beyond_picture, refuse_copies
from osint_imagery.observe.resolution import AllowedLevel

__all__ = ["Given", "Reading", "ReviewRecord", "review_of"]

_CHOSEN = (
    "the places were chosen: {detections} hold a detection, {cleared} are ground that the detector examined in vain, "
    "{around} are ground around that it did not examine; so raw agreement, kappa and pi are of this sheet and not of "
    "the ground at large"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A file of answers, as it stands in the ledger, or will.

    Parameters
    ----------
    answers : Answers
        What it holds.
    path, digest : str
        The file in the claim file.
    received : str
        When the ledger took it in.
    committed, revealed : str or None
        As in :class:`Reading`.
    """

    answers: Answers
    path: str
    digest: str
    received: str
    committed: str | None
    revealed: str | None


class Reading(Model):
    """One reader's answers, and whether they were given blind.

    Parameters
    ----------
    who, at, seen_before
        As the reader states them.
    path, digest : str
        The answers as the reader saved them.
    committed, revealed : str or None
        When the ledger took in the commitment to the key, and the key itself, if before these answers.
    blind : bool
        The key was committed to before the answers were given, came into the ledger no earlier than they did, the
        answers were given before the ledger took them in, and the reader had seen nothing before.
    blind_reason : str
        Why, or why not.
    answers : tuple of Answer
        In the order of the sheet.
    """

    who: Name
    at: Instant
    path: Text
    digest: Digest
    seen_before: bool
    committed: Instant | None
    revealed: Instant | None
    blind: bool
    blind_reason: Text
    answers: tuple[Answer, ...]


class ReviewRecord(Model):
    """What second readers say of the places of one evidence record, and how far that agrees."""

    schema_: Literal["osint-imagery/review/1"] = Field(alias="schema", default="osint-imagery/review/1")
    sheet: Text
    record: RecordReference
    key_path: Text
    key_digest: Digest
    readings: Annotated[tuple[Reading, ...], Field(min_length=1)]
    comparisons: Annotated[tuple[Comparison, ...], Field(min_length=1)]
    notes: tuple[Text, ...]

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [DETECTOR, *(item.who for item in self.readings)]
        if len({plain_name(name) for name in names}) != len(names):
            msg = (
                f"readers are named {', '.join(names[1:])}: each needs a name of their own (case and spaces do not "
                f"tell people apart), and none is {DETECTOR!r}"
            )
            raise ValueError(msg)
        return self

    @property
    def blind(self) -> bool:
        """Whether every reading was blind."""
        return all(item.blind for item in self.readings)

    def body(self) -> bytes:
        """Return the review as canonical JSON (RFC 8785)."""
        return canonical_json(cast(Json, self.model_dump(mode="json", by_alias=True)))

    def __repr__(self) -> str:
        told = "; ".join(
            f"{item.agreement.first} and {item.agreement.second}: "
            f"kappa {item.agreement.kappa.value if item.agreement.kappa else 'not defined'}"
            for item in self.comparisons
        )
        return f"ReviewRecord({self.sheet}, {'blind' if self.blind else 'NOT blind'}: {told})"


def review_of(record: EvidenceRecord, key: ReviewKey, given: Sequence[Given], *, key_path: str) -> ReviewRecord:
    """Return the review that answers to one sheet make.

    Parameters
    ----------
    record : EvidenceRecord
        What the sheet is about.
    key : ReviewKey
        What each place is.
    given : sequence of Given
        The answers of each reader.
    key_path : str
        Where the key is kept.

    Returns
    -------
    ReviewRecord
        With every reader against the detector, and every two readers against each other.

    Raises
    ------
    InputError
        If answers are to another sheet or not to all of its places, an outline lies elsewhere or reaches beyond the
        picture, two readers have one name, or one set of answers is given under two names.
    LevelError
        If an answer tells more than the pixels allow.
    """
    for one in given:
        _refuse(record, key, one.answers, one.path)
    refuse_copies([(one.path, one.answers) for one in given])
    readings = tuple(_reading(one) for one in given)
    raters = [detector(key.items, record.detections), *(reader(item.who, item.answers) for item in readings)]
    try:
        return ReviewRecord(
            sheet=key.sheet,
            record=key.record,
            key_path=key_path,
            key_digest=key.digest,
            readings=readings,
            comparisons=tuple(comparison(key.items, *two) for two in combinations(raters, 2)),
            notes=_notes(key),
        )
    except ValidationError as err:
        msg = f"answers: {err.errors()[0]['msg']}"
        raise InputError(msg) from err


def _refuse(record: EvidenceRecord, key: ReviewKey, given: Answers, path: str) -> None:
    """Refuse answers that do not belong to the sheet, or that say more than its pixels can."""
    if given.sheet != key.sheet:
        msg = f"answers={path!r} are to sheet {given.sheet!r}, the key is of {key.sheet!r}; give those to this sheet"
        raise InputError(msg)
    wanted, got = [item.item for item in key.items], set(given.labels)
    odd = sorted(set(wanted) ^ got)
    if odd:
        kind = "has no answer" if odd[0] in wanted else "is no place of this sheet"
        msg = f"answers={path!r}: place {odd[0]} {kind} ({len(odd)} such); answer each of its {len(wanted)} places once"
        raise InputError(msg)
    model, squares = record.object_model, {item.item: item.square_wkt for item in key.items}
    target = Target(what=model.what, length_m=float(model.length_m), width_m=float(model.width_m))
    for answer in given.answers:
        if answer.level is not None:
            AllowedLevel(target=target, gsd_m=float(record.fitness.gsd_m), level=DetectionLevel(answer.level))
        if answer.outline_wkt:
            refuse_beyond_picture(answer.outline_wkt, squares[answer.item], f"answers={path!r}: place {answer.item}")


def _reading(given: Given) -> Reading:
    answers, committed = given.answers, given.committed
    if committed is None:
        blind, why = False, "the ledger holds no earlier commitment to this key: it may have been made afterwards"
    elif given.revealed is not None:
        blind, why = False, f"the key had been in the claim file since {given.revealed} when these answers came"
    elif utc(answers.at) < utc(committed):
        blind, why = False, f"answered at {answers.at}, before the key was committed to at {committed}"
    elif utc(answers.at) > utc(given.received):
        blind, why = False, f"dated {answers.at}, after the ledger took them in at {given.received}: a clock is wrong"
    elif answers.seen_before:
        blind, why = False, "the reader had seen the claim file, its detections or other answers before"
    else:
        blind, why = True, f"the key was committed to at {committed}; the reader says to have seen nothing before"
    return Reading(
        who=answers.who,
        at=answers.at,
        path=given.path,
        digest=given.digest,
        seen_before=answers.seen_before,
        committed=committed,
        revealed=given.revealed,
        blind=blind,
        blind_reason=why,
        answers=answers.answers,
    )


def _notes(key: ReviewKey) -> tuple[str, ...]:
    answers = [item.answer for item in key.items]
    notes = [
        _CHOSEN.format(
            detections=answers.count(LABELS[0]), cleared=answers.count(LABELS[1]), around=answers.count(None)
        )
    ]
    cut = [item.item for item in key.items if not item.whole]
    if cut:
        notes.append(f"in {', '.join(cut)} the detection reaches beyond the square: its overlap is not a whole one")
    return tuple(notes)
