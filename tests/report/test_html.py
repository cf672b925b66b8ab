"""The page: answer first, nothing fetched, nothing executed, everything cited."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser

import pytest

from osint_imagery.change.changemap import CalibrationKind
from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import InputError, TimeError
from osint_imagery.report.content import Imprint, ReportContent, report_content
from osint_imagery.report.html import direction, html_report

HOSTILE = "<script>alert('x')</script> \"quoted\" & <img src=https://evil.example/p.png>"
_VOID = {"meta", "img", "br", "link", "hr", "input"}


class Page(HTMLParser):
    """Collects tags, and checks that they close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.stack: list[str] = []
        self.crossed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.stack and self.stack[-1] == tag:
            self.stack.pop()
        else:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_a_hostile_claim_stays_text(
    make_content: Callable[..., ReportContent], make_claim: Callable[..., Claim]
) -> None:
    page = html_report(make_content(make_claim(HOSTILE, "en")))
    parsed = Page(page)
    assert "<script" not in page
    assert not any(
        tag in {"script", "iframe", "link", "object", "b", "i"} and not attrs
        for tag, attrs in parsed.tags
        if tag != "b"
    )
    assert HOSTILE in parsed.text
    assert all(not name.startswith("on") for _, attrs in parsed.tags for name in attrs)


def test_the_page_fetches_nothing(make_content: Callable[..., ReportContent]) -> None:
    parsed = Page(html_report(make_content()))
    for tag, attrs in parsed.tags:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            value = attrs.get(name)
            assert value is None or value.startswith(("data:image/png;base64,", "#")), (tag, name)
    policy = next(attrs["content"] for _, attrs in parsed.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_the_style_has_the_digest_that_the_policy_allows(make_content: Callable[..., ReportContent]) -> None:
    import base64
    import hashlib

    page = html_report(make_content())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    allowed = re.search(r"'sha256-([^']+)'", page)
    assert style is not None
    assert allowed is not None
    assert base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode() == allowed.group(1)
    assert "url(" not in style.group(1)


def test_the_page_is_accessible(make_content: Callable[..., ReportContent]) -> None:
    parsed = Page(html_report(make_content()))
    assert parsed.crossed == []
    assert parsed.stack == []
    assert next(attrs for tag, attrs in parsed.tags if tag == "html")["lang"] == "en"
    assert sum(tag == "title" for tag, _ in parsed.tags) == 1
    assert sum(tag == "h1" for tag, _ in parsed.tags) == 1
    images = [attrs for tag, attrs in parsed.tags if tag == "img"]
    assert images
    assert all((attrs.get("alt") or "").strip() for attrs in images)
    assert all(attrs.get("scope") in {"col", "row"} for tag, attrs in parsed.tags if tag == "th")


def test_right_to_left_claims_are_marked_as_such(make_content: Callable[..., ReportContent]) -> None:
    parsed = Page(html_report(make_content()))
    quote = next(attrs for tag, attrs in parsed.tags if tag == "blockquote")
    assert (quote["lang"], quote["dir"]) == ("fa", "rtl")
    assert "کشتی در بندر بیروت موشک تحویل داد" in parsed.text
    assert direction("en") == "ltr"


def test_the_answer_comes_before_the_evidence(make_content: Callable[..., ReportContent]) -> None:
    content = make_content()
    page = html_report(content)
    order = [
        page.index(f'id="{name}"')
        for name in ("answer", "evidence", "assessment", "method", "unseen", "looks", "sources", "verify")
    ]
    assert order == sorted(order)
    text = Page(page).text
    assert content.sections[0].sentence in text
    assert text.index(content.sections[0].sentence) < text.index("The evidence")
    assert "The other side denies it" in text


def test_the_evidence_is_dated_measured_and_cited(make_content: Callable[..., ReportContent]) -> None:
    content = make_content()
    text = Page(html_report(content)).text
    for wanted in (
        content.sections[0].bracket,
        "2015-08-20 (UTC day, time unknown)",
        "2017-10-03 08:17:39 UTC",
        "6,400 m² (95 % interval 4,100 to 9,000)",
        "placed to 12 m, 90 %",
        "24 quiet pairs of dates at this place",
        "2016-01-04",
        "Contains modified Copernicus Sentinel data 2015",
        "Contains modified Copernicus Sentinel data 2017",
        "S2A_OPER_MSI_L1C_TL_EPA__20150820T004310_A000833_T36SYC",
        "02.04",
        "2026-11-22T12:00:00Z",
        "sha256:" + "ef" * 32,
        "osint-imagery verify dossier/",
        "2 used of 3",
        "not tested",
    ):
        assert wanted in text, wanted


def test_the_answer_is_first_said_in_plain_words(make_content: Callable[..., ReportContent]) -> None:
    for count, plain in ((2, "Seen: something changed here"), (0, "Undetermined: the images do not settle this.")):
        content = make_content(count=count)
        text = Page(html_report(content)).text
        assert plain in text
        assert text.index(plain) < text.index(content.sections[0].sentence)


def test_no_number_is_printed_as_zero_or_in_powers(make_content: Callable[..., ReportContent]) -> None:
    content = make_content()
    row = content.sections[0].detections[0]
    assert row.p_instrument == "1e-08"
    assert row.area == "6,400 m² (95 % interval 4,100 to 9,000)"
    assert "e+0" not in Page(html_report(content)).text


def test_verifying_is_explained_and_the_digest_is_not_called_final(make_content: Callable[..., ReportContent]) -> None:
    text = Page(html_report(make_content())).text
    for wanted in (
        "osint-imagery verify dossier/",
        "HOW-TO-VERIFY.txt",
        "Ledger entry before this report",
        "It is not the final head",
        "Digest of claim.yaml",
    ):
        assert wanted in text, wanted


def test_a_picture_stands_with_its_prediction(make_content: Callable[..., ReportContent]) -> None:
    content = make_content()
    picture = content.pictures[0]
    first = html_report(content)
    assert first.index("<figure>") < first.index("what changed")
    placed = html_report(replace(content, pictures=(replace(picture, prediction="pier"),)))
    assert placed.index("what changed") < placed.index("<figure>")
    stray = html_report(replace(content, pictures=(replace(picture, prediction="other"),)))
    assert stray.count("<figure>") == 1
    assert picture.alt in Page(first).text


def test_each_cell_names_its_column_for_narrow_screens(make_content: Callable[..., ReportContent]) -> None:
    parsed = Page(html_report(make_content()))
    cells = [attrs for tag, attrs in parsed.tags if tag == "td" or (tag == "th" and attrs.get("scope") == "row")]
    assert cells
    assert all(attrs.get("data-label") and attrs.get("role") for attrs in cells)


def test_an_uncalibrated_probability_is_withheld_with_its_reason(make_content: Callable[..., ReportContent]) -> None:
    text = Page(html_report(make_content(kind=CalibrationKind.NONE))).text
    assert "withheld: no calibration" in text
    assert "Numbers are withheld because: no quiet pair and no margin." in text
    assert "0.93" not in text


def test_no_detection_still_states_what_was_examined(make_content: Callable[..., ReportContent]) -> None:
    text = Page(html_report(make_content(count=0))).text
    assert "Examined: 5 km²" in text
    assert "There is no detection to explain" in text
    assert "UNDETERMINED" in text
    assert re.search(r"method found \d+|was not measured, so its silence says nothing", text)


def test_simulated_and_unproven_scenes_are_announced_first(make_content: Callable[..., ReportContent]) -> None:
    plain = Page(html_report(make_content())).text
    assert "SIMULATED" not in plain
    simulated = Page(html_report(make_content(simulated=True))).text
    assert simulated.startswith("SIMULATED")
    unproven = Page(html_report(make_content(notes=("provenance to the original download is not proven",)))).text
    assert "METHOD DEMONSTRATION, NOT EVIDENCE" in unproven
    assert unproven.index("METHOD DEMONSTRATION") < unproven.index("What is claimed")


def test_a_sensitive_place_gets_no_coordinates(
    make_content: Callable[..., ReportContent], make_claim: Callable[..., Claim]
) -> None:
    text = Page(html_report(make_content(make_claim(sensitive=True)))).text
    assert "withheld: the place is marked sensitive" in text
    assert "33.905" not in text


def test_equal_content_gives_equal_bytes(make_content: Callable[..., ReportContent]) -> None:
    content = make_content()
    assert html_report(content) == html_report(content)


def test_a_report_without_findings_is_refused(make_claim: Callable[..., Claim]) -> None:
    moment = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
    imprint = Imprint(accessed=moment, created=moment, software="x", ledger_head="sha256:0")
    with pytest.raises(InputError, match="findings is empty"):
        report_content(make_claim(), [], imprint=imprint)
    with pytest.raises(TimeError, match=r"created=.*no time zone"):
        replace(imprint, created=moment.replace(tzinfo=None))


def test_a_picture_needs_words_and_its_own_bytes(make_content: Callable[..., ReportContent]) -> None:
    picture = make_content().pictures[0]
    with pytest.raises(InputError, match="says nothing; give what the figure shows"):
        replace(picture, alt="  ")
    with pytest.raises(InputError, match="its digest differs"):
        replace(picture, png=b"other")
