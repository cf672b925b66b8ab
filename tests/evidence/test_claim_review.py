"""A claim survives ClaimReview; a rating is never invented, and nothing of somebody's review is lost."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osint_imagery.core.claim import Claim, claim_from_bytes, read_claim
from osint_imagery.core.errors import ClaimError, EvidenceError, InputError
from osint_imagery.core.readable import is_blank, unreadable_in
from osint_imagery.evidence.claim_draft import ClaimDraft, read_claim_review
from osint_imagery.evidence.claim_review import Review, claim_review
from osint_imagery.evidence.record import record_of
from osint_imagery.scenes.packaged import bundled


def shown(text: str) -> bool:
    return not is_blank(text) and not unreadable_in(text)


FULL = """\
schema: osint-imagery/claim/1
id: port-shed
text: "Сарай «построен» \\"в мае\\"\\nу причала."
language: ru
claimant: {name: Ivan Петров, role: spokesman, kind: person, url: "https://example.org/ivan"}
stated_on: 2026-05-20T10:00:00+03:00
first_appearance: https://example.org/statement
appearances:
  - url: https://example.org/statement
    published: 2026-05-20
    archived_copy: https://archive.example.org/1
    archived_on: 2026-05-21T00:00:00Z
    digest: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
  - {archived_copy: "https://archive.example.org/2"}
  - {url: "https://example.org/3", archived_on: 2026-05-22}
place: {name: the quay, bbox: [36.000, 45.000, 36.003, 45.002]}
when: {start: 2026-05-01, end: 2026-05-10}
hypotheses:
  - {id: built, text: "A shed was built."}
  - {id: nothing, text: "Nothing was built.", rival: true}
predictions:
  - id: shed
    text: A new shed.
    expected_under: built
    excluded_under: nothing
    change: appears
    target: {what: a shed, length_m: 40, width_m: 30}
    when: {start: 2026-05-01, end: 2026-05-10}
note: seen by a docker
"""


def back(text: str, folder: Path) -> ClaimDraft:
    path = folder / "review.json"
    path.write_text(text, encoding="utf-8")
    return read_claim_review(path)


@pytest.mark.parametrize("name", ["full", "port", "romania", "beirut"])
def test_round_trip_gives_the_same_claim(name: str, tmp_path: Path) -> None:
    claim = claim_from_bytes(FULL.encode(), name="c") if name == "full" else read_claim(bundled(f"{name}/claim.yaml"))
    draft = back(claim_review(claim), tmp_path)
    assert draft.missing == ()
    assert draft.complete({}).model_dump() == claim.model_dump()
    assert claim_review(draft.complete({})) == claim_review(claim)


def test_published_review_keeps_its_own_author_and_address_in_the_note(claim: Claim, tmp_path: Path) -> None:
    text = claim_review(claim, review=Review(author="A Desk", url="https://example.org/check", published="2026-06-01"))
    draft = back(text, tmp_path)
    assert json.loads(text)["author"] == {"name": "A Desk"}
    assert "https://example.org/check" in draft.fields["note"]
    assert draft.fields["stated_on"] == "2026-05-20"


def test_rating_is_never_invented(claim: Claim) -> None:
    text = claim_review(claim)
    assert "rating" not in text.lower()
    assert "reviewBody" not in text


def test_answer_is_told_in_words_without_a_number(case: Any, claim: Claim, at: Any) -> None:
    record = record_of(claim, case.find(), accessed=at, created=at, software="t 1")
    rating = json.loads(claim_review(claim, records=[record]))["reviewRating"]
    assert rating["alternateName"] == f"shed: {record.answer}"
    assert set(rating) == {"@type", "alternateName", "ratingExplanation"}
    assert "true" not in rating["alternateName"]


def test_record_of_another_claim_is_refused(case: Any, claim: Claim, at: Any) -> None:
    record = record_of(claim, case.find(), accessed=at, created=at, software="t 1")
    other = claim_from_bytes(claim.source + b"\n", name="c")
    with pytest.raises(InputError, match="about claim sha256"):
        claim_review(other, records=[record])


def test_place_of_a_sensitive_claim_stays_out(tmp_path: Path) -> None:
    sensitive = FULL.replace("45.002]}", "45.002], sensitive: true}").replace(
        "    change: appears", "    place: {name: hut, point: [36.001, 45.001], radius_m: 50}\n    change: appears"
    )
    claim = claim_from_bytes(sensitive.encode(), name="c")
    text = claim_review(claim)
    assert not any(word in text for word in ("36.0", "45.0", "quay", "hut"))
    assert back(text, tmp_path).missing == ("place",)


OWN = "    place: {name: hut, point: [36.001, 45.001], radius_m: 50, sensitive: true}\n    change: appears"


def test_a_sensitive_place_of_a_prediction_keeps_every_place_out(tmp_path: Path) -> None:
    claim = claim_from_bytes(FULL.replace("    change: appears", OWN).encode(), name="c")
    text = claim_review(claim)
    assert not any(word in text for word in ("36.0", "45.0", "quay", "hut"))
    assert back(text, tmp_path).missing == ("place",)
    assert "36.001" in claim_review(claim, exact=True)


@pytest.mark.parametrize("told", ["45.0011,36.0012", "45.00N,36.00E", "8F5M2X4W+QJ"])
@pytest.mark.parametrize("field", ["A shed was built.", "seen by a docker", "https://example.org/3"])
def test_words_that_tell_a_sensitive_place_are_refused(told: str, field: str) -> None:
    hidden = FULL.replace("45.002]}", "45.002], sensitive: true}")
    assert field in hidden
    claim = claim_from_bytes(hidden.replace(field, f"{field}?q={told}").encode(), name="c")
    with pytest.raises(EvidenceError, match=r"coordinate of the place.*; take it out of the words.*exact=True"):
        claim_review(claim)
    assert told in claim_review(claim, exact=True)
    open_ = claim_from_bytes(FULL.replace(field, f"{field}?q={told}").encode(), name="c")
    assert told in claim_review(open_)


FOREIGN = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "WebPage", "url": "https://example.org"},
        {
            "@type": ["ClaimReview"],
            "claimReviewed": "A bridge fell.",
            "url": "https://example.org/check",
            "inLanguage": "en",
            "author": {"@type": "Organization", "name": "A Desk"},
            "reviewRating": {"@type": "Rating", "ratingValue": 1, "bestRating": 5, "alternateName": "False"},
            "itemReviewed": {
                "@type": "Claim",
                "author": {"@type": "Organization", "name": "A blog", "sameAs": "https://example.org/blog"},
                "datePublished": "2024-05-01T10:00:00",
                "appearance": ["https://example.org/post", {"@type": "NewsArticle", "headline": "no address"}],
            },
        },
    ],
}


def test_review_of_others_is_read_and_nothing_is_guessed_or_lost(tmp_path: Path) -> None:
    draft = back(json.dumps(FOREIGN), tmp_path)
    assert draft.fields["text"] == "A bridge fell."
    assert draft.fields["claimant"] == {"name": "A blog", "kind": "organization"}
    assert draft.fields["appearances"] == [{"url": "https://example.org/post"}]
    assert "language" in draft.missing  # the review's language is not the claim's
    assert "stated_on" in draft.missing  # a time of day without a zone is no time
    note = draft.fields["note"]
    for kept in ("False", "ratingValue", "2024-05-01T10:00:00", "https://example.org/blog", "no address", "A Desk"):
        assert kept in note
    assert draft.text().startswith("# Still needed: id, language, stated_on, first_appearance, place, when")
    with pytest.raises(ClaimError, match="language: Field required"):
        draft.complete({})
    with pytest.raises(ClaimError, match="'text'"):
        draft.complete({"text": "Another claim."})


def test_draft_completed_by_hand_is_a_claim(tmp_path: Path) -> None:
    rest = json.loads(
        json.loads(claim_review(claim_from_bytes(FULL.encode(), name="c")))["itemReviewed"]["comment"]["text"]
    )
    rest.pop("note")
    draft = back(json.dumps(FOREIGN), tmp_path)
    claim = draft.complete({**rest, "language": "en", "stated_on": "2024-05-01", "first_appearance": "a post"})
    assert claim.text == "A bridge fell."
    assert claim.source.startswith(b"schema: osint-imagery/claim/1\n")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "could not be read as JSON"),
        ("[]", "holds 0 ClaimReviews"),
        ('{"@type": "Article"}', "holds 0 ClaimReviews"),
        ('[{"@type": "ClaimReview"}, {"@type": "https://schema.org/ClaimReview"}]', "holds 2 ClaimReviews"),
        (
            '{"@type": "ClaimReview", "itemReviewed": {"comment": {"name": "osint-imagery/claim/1", "text": "{"}}}',
            "holds no JSON",
        ),
        (
            json.dumps(
                {
                    "@type": "ClaimReview",
                    "itemReviewed": {"comment": {"name": "osint-imagery/claim/1", "text": '{"text": "another"}'}},
                }
            ),
            "holds no fields of a claim",
        ),
    ],
)
def test_files_without_one_review_are_refused(body: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=words):
        back(body, tmp_path)


@given(
    text=st.text(min_size=1, alphabet=st.characters(exclude_categories=("Cs", "Cc"))).filter(shown),
    name=st.text(min_size=1, alphabet=st.characters(exclude_categories=("Cs", "Cc"))).filter(shown),
    day=st.dates(max_value=date(2026, 1, 1)),
    url=st.sampled_from(["https://example.org/ü?a=b#c", "http://[::1]/x", "said on the radio: 'yes'"]),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_text_claimant_date_and_address_survive(*, text: str, name: str, day: Any, url: str, tmp_path: Path) -> None:
    body = back(claim_review(claim_from_bytes(FULL.encode(), name="c")), tmp_path).fields
    fields = {**body, "text": text, "claimant": {"name": name}, "stated_on": day.isoformat(), "first_appearance": url}
    claim = ClaimDraft(fields=fields, missing=()).complete({})
    again = back(claim_review(claim), tmp_path).complete({})
    assert (again.text, again.claimant.name, again.stated_on, again.first_appearance) == (
        text,
        name,
        day.isoformat(),
        url,
    )


@given(
    author=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
    note=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40),
    extra=st.dictionaries(
        st.sampled_from(["url", "publisher", "datePublished", "sameAs"]),
        st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=9),
    ),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_going_to_and_fro_changes_nothing_more(
    *, author: str, note: str, extra: dict[str, str], tmp_path: Path
) -> None:
    """Published again and read again, the claim and its note stay as they are: nothing is added a second time."""
    review = Review(author=author, url="https://example.org/check", published="2026-06-01")
    body = json.loads(claim_review(claim_from_bytes(FULL.encode(), name="c"), review=review))
    own = json.loads(body["itemReviewed"]["comment"]["text"])
    body["itemReviewed"]["comment"]["text"] = json.dumps({**own, "note": note})
    once = back(json.dumps({**body, **extra}, ensure_ascii=True), tmp_path).complete({})
    twice = back(claim_review(once, review=review), tmp_path).complete({})
    third = back(claim_review(twice, review=review), tmp_path).complete({})
    assert third.source == twice.source
    assert twice.note.startswith(once.note)  # the first review's own words are kept
    assert back(claim_review(twice), tmp_path).complete({}).source == twice.source


def test_half_a_letter_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="could not be read as JSON"):
        back('{"@type": "ClaimReview", "claimReviewed": "\\ud800"}', tmp_path)


@pytest.mark.parametrize("text", ["", " ", "\u200b"])
def test_blank_words_of_a_review_are_not_taken(text: str, tmp_path: Path) -> None:
    item = {"author": {"name": text}, "firstAppearance": {"url": text, "description": "a broadcast"}}
    draft = back(json.dumps({"@type": "ClaimReview", "claimReviewed": text, "itemReviewed": item}), tmp_path)
    assert {"text", "claimant"} <= set(draft.missing)
    assert draft.fields["first_appearance"] == "a broadcast"
