"""Reports inside a ClaimReview: spliced into the JSON text, so that every other byte stays as its author wrote it."""

import json
import re
from dataclasses import dataclass
from typing import Any

from osint_imagery.core.errors import InputError, VerificationError
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.evidence.claim_draft import is_review

__all__ = ["Spliced", "insert_reports", "strip_reports"]

_PROPERTY = "subjectOf"
_FORM = "urn:osint-imagery:spliced-as:"
_KEY = "urn:osint-imagery:report:"
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spliced:
    """One attached report: its identity and its JSON-LD node."""

    key: str
    node: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Part:
    """A value in a JSON text: what it says, where it begins and ends."""

    value: Any
    start: int
    end: int


def insert_reports(text: str, reports: tuple[Spliced, ...]) -> str:
    """Return the text with reports under ``subjectOf`` of its ClaimReview; all other characters stay."""
    if not reports:
        return text
    members = _review(text)
    held = members.get(_PROPERTY)
    if held is None:
        at = max(part.end for part in members.values())
        return f'{text[:at]}, "{_PROPERTY}": [{_nodes(reports, "member")}]{text[at:]}'
    if not isinstance(held.value, list):
        inner = text[held.start : held.end]
        return f"{text[: held.start]}[{inner}, {_nodes(reports, 'wrap')}]{text[held.end :]}"
    items = _items(text, held.start)
    if not items:
        return f"{text[: held.start + 1]}{_nodes(reports, 'only')}{text[held.start + 1 :]}"
    at = items[-1].end
    return f"{text[:at]}, {_nodes(reports, 'item')}{text[at:]}"


def strip_reports(text: str) -> tuple[str, tuple[Spliced, ...]]:
    """Return the text without our reports, as it was before they were spliced in, and the reports.

    Raises
    ------
    InputError
        If it is no JSON with exactly one ClaimReview, or its list of reports was rearranged.
    VerificationError
        If a report was changed by hand.
    """
    members = _review(text)
    held = members.get(_PROPERTY)
    items = _items(text, held.start) if held is not None and isinstance(held.value, list) else []
    ours = [item for item in items if _is_ours(item.value)]
    if held is None or not ours:
        return text, ()
    if items[-len(ours) :] != ours:
        msg = f"target: other items of {_PROPERTY!r} stand among the attached reports; put them before these"
        raise InputError(msg)
    form, others = _form(ours[0].value), items[: -len(ours)]
    reports = tuple(_unaltered(item.value) for item in ours)
    if form == "member" and not others:
        before = max(part.end for name, part in members.items() if name != _PROPERTY and part.end < held.start)
        return text[:before] + text[held.end :], reports
    if form == "wrap" and len(others) == 1:
        return text[: held.start] + text[others[0].start : others[0].end] + text[held.end :], reports
    first = others[-1].end if others else ours[0].start
    return text[:first] + text[ours[-1].end :], reports


def _nodes(reports: tuple[Spliced, ...], form: str) -> str:
    marked = ({**item.node, "additionalType": f"{_FORM}{form}:{_digest(item.node)}"} for item in reports)
    return ", ".join(json.dumps(node, ensure_ascii=False) for node in marked)


def _digest(node: dict[str, Any]) -> str:
    return digest_bytes(json.dumps(node, ensure_ascii=False, sort_keys=True).encode())


def _unaltered(node: dict[str, Any]) -> Spliced:
    """Return a report as it was put in; one that somebody edited is refused."""
    bare = {name: value for name, value in node.items() if name != "additionalType"}
    if _digest(bare) != str(node["additionalType"]).removeprefix(_FORM).partition(":")[2]:
        msg = f"target: the attached report {node['identifier']} was changed by hand; move the changes out of it"
        raise VerificationError(msg, (msg,))
    return Spliced(key=bare["identifier"], node=bare)


def _is_ours(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return str(value.get("identifier")).startswith(_KEY) and str(value.get("additionalType")).startswith(_FORM)


def _form(node: dict[str, Any]) -> str:
    return str(node["additionalType"]).removeprefix(_FORM).partition(":")[0]


def _review(text: str) -> dict[str, _Part]:
    """Return the members of the one ClaimReview in a JSON text."""
    try:
        json.loads(text.removeprefix("\ufeff"))
    except (json.JSONDecodeError, RecursionError) as err:
        msg = f"target could not be read as JSON ({err}); give the JSON-LD of one ClaimReview"
        raise InputError(msg) from err
    found = _reviews(text, _skip(text, text.startswith("\ufeff")))
    if len(found) != 1:
        msg = f"target holds {len(found)} ClaimReviews; give a file with exactly one"
        raise InputError(msg)
    return found[0]


def _reviews(text: str, start: int) -> list[dict[str, _Part]]:
    if text[start] == "[":
        return [review for item in _items(text, start) for review in _reviews(text, item.start)]
    if text[start] != "{":
        return []
    members = _members(text, start)
    if is_review({name: part.value for name, part in members.items()}):
        return [members]
    return _reviews(text, members["@graph"].start) if "@graph" in members else []


def _members(text: str, start: int) -> dict[str, _Part]:
    found: dict[str, _Part] = {}
    at = _skip(text, start + 1)
    while text[at] != "}":
        name, at = _DECODER.raw_decode(text, at)
        part = _value(text, _skip(text, at) + 1)
        found[name] = part
        at = _next(text, part.end)
    return found


def _items(text: str, start: int) -> list[_Part]:
    found = []
    at = _skip(text, start + 1)
    while text[at] != "]":
        found.append(_value(text, at))
        at = _next(text, found[-1].end)
    return found


def _value(text: str, at: int) -> _Part:
    start = _skip(text, at)
    value, end = _DECODER.raw_decode(text, start)
    return _Part(value, start, end)


def _next(text: str, at: int) -> int:
    """Return where the next item begins, past a comma, or where the list closes."""
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
