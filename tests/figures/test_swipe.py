"""Both dates over each other: the page says what a figure says, asks nobody for anything, and works by hand."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from osint_imagery.core.errors import EvidenceExistsError, GridMismatchError, InputError, LicenseError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.swipe import swipe

Make = Callable[..., Any]


def test_the_page_carries_dates_credit_scenes_stretch_and_verdict(make_pair: Make, make_detections: Make) -> None:
    pair = make_pair()
    found = make_detections(pair, count=3)
    page = swipe(pair, found).html()
    for words in (
        "2015-08-20",
        "2017-10-03 08:17:39 UTC",
        "Credit: Contains modified Copernicus Sentinel data 2015",
        "Credit: Contains modified Copernicus Sentinel data 2017",
        pair.before.scene_id,
        pair.after.digest.removeprefix("sha256:")[:12],
        "one linear stretch for both dates",
        "Hatched: not usable on both dates",
        "true north",
        "port: two dates",
    ):
        assert words in page
    assert page.count('class="number mark"') == 2 * 3


def test_the_page_asks_nobody_for_anything_and_runs_its_own_script_only(make_pair: Make, make_detections: Make) -> None:
    pair = make_pair()
    page = swipe(pair, make_detections(pair, count=1), title='<script src="https://example.org/x.js"></script>').html()
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert page.count("<script") == 1
    assert "&lt;script" in page


def test_equal_pairs_give_equal_bytes_and_other_pixels_others(make_pair: Make) -> None:
    pair = make_pair()
    values = np.array(pair.after.values)
    values[:, 3, 3] += 0.2
    other = replace(pair, after=replace(pair.after, values=values))
    assert swipe(pair).html() == swipe(make_pair()).html() != swipe(other).html()


def test_simulated_pixels_say_so_on_each_picture(make_pair: Make) -> None:
    page = swipe(make_pair(simulated=True)).html()
    assert page.count('class="simulated"') == 2
    assert "SIMULATED: made by a program" in page
    assert "SIMULATED" not in swipe(make_pair()).html()


def test_a_large_pair_is_averaged_and_says_so() -> None:
    values = np.zeros((1, 10, 3300), dtype=np.float32)
    values[:, :, ::2] = 1.0
    before, after = (Image.from_array(part, bands=("red",)) for part in (values, values * 0.5))
    page = swipe(Pair(before=before, after=after)).html()
    assert "Averaged over 3 x 3 pixels" in page
    assert "pixels without a place" in page.lower()


def test_foreign_detections_and_wrong_names_are_refused(make_pair: Make, make_detections: Make, tmp_path: Path) -> None:
    pair = make_pair()
    small, other = (Image.from_array(np.full((1, 5, 5), value), bands=("red",)) for value in (0.0, 0.1))
    with pytest.raises(GridMismatchError, match="own pair"):
        swipe(Pair(before=small, after=other), make_detections(pair, count=1))
    page = swipe(pair)
    with pytest.raises(InputError, match=r"end it in \.html"):
        page.save(tmp_path / "page.png")
    (tmp_path / "page.html").write_text("mine")
    with pytest.raises(EvidenceExistsError):
        page.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == "mine"


def test_restricted_pixels_need_their_terms_acknowledged_and_the_page_repeats_them(
    make_pair: Make, tmp_path: Path
) -> None:
    pair = make_pair()
    page = swipe(replace(pair, after=replace(pair.after, license="CC-BY-NC-4.0")))
    with pytest.raises(LicenseError, match="CC-BY-NC"):
        page.save(tmp_path / "page.html")
    page.save(tmp_path / "page.html", acknowledge=("CC-BY-NC-4.0",))
    assert "terms acknowledged: CC-BY-NC-4.0" in (tmp_path / "page.html").read_text(encoding="utf-8")


@pytest.fixture
def browser() -> Iterator[Any]:
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser to try it in")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    with driver.sync_playwright() as running:
        started = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


def share_shown(tab: Any) -> float:
    """Share of the width, percent, left of which the later date is cut off."""
    clip = tab.evaluate("document.getElementById('after').style.clipPath")
    found = re.search(r"([\d.]+)%", clip)
    return float(found.group(1)) if found else 0.0


def opened(browser: Any, page: str, **context: Any) -> tuple[Any, list[str]]:
    troubles: list[str] = []
    tab = browser.new_context(**context).new_page()
    tab.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("request", lambda request: None if request.url.startswith("data:") else troubles.append(request.url))
    tab.set_content(page)
    return tab, troubles


def test_in_a_browser_mouse_keys_and_modes_work_without_an_error_or_a_request(
    browser: Any, make_pair: Make, make_detections: Make
) -> None:
    pair = make_pair()
    tab, troubles = opened(browser, swipe(pair, make_detections(pair, count=2)).html())
    assert share_shown(tab) == 50
    box = tab.locator("#stage").bounding_box()
    tab.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 40)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 60)
    tab.mouse.up()
    assert share_shown(tab) == pytest.approx(20, abs=1)
    tab.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 60)
    assert share_shown(tab) == pytest.approx(20, abs=1), "moves without a button held change nothing"
    tab.locator("#slider").focus()
    tab.keyboard.press("End")
    assert share_shown(tab) == 100
    tab.keyboard.press("ArrowLeft")
    assert share_shown(tab) == pytest.approx(99.9)
    tab.get_by_label("opacity").check()
    assert float(tab.evaluate("document.getElementById('after').style.opacity")) == pytest.approx(0.999)
    tab.get_by_label("turns").check()
    assert tab.evaluate("document.getElementById('after').style.opacity") == "0"
    tab.locator("#stage").click()
    assert tab.evaluate("document.getElementById('after').style.opacity") == "1"
    assert tab.locator("#says").inner_text() == "later date"
    tab.get_by_label("outlines").uncheck()
    assert not tab.locator(".number").first.is_visible()
    assert troubles == []


def test_in_a_browser_a_finger_moves_the_divide_on_a_phone_and_nothing_is_wider_than_it(
    browser: Any, make_pair: Make
) -> None:
    tab, troubles = opened(
        browser, swipe(make_pair()).html(), viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    box = tab.locator("#stage").bounding_box()
    tab.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + 30)
    assert share_shown(tab) == pytest.approx(75, abs=1)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
    assert troubles == []


def test_in_a_browser_without_scripts_both_dates_stand_side_by_side(browser: Any, make_pair: Make) -> None:
    tab, _ = opened(browser, swipe(make_pair()).html(), java_script_enabled=False)
    before, after = (tab.locator(f"#{side}").bounding_box() for side in ("before", "after"))
    assert after["x"] >= before["x"] + before["width"]
    assert not tab.locator(".tools").is_visible()
