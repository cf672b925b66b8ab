"""A claim to be completed, read from somebody's ClaimReview: what it states is taken, nothing is guessed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from osint_imagery.core.claim import Claim, claim_from_bytes
from osint_imagery.core.claim_source import Url
from osint_imagery.core.claim_text import yaml_of
from osint_imagery.core.claim_value import Language, Moment, Name, Text
from osint_imagery.core.errors import ClaimError, InputError
from osint_imagery.evidence.claim_review import NOTE_NAME, STATED

__all__ = ["ClaimDraft", "is_review", "read_claim_review"]

_MOMENT: TypeAdapter[str] = TypeAdapter(Moment)
_URL: TypeAdapter[str] = TypeAdapter(Url)
_TEXT: TypeAdapter[str] = TypeAdapter(Text)
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
_KINDS = {"Person": "person", "Organization": "organization"}
_ORDER = tuple(field.alias or name for name, field in Claim.model_fields.items())
_NEEDED = tuple(field.alias or name for name, field in Claim.model_fields.items() if field.is_required())

_Node = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClaimDraft:
    """What a ClaimReview says of a claim, in the fields of a claim file.

    Parameters
    ----------
    fields : mapping
        Fields that are stated; ``note`` keeps what has no field, as JSON.
    missing : tuple of str
        Fields that a claim needs and that nobody stated.
    """

    fields: Mapping[str, Any]
    missing: tuple[str, ...]

    def text(self) -> str:
        """Return the claim file so far, as YAML; what is missing stands in a comment."""
        head = f"# Still needed: {', '.join(self.missing)}. See docs/claim-files.md.\n" if self.missing else ""
        ordered = {name: self.fields[name] for name in _ORDER if name in self.fields}
        return head + yaml_of(ordered)

    def complete(self, more: Mapping[str, Any]) -> Claim:
        """Return the claim once the missing fields are given.

        Parameters
        ----------
        more : mapping
            The fields in `missing`, and optional ones that are not stated.

        Raises
        ------
        ClaimError
            If something is still missing or wrong, or a stated field would be replaced.
        """
        twice = sorted(set(more) & set(self.fields))
        if twice:
            msg = f"more={twice!r} is stated by the review; edit the text of the draft to say something else"
            raise ClaimError(msg)
        whole = ClaimDraft(fields={**self.fields, **more}, missing=())
        return claim_from_bytes(whole.text().encode(), name="draft")

    def __repr__(self) -> str:
        return f"ClaimDraft(stated: {', '.join(self.fields)}; missing: {', '.join(self.missing) or 'nothing'})"


def read_claim_review(path: str | Path) -> ClaimDraft:
    """Read the claim out of a ClaimReview (JSON-LD).

    Parameters
    ----------
    path : str or Path
        A JSON file with exactly one ClaimReview: the object itself, a list, or an ``@graph``.

    Returns
    -------
    ClaimDraft
        Text, language, claimant, dates and addresses as stated. The review's rating is kept in the note with all else
        that has no field; it is nobody's evidence. A date without a time zone is no date and stays in the note.

    Raises
    ------
    InputError
        If it is no JSON, or holds no ClaimReview or several.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> review = {"@type": "ClaimReview", "claimReviewed": "A bridge fell.",
    ...     "itemReviewed": {"@type": "Claim", "author": {"name": "A blog"}, "datePublished": "2024-05-01"}}
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "review.json").write_text(json.dumps(review))
    ...     draft = read_claim_review(Path(folder, "review.json"))
    >>> draft.fields["stated_on"], draft.missing[:2]
    ('2024-05-01', ('id', 'language'))
    """
    source = Path(path)
    try:
        body = json.loads(source.read_bytes())
        json.dumps(body, ensure_ascii=False).encode()  # half a surrogate pair is no text, and no claim file can hold it
    except (OSError, UnicodeError, json.JSONDecodeError, RecursionError) as err:
        msg = f"path={str(path)!r} could not be read as JSON ({err}); give the JSON-LD of one ClaimReview"
        raise InputError(msg) from err
    found = _reviews_in(body)
    if len(found) != 1:
        msg = f"path={str(path)!r} holds {len(found)} ClaimReviews; give a file with exactly one"
        raise InputError(msg)
    return _draft(dict(found[0]))


def _reviews_in(body: object) -> list[_Node]:
    """Return every ClaimReview of a JSON-LD document: the object, or members of its list or ``@graph``."""
    if isinstance(body, list):
        return [review for item in body for review in _reviews_in(item)]
    if not isinstance(body, dict):
        return []
    if is_review(body):
        return [body]
    return _reviews_in(body.get("@graph"))


def is_review(node: _Node) -> bool:
    """Whether a JSON-LD node is a ClaimReview."""
    return "ClaimReview" in _types(node)


def _types(node: _Node) -> list[str]:
    stated = node.get("@type", [])
    return [str(one).rsplit("/", 1)[-1] for one in (stated if isinstance(stated, list) else [stated])]


def _draft(review: _Node) -> ClaimDraft:
    """Take what has a field out of the review, piece by piece; what is left goes into the note."""
    stated = review.pop("itemReviewed", None)
    item = dict(stated) if isinstance(stated, dict) else {}
    fields: _Node = {"schema": NOTE_NAME}
    fields.update(_own(item))
    _take(review, "claimReviewed", _TEXT, into=fields, field="text")
    if "text" in fields and item.get("text") == fields["text"]:
        item.pop("text")
    _take(item, "inLanguage", _LANGUAGE, into=fields, field="language")
    _take(item, "datePublished", _MOMENT, into=fields, field="stated_on")
    _claimant(item, fields)
    _first(item, fields)
    _appearances(item, fields)
    for node in (review, item):
        node.pop("@type", None)
    review.pop("@context", None)
    left = {**review, **({"itemReviewed": item} if item else {})}
    if stated is not None and not isinstance(stated, dict):
        left["itemReviewed"] = stated
    if left:
        kept = json.dumps(left, ensure_ascii=False, sort_keys=True)
        lines = [line for line in (fields.get("note", ""), f"Also in the ClaimReview: {kept}") if line]
        fields["note"] = lines[0] if lines[-1] in lines[0].split("\n") else "\n".join(lines)  # said once is enough
    missing = tuple(name for name in _NEEDED if name not in fields)
    return ClaimDraft(fields=fields, missing=missing)


def _own(item: _Node) -> _Node:
    """Return the fields that our own export kept in its comment."""
    comment = item.get("comment")
    if not isinstance(comment, dict) or comment.get("name") != NOTE_NAME:
        return {}
    try:
        kept = json.loads(comment["text"])
    except (KeyError, TypeError, json.JSONDecodeError) as err:
        msg = f"the comment {NOTE_NAME!r} of the ClaimReview holds no JSON ({err!r}); restore it as it was exported"
        raise InputError(msg) from err
    if not isinstance(kept, dict) or set(kept) - (set(_ORDER) - STATED):
        msg = f"the comment {NOTE_NAME!r} of the ClaimReview holds no fields of a claim; restore it as it was exported"
        raise InputError(msg)
    item.pop("comment")
    return kept


def _take(node: _Node, name: str, kind: TypeAdapter[str], *, into: _Node, field: str) -> None:
    """Move a value into a field where it is fit for it; leave it for the note where it is not."""
    try:
        into[field] = kind.validate_python(node[name], strict=True)
    except (KeyError, ValidationError):
        return
    node.pop(name)


def _claimant(item: _Node, fields: _Node) -> None:
    author = item.get("author")
    if not isinstance(author, dict):
        return
    left, claimant = dict(author), _Node()
    _take(left, "name", _NAME, into=claimant, field="name")
    if not claimant:
        return
    kinds = [_KINDS[one] for one in _types(left) if one in _KINDS]
    if len(kinds) == 1:
        claimant["kind"] = kinds[0]
        left.pop("@type")
    if isinstance(left.get("jobTitle"), str):
        claimant["role"] = left.pop("jobTitle")
    _take(left, "url", _URL, into=claimant, field="url")
    fields["claimant"] = claimant
    item.pop("author")
    if left:
        item["author"] = left


def _first(item: _Node, fields: _Node) -> None:
    first = item.get("firstAppearance")
    node = dict(first) if isinstance(first, dict) else {"url": first}
    for name in ("url", "description"):
        _take(node, name, _TEXT, into=fields, field="first_appearance")
        if "first_appearance" in fields:
            break
    else:
        return
    item.pop("firstAppearance")
    if set(node) - {"@type"}:
        item["firstAppearance"] = node


def _appearances(item: _Node, fields: _Node) -> None:
    stated = item.pop("appearance", None)
    if stated is None:
        return
    taken, left = [], []
    for one in stated if isinstance(stated, list) else [stated]:
        node = dict(one) if isinstance(one, dict) else {"url": one}
        found = _appearance(node)
        if found:
            taken.append(found)
        if set(node) - {"@type"}:
            left.append(node)
    if taken:
        fields["appearances"] = taken
    if left:
        item["appearance"] = left


def _appearance(node: _Node) -> _Node:
    found: _Node = {}
    _take(node, "url", _URL, into=found, field="url")
    copy = node.get("archivedAt")
    inner = dict(copy) if isinstance(copy, dict) else {"url": copy}
    _take(inner, "url", _URL, into=found, field="archived_copy")
    if not found:
        return {}
    if "archived_copy" in found:
        _take(inner, "dateCreated", _MOMENT, into=found, field="archived_on")
        node.pop("archivedAt")
        if set(inner) - {"@type"}:
            node["archivedAt"] = inner
    else:
        _take(node, "dateCreated", _MOMENT, into=found, field="archived_on")
    _take(node, "datePublished", _MOMENT, into=found, field="published")
    sha = node.get("sha256")
    if isinstance(sha, str) and len(sha) == 64 and set(sha) <= set("0123456789abcdef"):
        found["digest"] = f"sha256:{node.pop('sha256')}"
    return found
