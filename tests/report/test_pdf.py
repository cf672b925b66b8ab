"""The report on paper: tagged, dated by its content, the same words as the page, the answer on one page of its own."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from osint_imagery.core.claim import Claim
from osint_imagery.core.errors import InputError
from osint_imagery.report import pdf
from osint_imagery.report.blocks import report_blocks
from osint_imagery.report.content import ReportContent
from osint_imagery.report.headings import PARTS
from osint_imagery.report.pdf import pdf_report

pytest.importorskip("typst", reason="typst is not installed: no PDF to look at")
reader = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed: nothing to read a PDF with")

Make = Callable[..., ReportContent]
HOSTILE = '#import "x"; *bold* $x$ @ref <label> #panic("no") \\ `code` //'


def pages(data: bytes) -> list[str]:
    with reader.PdfDocument(data) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def running_text(data: bytes) -> str:
    """All letters in order, without what stands over and under each page."""
    inner = [page.removeprefix("Imagery check of claim beirut-pier") for page in pages(data)]
    return squeezed(
        [re.sub(r"\d{4}-\d{2}-\d{2}T\S+, osint_imagery \S+, ledger \w+\s*\d+ of \d+$", "", page) for page in inner]
    )


def squeezed(texts: Sequence[str]) -> str:
    """All letters without spaces: lines break where they break."""
    return re.sub(r"\s|\ufffe", "", "".join(texts))


def test_the_pdf_has_the_same_bytes_each_time_and_other_words_give_others(make_content: Make) -> None:
    content = make_content()
    first = pdf_report(content)
    assert first == pdf_report(content) != pdf_report(replace(content, software="osint_imagery 0.2.0"))


def test_the_answer_has_the_first_page_and_the_parts_follow_in_order(make_content: Make) -> None:
    content = make_content()
    found = pages(pdf_report(content))
    assert squeezed([content.sections[0].sentence]) in squeezed(found[:1])
    assert squeezed([content.sections[0].ratio]) in squeezed(found[:1])
    assert PARTS["evidence"] not in found[0]
    assert PARTS["evidence"] in found[1]
    whole = squeezed(found)
    places = [whole.index(squeezed([name])) for name in PARTS.values()]
    assert places == sorted(places)


def test_every_word_of_the_content_is_on_paper(make_content: Make, make_claim: Callable[..., Claim]) -> None:
    content = make_content(make_claim("A ship unloaded here.", "en"))
    whole = running_text(pdf_report(content))
    for block in report_blocks(content):
        for text in pdf._texts({key: said for key, said in block.items() if key not in {"lang", "dir"}}):
            assert squeezed([text]) in whole, text


def test_outside_text_is_never_read_as_markup(make_content: Make, make_claim: Callable[..., Claim]) -> None:
    found = pages(pdf_report(make_content(make_claim(HOSTILE, "en"))))
    assert squeezed([HOSTILE]) in squeezed(found[:1])


def crossings(data: bytes) -> list[str]:
    """Pieces of text that lie on each other by more than a point."""
    found = []
    with reader.PdfDocument(data) as document:
        for page in document:
            text = page.get_textpage()
            boxes = [text.get_rect(index) for index in range(text.count_rects())]
            for at, a in enumerate(boxes):
                found += [
                    f"{text.get_text_bounded(*a)} x {text.get_text_bounded(*b)}"
                    for b in boxes[at + 1 :]
                    if min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 2
                ]
    return found


@pytest.mark.parametrize("name", ["romania-20170830", "S2A_MSIL2A_20221005T115411_N0400_R023_T29UNU_20221005T164454"])
def test_no_text_lies_on_another_however_long_ids_and_reasons_are(make_content: Make, name: str) -> None:
    content = make_content(count=20)
    (section,) = content.sections
    why = "3% of the area is usable (cloud 87%, cloud possible 9%, left open by the quality layer 2%, cloud shadow 0%)"
    looks = tuple(replace(look, scene_id=name, reason=why, state="partly clear") for look in section.looks * 30)
    data = pdf_report(replace(content, sections=(replace(section, looks=looks),)))
    assert crossings(data) == []


def test_the_file_is_tagged_and_says_what_it_is(make_content: Make) -> None:
    data = pdf_report(make_content())
    with reader.PdfDocument(data) as document:
        assert document.is_tagged()
        said = document.get_metadata_dict()
    assert said["Title"] == "Imagery check of claim beirut-pier"
    assert said["CreationDate"].startswith("D:20261122120000")
    assert b"pdfuaid" in data
    assert b"/MarkInfo" in data


def test_persian_is_set_in_letters_and_not_in_boxes_or_numbers(make_content: Make) -> None:
    first = pages(pdf_report(make_content()))[0]
    assert any("\u0600" <= letter <= "\u06ff" or "\ufb50" <= letter <= "\ufeff" for letter in first)
    assert "U+06" not in first


def test_letters_without_a_typeface_are_numbers_and_counted(
    make_content: Make, make_claim: Callable[..., Claim]
) -> None:
    found = pages(pdf_report(make_content(make_claim("Unseen letters: \U00012000 \U00012001.", "en"))))
    assert "U+12000" in found[0]
    assert "no typeface here has: 2 (U+12000, U+12001)" in found[-1]


def test_simulated_scenes_are_announced_on_every_page(make_content: Make) -> None:
    assert all("SIMULATED" in page for page in pages(pdf_report(make_content(simulated=True))))
    assert not any("SIMULATED" in page for page in pages(pdf_report(make_content())))


def test_a_sensitive_place_gets_no_coordinates(make_content: Make, make_claim: Callable[..., Claim]) -> None:
    whole = " ".join(pages(pdf_report(make_content(make_claim(sensitive=True)))))
    assert "35.52" not in whole
    assert "35.52" in " ".join(pages(pdf_report(make_content())))


def test_without_the_extra_the_error_says_what_to_install(make_content: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    with pytest.raises(InputError, match=r"osint-imagery\[pdf\]"):
        pdf_report(make_content())


def test_what_cannot_be_set_is_an_error_of_ours(make_content: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def stands(text: Any) -> Any:
        return text

    monkeypatch.setattr(pdf, "drawable", stands)
    with pytest.raises(InputError, match="cannot be set as PDF/UA-1"):
        pdf_report(replace(make_content(), software="\U00012000"))
