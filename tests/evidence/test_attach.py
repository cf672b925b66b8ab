"""A report is attached once, and taken out to the byte; nothing else in the file or beside it is touched."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osint_imagery.core.claim import Claim, claim_from_bytes
from osint_imagery.core.errors import (
    EvidenceError,
    EvidenceExistsError,
    InputError,
    LicenseError,
    MissingAssetError,
    VerificationError,
)
from osint_imagery.core.lineage import digest_bytes
from osint_imagery.evidence.attach import attach, detach
from osint_imagery.evidence.attach_json import Spliced, insert_reports, strip_reports
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.claim_review import claim_review
from osint_imagery.evidence.record import record_of

Maker = Callable[..., Path]


MARKDOWN = "---\ntitle:   'Кто'  \n---\n# A claim\n\ntext"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def targets(claim: Claim) -> Iterator[tuple[str, bytes]]:
    yield "story.md", MARKDOWN.encode()
    yield "crlf.md", MARKDOWN.replace("\n", "\r\n").encode() + b"\r\n"
    yield "empty.md", b""
    yield "a b.jsonld", claim_review(claim).encode()
    yield "compact.json", b'\xef\xbb\xbf{"@graph":[{"@type":"ClaimReview","subjectOf":{"a":1},"x":1.50}]}'
    yield "claim.yaml", claim.source


def test_attaching_twice_is_once_and_removing_leaves_no_trace(dossier: Maker, claim: Claim, tmp_path: Path) -> None:
    source = dossier()
    for name, data in targets(claim):
        home = tmp_path / f"home-{name}"
        home.mkdir()
        path = home / name
        path.write_bytes(data)
        assert attach(source, path).changed
        once = tree(home)
        assert len(once) == 2
        assert not attach(source, path).changed
        assert tree(home) == once
        detach(source, path)
        assert tree(home) == {name: data}
        assert [item.name for item in home.iterdir()] == [name]


def test_markdown_holds_figure_statements_citation_and_digest(dossier: Maker, tmp_path: Path) -> None:
    source, path = dossier(), tmp_path / "story.md"
    path.write_text(MARKDOWN)
    attach(source, path)
    text = path.read_text()
    record = json.loads((source / "records/0001-shed.json").read_text())
    assert text.startswith(MARKDOWN + "\n\n<!-- ")
    assert "](story.figures/port-shed-shed-61578ad7.png)" in text
    assert (tmp_path / "story.figures/port-shed-shed-61578ad7.png").read_bytes() == b"\x89PNG picture"
    assert digest_bytes((source / "records/0001-shed.json").read_bytes()) in text
    assert all(f"\n{number}. " in text for number in (1, 2, 3))
    assert record["scenes"][0]["metadata_digest"] in text
    assert record["credit"][0] in text
    assert (source / "ledger.head").read_text().strip() in text


def test_review_holds_the_report_as_json_and_no_rating(dossier: Maker, claim: Claim, tmp_path: Path) -> None:
    path = tmp_path / "review.jsonld"
    path.write_text(claim_review(claim))
    attach(dossier(), path)
    body = json.loads(path.read_text())
    (report,) = body["subjectOf"]
    assert report["@type"] == "Report"
    assert report["image"][0]["contentUrl"] == "review.figures/port-shed-shed-61578ad7.png"
    assert report["hasPart"][0]["identifier"].startswith("records/0001-shed.json sha256:")
    assert "reviewRating" not in body


def test_claim_file_stays_a_claim(dossier: Maker, claim: Claim, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(claim.source)
    attach(dossier(), path)
    assert claim_from_bytes(path.read_bytes(), name="c").model_dump() == claim.model_dump()


def test_claim_file_of_another_claim_is_refused(dossier: Maker, claim: Claim, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(claim.source + b"\n")
    with pytest.raises(InputError, match="is not the claim that the dossier registered"):
        attach(dossier(), path)


def test_a_link_stays_a_link_and_a_private_file_private(dossier: Maker, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    path, link = tmp_path / "home" / "draft.md", tmp_path / "draft.md"
    path.write_bytes(MARKDOWN.encode())
    path.chmod(0o600)
    link.symlink_to(path)
    source = dossier()
    attach(source, link)
    detach(source, link)
    assert link.is_symlink()
    assert path.read_bytes() == MARKDOWN.encode()
    assert path.stat().st_mode & 0o777 == 0o600


def test_text_written_after_the_report_stays(dossier: Maker, tmp_path: Path) -> None:
    source, path = dossier(), tmp_path / "story.md"
    path.write_text(MARKDOWN)
    attach(source, path)
    path.write_bytes(path.read_bytes() + b"\nmore\n")
    detach(source, path)
    assert path.read_text() == MARKDOWN + "\nmore\n"


def test_two_reports_come_out_one_by_one(dossier: Maker, claim: Claim, tmp_path: Path) -> None:
    other = claim_from_bytes(claim.source + b"note: other\n", name="c")
    first, second = dossier("one"), dossier("two", of=other)
    for name, data in targets(claim):
        if name.endswith("yaml"):
            continue
        path = tmp_path / name
        path.write_bytes(data)
        attach(first, path)
        alone = path.read_bytes()
        attach(second, path)
        assert path.read_bytes() != alone
        detach(second, path)
        assert path.read_bytes() == alone
        detach(first, path)
        assert path.read_bytes() == data


@pytest.mark.parametrize("name", ["story.md", "story.yaml", "story.json"])
def test_report_changed_by_hand_is_not_thrown_away(name: str, dossier: Maker, claim: Claim, tmp_path: Path) -> None:
    source, path = dossier(), tmp_path / name
    kinds = {"md": MARKDOWN.encode(), "yaml": claim.source, "json": claim_review(claim).encode()}
    path.write_bytes(kinds[name.rpartition(".")[2]])
    attach(source, path)
    path.write_bytes(path.read_bytes().replace(b"Satellite imagery", b"Clear proof"))
    before = tree(tmp_path)
    for act in (attach, detach):
        with pytest.raises(VerificationError, match="changed by hand"):
            act(source, path)
    assert tree(tmp_path) == before


def test_picture_changed_by_hand_stops_removal_before_anything_is_changed(dossier: Maker, tmp_path: Path) -> None:
    source, path = dossier(), tmp_path / "story.md"
    path.write_text(MARKDOWN)
    attach(source, path)
    next((tmp_path / "story.figures").iterdir()).write_bytes(b"mine")
    before = tree(tmp_path)
    with pytest.raises(VerificationError, match="was changed after it was attached"):
        detach(source, path)
    with pytest.raises(EvidenceExistsError, match="holds another picture"):
        attach(source, path)
    assert tree(tmp_path) == before


def test_restricted_imagery_needs_acknowledging_and_says_so(dossier: Maker, tmp_path: Path) -> None:
    source, path = dossier(license_="CC-BY-NC-4.0"), tmp_path / "story.md"
    path.write_text(MARKDOWN)
    with pytest.raises(LicenseError, match=r"acknowledge=\('CC-BY-NC-4.0',\)"):
        attach(source, path)
    assert path.read_text() == MARKDOWN
    attach(source, path, acknowledge=("CC-BY-NC-4.0",))
    assert "Terms acknowledged for the imagery: CC-BY-NC-4.0." in path.read_text()


def test_licence_that_nobody_stated_is_said(dossier: Maker, tmp_path: Path) -> None:
    path = tmp_path / "story.md"
    path.write_text(MARKDOWN)
    attach(dossier(license_="not stated"), path)
    assert "Licence not stated by the source for" in path.read_text()


def test_figure_of_a_sensitive_place_is_left_out(dossier: Maker, claim: Claim, tmp_path: Path) -> None:
    hidden = claim_from_bytes(claim.source.replace(b"the quay, bbox", b"the quay, sensitive: true, bbox"), name="c")
    path = tmp_path / "story.md"
    path.write_text(MARKDOWN)
    attach(dossier(of=hidden), path)
    assert not (tmp_path / "story.figures").exists()
    assert "figures are left out" in path.read_text()


def test_targets_that_are_no_targets_are_refused(dossier: Maker, tmp_path: Path) -> None:
    source = dossier()
    with pytest.raises(InputError, match="inside a claim file"):
        attach(source, source / "claim.yaml")
    with pytest.raises(MissingAssetError, match="is not a file"):
        attach(source, tmp_path / "absent.md")
    (tmp_path / "a.md").write_bytes(b"\xff\xfea")
    with pytest.raises(InputError, match="UTF-8"):
        attach(source, tmp_path / "a.md")
    (tmp_path / "b.json").write_text('{"@type": "Article"}')
    with pytest.raises(InputError, match="holds 0 ClaimReviews"):
        attach(source, tmp_path / "b.json")
    (tmp_path / "c.md").write_text("x")
    with pytest.raises(InputError, match="nothing to remove"):
        detach(source, tmp_path / "c.md")


def test_open_or_altered_dossier_is_not_attached(dossier: Maker, tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("x")
    with pytest.raises(EvidenceError, match="still open"):
        attach(dossier("open", close=False), path)
    source = dossier()
    (source / "claim.yaml").write_bytes(b"another")
    with pytest.raises(VerificationError):
        attach(source, path)
    assert path.read_text() == "x"


def test_superseded_record_is_not_reported(
    *, dossier: Maker, case: Any, claim: Claim, at: datetime, tmp_path: Path
) -> None:
    source, path = dossier(), tmp_path / "a.md"
    path.write_text("x")
    attach(source, path)
    file = ClaimFile.open(source)
    index = next(entry.index for entry in file.entries if entry.kind == "record_added")
    new = record_of(claim, case.find(), accessed=at, created=at, software="osint-imagery 0.2.0")
    file.correct(index, "a better version", "an analyst", at=at, record=new)
    attach(source, path)
    text = path.read_text()
    assert text.count("osint-imagery:report begin") == 1
    assert "records/0002-shed.json" in text
    assert "- Record `records/0001-shed.json`" not in text
    assert "shed (records/0001-shed.json)" in text
    assert "withdrawn on 2026-06-01T12:00:00Z by an analyst: a better version" in text
    assert not (tmp_path / "a.figures").exists()  # the new record has no picture


LINES = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | LINES, lambda inner: st.lists(inner, max_size=3), max_leaves=5
)


@given(
    members=st.dictionaries(LINES, VALUES, max_size=3),
    held=st.none() | VALUES,
    indent=st.none() | st.integers(0, 3),
    listed=st.booleans(),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_review_comes_back_to_the_byte(members: Any, held: Any, indent: int | None, listed: bool) -> None:
    review = {**members, "@type": "ClaimReview", **({"subjectOf": held} if held is not None else {})}
    text = json.dumps([review] if listed else review, indent=indent, ensure_ascii=False)
    reports = tuple(
        Spliced(key=f"urn:osint-imagery:report:{i}", node={"identifier": f"urn:osint-imagery:report:{i}"}) for i in "ab"
    )
    after = insert_reports(text, reports)
    assert len(json.loads(after)[0]["subjectOf"] if listed else json.loads(after)["subjectOf"]) >= 2
    assert strip_reports(after) == (text, reports)
