"""The report as data: what comes back is what went in, and nothing that is not known is passed over."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import InputError
from osint_imagery.core.lineage import canonical_json
from osint_imagery.report.content import ReportContent
from osint_imagery.report.html import html_report
from osint_imagery.report.stored import read_content, stored_content

Make = Callable[..., ReportContent]


@pytest.fixture
def content(make_content: Make) -> ReportContent:
    return make_content()


def folder_of(content: ReportContent) -> Path:
    return content.pictures[0].artifact.path.parent


def test_a_page_made_from_what_was_kept_is_the_same_page(content: ReportContent) -> None:
    folder = folder_of(content)
    data = stored_content(content, folder)
    again = read_content(data, content.claim, folder)
    assert html_report(again) == html_report(content)
    assert stored_content(again, folder) == data


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda body: body | {"more": 1}, "more than this version knows"),
        (lambda body: body | {"sections": [body["sections"][0] | {"mood": "good"}]}, "more than this version knows"),
        (lambda body: body | {"schema": "osint-imagery/report/2"}, "not of the form"),
        (lambda body: body | {"several": 1}, r"several: Input should be a valid string"),
        (lambda body: body | {"claim_digest": "sha256:" + "0" * 64}, "they must agree"),
        (lambda body: body | {"pictures": [body["pictures"][0] | {"path": "../x.png"}]}, "not in the claim file"),
        (lambda body: body | {"pictures": [body["pictures"][0] | {"digest": "sha256:" + "0" * 64}]}, "digest differs"),
    ],
)
def test_what_is_not_known_or_does_not_fit_is_refused(
    content: ReportContent, change: Callable[..., dict[str, object]], words: str
) -> None:
    body = json.loads(stored_content(content, folder_of(content)))
    with pytest.raises(InputError, match=words):
        read_content(canonical_json(change(body)), content.claim, folder_of(content))


def test_other_spacing_is_refused_too(content: ReportContent, make_claim: Callable[..., Claim]) -> None:
    data = json.dumps(json.loads(stored_content(content, folder_of(content))), indent=1).encode()
    with pytest.raises(InputError, match="canonical"):
        read_content(data, content.claim, folder_of(content))
