"""The page in a browser: it asks for nothing, the console stays empty, axe finds no fault by day or by night."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from osint_imagery.report.content import ReportContent
from osint_imagery.report.html import html_report

driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser to try it in")
Make = Callable[..., ReportContent]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    with driver.sync_playwright() as running:
        started = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


def opened(browser: Any, page: str, folder: Path, **context: Any) -> tuple[Any, list[str]]:
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    troubles: list[str] = []
    tab = browser.new_context(**context).new_page()
    tab.on("console", lambda message: troubles.append(message.text))
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("request", lambda asked: None if asked.url.startswith(("data:", "file:")) else troubles.append(asked.url))
    tab.goto(path.as_uri())
    return tab, troubles


def test_the_page_asks_nobody_for_anything_and_is_light(browser: Any, make_content: Make, tmp_path: Path) -> None:
    page = html_report(make_content(count=20))
    assert len(page.encode()) < 5e6
    tab, troubles = opened(browser, page, tmp_path)
    assert tab.locator("figure img").first.evaluate("image => image.naturalWidth") > 0
    assert troubles == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_with_everything_unfolded(
    browser: Any, make_content: Make, tmp_path: Path, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    page = html_report(make_content(count=20, simulated=True))
    tab, _ = opened(
        browser, page, tmp_path, color_scheme=scheme, bypass_csp=True
    )  # axe is a script, which the page forbids
    tab.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    found = axe.run(tab).response["violations"]
    assert [(one["id"], one["impact"]) for one in found] == []
    dark = tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 22, 22)"
    assert dark == (scheme == "dark")


def test_on_paper_nothing_is_cut_off_or_folded_and_the_answer_has_its_page(
    browser: Any, make_content: Make, tmp_path: Path
) -> None:
    reader = pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed: nothing to read a PDF with")
    content = make_content(count=20)
    tab, _ = opened(browser, html_report(content), tmp_path)
    with reader.PdfDocument(tab.pdf(format="A4", prefer_css_page_size=True)) as document:
        words = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
        width = document[0].get_width()
        for page in document:
            text = page.get_textpage()
            boxes = [text.get_rect(index) for index in range(text.count_rects())]
            assert all(left > 30 and right < width - 30 for left, _, right, _ in boxes)
    assert "The evidence" not in words[0]
    assert words[1].startswith("The evidence")
    assert "Weaker detections" in " ".join(words)
    assert content.ledger_head.removeprefix("sha256:") in "".join(words).replace(" ", "")
