"""A claim as schema.org ClaimReview (JSON-LD) and back; a rating is never invented."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from osint_imagery.core.claim import Appearance, Claim, Claimant
from osint_imagery.core.errors import InputError
from osint_imagery.evidence.record import EvidenceRecord
from osint_imagery.evidence.told_place import refuse_told

__all__ = ["NOTE_NAME", "STATED", "Review", "claim_review"]

NOTE_NAME = "osint-imagery/claim/1"
"""Name of the comment that keeps what ClaimReview has no property for."""

STATED = frozenset({"schema", "text", "language", "claimant", "stated_on", "first_appearance", "appearances"})
"""Fields of a claim that ClaimReview has properties for."""
_DIGEST = re.compile("(?:sha256:)?[0-9a-f]{64}")
_TYPES = {"person": "Person", "organization": "Organization"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Who publishes the review, where and when; nothing of it is known to the claim.

    Parameters
    ----------
    author : str
        Name of the person or organization.
    url : str
        Address of the article.
    published : str
        Date or RFC 3339 time.
    """

    author: str
    url: str
    published: str


def claim_review(
    claim: Claim, *, records: Sequence[EvidenceRecord] = (), review: Review | None = None, exact: bool = False
) -> str:
    """Return a claim as ClaimReview JSON-LD.

    Parameters
    ----------
    claim : Claim
        The claim. What ClaimReview has no property for (hypotheses, predictions, denials, place) is kept as JSON
        in a comment; where its place or that of a prediction is marked sensitive, without any place.
    records : sequence of EvidenceRecord
        Answers to its predictions. Without them nothing is said about the claim's truth: no ``reviewRating``.
        With them the rating holds each answer in words, and never a number.
    review : Review, optional
        Who publishes it.
    exact : bool
        Tell places that are marked sensitive as they are.

    Returns
    -------
    str
        JSON text, with a line feed at the end.

    Raises
    ------
    InputError
        If a record is about another claim.
    EvidenceError
        If a place is marked sensitive and the words tell it, by a coordinate in the claim's text for example.

    Examples
    --------
    >>> from osint_imagery.core.claim import read_claim
    >>> from osint_imagery.scenes.packaged import bundled
    >>> body = json.loads(claim_review(read_claim(bundled("beirut/claim.yaml"))))
    >>> body["@type"], body["itemReviewed"]["datePublished"], "reviewRating" in body
    ('ClaimReview', '2017-11-01', False)

    Notes
    -----
    An answer is at the level of object change: "seen" means that a change of that size lies at the place, not that the
    claim is true. Search engines that want ``ratingValue`` will not show it: no number stands for such an answer.
    """
    for record in records:
        if record.claim.digest != claim.digest:
            msg = f"records={record.id!r} is about claim {record.claim.digest}; give records of {claim.digest}"
            raise InputError(msg)
    sensitive = claim.is_sensitive() or any(record.safety.sensitive for record in records)
    withheld = sensitive and not exact
    rest = _rest(claim, withheld=withheld)
    note = json.dumps(rest, ensure_ascii=False, sort_keys=True)
    item = {
        "@type": "Claim",
        "text": claim.text,
        "inLanguage": claim.language,
        "author": _author(claim.claimant),
        "datePublished": claim.stated_on,
        "firstAppearance": _first(claim.first_appearance),
        **({"appearance": [_appearance(one) for one in claim.appearances]} if claim.appearances else {}),
        "comment": {
            "@type": "Comment",
            "name": NOTE_NAME,
            "encodingFormat": "application/json",
            "text": note,
        },
    }
    body = {"@context": "https://schema.org", "@type": "ClaimReview", "claimReviewed": claim.text, "itemReviewed": item}
    whole = {**body, **_published(review), **_answers(records)}
    if withheld:
        words = [text for text in _words(whole) if text != note]
        remedy = "take it out of the words that go out, or give exact=True to tell the place"
        refuse_told(claim, (*words, *_words(rest)), remedy=remedy)
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _words(part: object) -> Iterator[str]:
    """Yield every text in a document, digests aside: what people wrote may tell where."""
    if isinstance(part, str) and not _DIGEST.fullmatch(part):
        yield part
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _words(value)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for value in part:
            yield from _words(value)


def _published(review: Review | None) -> dict[str, object]:
    if review is None:
        return {}
    return {"author": {"name": review.author}, "url": review.url, "datePublished": review.published}


def _answers(records: Sequence[EvidenceRecord]) -> dict[str, object]:
    if not records:
        return {}
    return {
        "reviewRating": {
            "@type": "Rating",
            "alternateName": "; ".join(f"{item.propositions.prediction}: {item.answer}" for item in records),
            "ratingExplanation": " ".join(item.ratio_sentence for item in records),
        },
        "reviewBody": "\n\n".join(
            f"{item.judgments[0].statement if item.judgments else item.reason} {item.ratio_sentence} {item.not_visible}"
            for item in records
        ),
    }


def _author(claimant: Claimant) -> dict[str, str]:
    """Return the claimant; no type where nobody said whether it is a person."""
    return {
        **({"@type": _TYPES[claimant.kind]} if claimant.kind else {}),
        "name": claimant.name,
        **({"jobTitle": claimant.role} if claimant.role else {}),
        **({"url": claimant.url} if claimant.url else {}),
    }


def _first(text: str) -> dict[str, str]:
    address = text.startswith(("http://", "https://")) and not any(letter.isspace() for letter in text)
    return {"@type": "CreativeWork", "url" if address else "description": text}


def _appearance(one: Appearance) -> dict[str, object]:
    copy = {"@type": "WebPage", "url": one.archived_copy, "dateCreated": one.archived_on}
    found = {
        "url": one.url,
        "datePublished": one.published,
        "archivedAt": {name: value for name, value in copy.items() if value} if one.archived_copy else None,
        "sha256": one.digest.removeprefix("sha256:") if one.digest else None,
    }
    if one.archived_on and not one.archived_copy:
        found["dateCreated"] = one.archived_on
    return {"@type": "MediaObject", **{name: value for name, value in found.items() if value}}


def _rest(claim: Claim, *, withheld: bool) -> dict[str, Any]:
    """Return the claim's other fields as they were written; without any place where those are withheld."""
    body = claim.model_dump(mode="json", by_alias=True, exclude_unset=True)
    rest = {name: value for name, value in body.items() if name not in STATED}
    if withheld:
        rest.pop("place")
        rest["predictions"] = [
            {name: value for name, value in item.items() if name not in {"place", "outside_claim"}}
            for item in rest["predictions"]
        ]
    return rest
