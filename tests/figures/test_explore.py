"""Detections to be opened one by one: each with its place on both dates, without a script and without a network."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from osint_imagery.change.detections import Explanation
from osint_imagery.core.errors import EvidenceExistsError, GridMismatchError, InputError, LicenseError
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.figures.explore import explore

Make = Callable[..., Any]
HOSTILE = '<script src="https://example.org/x.js"></script>'


def test_each_detection_opens_its_place_on_both_dates_with_numbers_and_rivals(
    make_pair: Make, make_detections: Make
) -> None:
    pair = make_pair()
    found = make_detections(pair, count=3)
    rival = Explanation(name="tide", status="not tested", note=HOSTILE)
    found = replace(found, items=(replace(found.items[0], explanations=(rival,), q_fdr=None), *found.items[1:]))
    page = explore(found, pair).html()
    assert page.count("<details") == 3
    assert page.count("<img ") == page.count('src="data:image/png') == 6
    for words in (
        "2015-08-20",
        "2017-10-03 08:17:39 UTC",
        "withheld",
        "tide",
        "not tested",
        "&lt;script",
        "No other explanation was tested.",
        "one linear stretch for both dates",
        "20 m pixels",
        "Credit: Contains modified Copernicus Sentinel data 2015",
        pair.before.scene_id,
    ):
        assert words in page
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "default-src 'none'" in page


def test_the_crop_holds_the_detection_and_its_outline(make_pair: Make, make_detections: Make) -> None:
    pair = make_pair()
    found = make_detections(pair, count=1)
    page = explore(found, pair).html()
    (path,) = set(re.findall(r'class="over" d="([^"]+)"', page))
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', page).groups())  # type: ignore[union-attr]
    corners = np.array([[float(part) for part in point.split()] for point in re.findall(r"[\d.]+ [\d.]+", path)])
    side = found[0].bbox_px[3] - found[0].bbox_px[1]
    assert corners[:, 0].min() == pytest.approx((width - side) / 2, abs=0.6)
    assert np.ptp(corners[:, 0]) == pytest.approx(side, abs=0.3)
    assert (width, height) == (side + 16, side + 16)


def test_many_are_counted_and_none_says_so_and_equal_input_gives_equal_bytes(
    make_pair: Make, make_detections: Make
) -> None:
    pair = make_pair()
    one = make_detections(pair, count=1)
    many = replace(one, items=tuple(replace(one[0], id=1) for _ in range(230)))
    page = explore(many, pair).html()
    assert page.count("<details") == 200
    assert "30 weaker detections are not listed here." in page
    assert len(page.encode()) < 5e6
    none = explore(make_detections(pair, count=0), pair)
    assert none.title == "No detection"
    assert "This is not proof that nothing happened." in none.html()
    assert explore(one, pair).html() == explore(one, make_pair()).html()


def test_simulated_pixels_say_so_on_each_picture(make_pair: Make, make_detections: Make) -> None:
    pair = make_pair(simulated=True)
    page = explore(make_detections(pair, count=2), pair).html()
    assert page.count('class="tag">SIMULATED') == 4
    assert "SIMULATED: made by a program" in page
    plain = make_pair()
    assert "SIMULATED" not in explore(make_detections(plain, count=2), plain).html()


def test_foreign_pairs_wrong_names_and_restricted_pixels_are_refused(
    make_pair: Make, make_detections: Make, tmp_path: Path
) -> None:
    pair = make_pair()
    found = make_detections(pair, count=1)
    small, other = (Image.from_array(np.full((1, 5, 5), value), bands=("red",)) for value in (0.0, 0.1))
    with pytest.raises(GridMismatchError, match="own pair"):
        explore(found, Pair(before=small, after=other))
    with pytest.raises(InputError, match=r"end it in \.html"):
        explore(found).save(tmp_path / "page.pdf")
    restricted = explore(found, replace(pair, after=replace(pair.after, license="CC-BY-NC-4.0")))
    with pytest.raises(LicenseError, match="CC-BY-NC"):
        restricted.save(tmp_path / "page.html")
    restricted.save(tmp_path / "page.html", acknowledge=("CC-BY-NC-4.0",))
    assert "terms acknowledged: CC-BY-NC-4.0" in (tmp_path / "page.html").read_text(encoding="utf-8")
    with pytest.raises(EvidenceExistsError):
        explore(found).save(tmp_path / "page.html")


def test_in_a_browser_a_row_opens_by_mouse_and_keyboard_and_nothing_is_asked_for(
    make_pair: Make, make_detections: Make
) -> None:
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: no browser to try it in")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium on this machine")
    pair = make_pair()
    troubles: list[str] = []
    with driver.sync_playwright() as running:
        started = running.chromium.launch(executable_path=program, args=["--no-sandbox"])
        tab = started.new_page(viewport={"width": 360, "height": 740})
        tab.on("console", lambda message: troubles.append(message.text))
        tab.on("request", lambda asked: None if asked.url.startswith("data:") else troubles.append(asked.url))
        tab.set_content(explore(make_detections(pair, count=3), pair).html())
        pictures = tab.locator("details:nth-of-type(2) img")
        assert not pictures.first.is_visible()
        tab.locator("summary").nth(1).click()
        assert pictures.first.is_visible()
        third = tab.locator("summary").nth(2)
        third.focus()
        tab.keyboard.press("Enter")
        assert tab.locator("details:nth-of-type(3) img").first.is_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360
        started.close()
    assert troubles == []
