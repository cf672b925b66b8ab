"""From the records of a claim file to its assessment, and the check that a stored one follows from its records."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from osint_imagery.core.claim import Claim, read_claim
from osint_imagery.core.errors import ClaimError, InputError
from osint_imagery.core.texts import WEIGHING
from osint_imagery.core.timespan import iso, utc
from osint_imagery.evidence.assessed import RULES, Assessment, read_assessment
from osint_imagery.evidence.assessed_parts import HypothesisField, PriorField, Resting, Withdrawn
from osint_imagery.evidence.basis import basis_of, confidence_of
from osint_imagery.evidence.consistency import refuse_contradictions
from osint_imagery.evidence.gather import claim_field
from osint_imagery.evidence.items import Looked, Rested, looked_for, source_items
from osint_imagery.evidence.leaving_out import Case, Weighed, left_out
from osint_imagery.evidence.ledger import Entry
from osint_imagery.evidence.ledger_bodies import RecordAdded
from osint_imagery.evidence.outlook import assumptions_of, beyond_the_level, would_change_it
from osint_imagery.evidence.priors import updates_of
from osint_imagery.evidence.reasoning import ConfidenceField
from osint_imagery.evidence.recorded import standing_records, withdrawn_records
from osint_imagery.evidence.sharing import imagery_links, source_links

__all__ = ["assess_records", "check_assessments", "rested_records"]


def assess_records(
    claim: Claim,
    records: Sequence[Rested],
    *,
    created: datetime,
    software: str,
    prior: PriorField | None = None,
    withdrawn: Sequence[Withdrawn] = (),
) -> Assessment:
    """Weigh all records of a claim together.

    Parameters
    ----------
    claim : Claim
        Read from a file.
    records : sequence of Rested
        All that stand, in the order of the ledger.
    created : datetime
        When, aware.
    software : str
        Name and version of what makes it.
    prior : PriorField, optional
        From :func:`~osint_imagery.evidence.priors.prior_field`.
    withdrawn : sequence of Withdrawn
        Records that do not stand, from :func:`~osint_imagery.evidence.recorded.withdrawn_records`: not weighed, named.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        If a record is about another claim, or contradicts itself: a ratio below 0 or above its cap, for example.
    """
    for rested in records:
        refuse_contradictions(rested.record)
    looked = looked_for(claim, records, withdrawn)
    scenes = [scene for one in records for scene in one.record.scenes]
    sources = source_items(claim, frozenset(name for scene in scenes for name in (scene.id, scene.product_id)))
    case = Case(
        hypotheses=tuple(HypothesisField(id=one.id, text=one.text, rival=one.rival) for one in claim.hypotheses),
        imagery=tuple(item.item for item in looked),
        sources=sources,
        links=(*imagery_links(claim, looked), *source_links(sources)),
    )
    weighed = case.weighed()
    parts = left_out(case, weighed)
    level, reasons = confidence_of(basis_of(looked, weighed, parts))
    favors = any(pair.favors for pair in weighed.pairs)
    return Assessment(
        rules=RULES,
        created=iso(utc(created)),
        software=software,
        claim=claim_field(claim),
        level="object change",
        outcome="favors a side" if favors else "undetermined",
        undetermined_because=() if favors else _because(looked, weighed),
        rests_on=tuple(
            Resting(record=one.record.id, prediction=one.record.propositions.prediction, digest=one.digest)
            for one in records
        ),
        withdrawn=tuple(withdrawn),
        hypotheses=case.hypotheses,
        imagery=case.imagery,
        sources=case.sources,
        links=case.links,
        matrix=weighed.rows,
        pairs=weighed.pairs,
        rankings=weighed.rankings,
        others_say=_others(case, weighed),
        prior=prior,
        updates=updates_of(weighed.pairs, prior),
        confidence=ConfidenceField.model_validate({"level": level.value, "reasons": reasons}),
        assumptions=assumptions_of(case, weighed, looked),
        left_out=parts,
        hangs_on=tuple(part.name for part in parts if part.what == "item" and part.changes),
        beyond_the_level=beyond_the_level(case, looked),
        would_change_it=would_change_it(claim, looked),
    )


def _because(looked: Sequence[Looked], weighed: Weighed) -> tuple[str, ...]:
    pairs = [
        WEIGHING["nothing decided"].format(first=pair.first, second=pair.second, words=pair.words)
        for pair in weighed.pairs
    ]
    blind = [
        WEIGHING["item undecided"].format(item=one.item.id, reason=one.item.reason)
        for one in looked
        if one.item.worth is None or one.item.worth.value is None
    ]
    return (*pairs, *blind)


def _others(case: Case, weighed: Weighed) -> str:
    if not case.sources:
        return WEIGHING["others none"]
    counted = sum(one.counted for one in case.sources)
    if not counted:
        return WEIGHING["others no use"].format(count=len(case.sources))
    (ranking,) = [one for one in weighed.rankings if one.share == "other sources"]
    ranks = [WEIGHING["rank"].format(hypothesis=one.hypothesis, count=one.inconsistent) for one in ranking.ranks]
    return WEIGHING["others"].format(count=len(case.sources), counted=counted, ranks=", ".join(ranks))


def rested_records(folder: Path, entries: Sequence[Entry]) -> tuple[Rested, ...]:
    """Read the records that stand, in the order of the ledger."""
    return tuple(Rested(digest=one.body.digest, record=one.record) for one in standing_records(folder, entries))


def check_assessments(
    folder: Path, entries: Sequence[Entry], held: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return problems, notes and what was not recomputed of the stored assessments.

    Checked are schema, records, and whether they follow from these.

    Parameters
    ----------
    folder : Path
        The claim file.
    entries : sequence of Entry
        Its ledger.
    held : frozenset of str
        Files whose bytes are the recorded ones; others are a problem already.
    """
    problems, notes, skipped = [], [], []
    for entry in entries:
        added = entry.file
        if entry.kind != "assessment_added" or added is None or added.path not in held:
            continue
        before = entries[: entry.index]
        wrong, told = _check(folder, (folder / added.path).read_bytes(), before, held)
        problems += [f"{added.path}: {what}" for what in wrong]
        notes += [f"{added.path} {what}" for what in told]
        skipped += [added.path] if told else []
    return tuple(problems), tuple(notes), tuple(skipped)


def _check(
    folder: Path, data: bytes, before: Sequence[Entry], held: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    bodies = [file for entry in before if isinstance(file := entry.file, RecordAdded)]
    if any(body.path not in held for body in bodies):
        return (), ("was not made again: a record that it rests on was altered",)
    try:
        stored = read_assessment(data)
        claim = read_claim(folder / "claim.yaml")
        if stored.rules != RULES:
            strange = {one.digest for one in stored.rests_on} - {body.digest for body in bodies}
            told = (
                f"was made by rules {stored.rules!r} ({stored.software}), this version knows {RULES!r}: it was not "
                "recomputed, so that nothing says that its words and numbers follow from its records; make a new one, "
                "or verify with the version that made it"
            )
            return (("rests on records that the ledger did not hold then",), ()) if strange else ((), (told,))
        standing = rested_records(folder, before)
        if tuple(one.digest for one in stored.rests_on) != tuple(one.digest for one in standing):
            return ("does not rest on exactly the records that stood when it was added",), ()
        again = assess_records(
            claim,
            standing,
            created=utc(stored.created),
            software=stored.software,
            prior=stored.prior,
            withdrawn=withdrawn_records(folder, before),
        )
    except (InputError, ClaimError) as err:
        return (str(err),), ()
    if again.body() == data:
        return (), ()
    parts = ", ".join(name for name in type(stored).model_fields if getattr(stored, name) != getattr(again, name))
    return (f"does not follow from its records: made again, it differs in {parts}",), ()
