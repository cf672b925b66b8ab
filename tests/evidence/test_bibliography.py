"""References that other programs read: BibTeX by a parser, CSL by a processor; years are those of the data."""

import json
from datetime import datetime
from typing import Any

import bibtexparser
import pytest
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON

from osint_imagery.change.detectors import detectors, resolve
from osint_imagery.change.literature import cite
from osint_imagery.core.claim import Claim
from osint_imagery.core.reference import Reference
from osint_imagery.evidence.bibliography import bibliography, cite_software
from osint_imagery.evidence.record import EvidenceRecord, record_of


@pytest.fixture
def record(case: Any, claim: Claim, at: datetime) -> EvidenceRecord:
    return record_of(claim, case.find(), accessed=at, created=at, software="osint-imagery 0.1.0")


def test_bibtex_is_read_by_a_parser(record: EvidenceRecord) -> None:
    library = bibtexparser.parse_string(bibliography([record]).bibtex)
    assert not library.failed_blocks
    kinds = {entry.key: entry.entry_type for entry in library.entries}
    assert len(kinds) == len(bibliography([record]).references)
    scene = library.entries_dict[next(iter(kinds))]
    assert scene.entry_type == "misc"
    assert scene["year"] == "2026"
    assert scene["urldate"] == "2026-06-01"


@pytest.mark.filterwarnings("ignore::UserWarning:citeproc")
def test_csl_is_set_by_a_processor(record: EvidenceRecord) -> None:
    items = json.loads(bibliography([record]).csl)
    source = CiteProcJSON(items)
    made = CitationStylesBibliography(
        CitationStylesStyle("harvard-cite-them-right", validate=False), source, formatter.plain
    )
    made.register(Citation([CitationItem(item["id"]) for item in items]))
    lines = [str(line) for line in made.bibliography()]
    assert len(lines) == len(items)
    assert any("European Space Agency (Copernicus)" in line and "2026" in line for line in lines)
    assert any("osint_imagery maintainers" in line for line in lines)


def test_scenes_methods_and_software_are_cited_each_once(record: EvidenceRecord) -> None:
    found = bibliography([record, record])
    kinds = [item.kind for item in found.references]
    assert kinds.count("dataset") == len(record.scenes)
    assert kinds.count("software") == 1
    assert found.credits == record.credit
    for scene in record.scenes:
        assert scene.citation in found.text
    assert cite_software("osint-imagery 0.1.0").text in found.text


def test_reference_of_a_record_is_the_one_of_its_scene(record: EvidenceRecord) -> None:
    item = bibliography([record]).references[0]
    scene = record.scenes[0]
    assert (item.key, item.doi, item.note) == (scene.id, scene.doi or "", scene.citation)
    assert item.csl["accessed"]["raw"] == scene.accessed  # type: ignore[index]


@pytest.mark.parametrize("name", detectors())
def test_every_method_cites_a_work_with_a_doi(name: str) -> None:
    method = resolve(name).method
    assert any(item.doi and item.doi in method.citation for item in cite(name, method.citation))


def test_method_that_cites_nothing_known_keeps_its_own_words() -> None:
    (item,) = cite("mine", "made for this test")
    assert (item.note, item.doi) == ("made for this test", "")


def test_persons_and_institutions_are_told_apart() -> None:
    item = Reference(key="a b", kind="article-journal", title="50% & {more}_x", authors=("Doe, J.", "The Agency"))
    assert item.csl["author"] == [{"family": "Doe", "given": "J."}, {"literal": "The Agency"}]
    assert r"author = {Doe, J. and {The Agency}}" in item.bibtex
    assert r"title = {50\% \& \{more\}\_x}" in item.bibtex
    assert item.bibtex.startswith("@article{a-b,\n")
    assert not bibtexparser.parse_string(item.bibtex).failed_blocks
