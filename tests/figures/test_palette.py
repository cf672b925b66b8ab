"""Light and dark paper: text that can be read, colors color-blind readers tell apart, pictures left as they are."""

import io
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image as Picture
from skimage.color import deltaE_ciede2000, rgb2lab
from support.drawn import made_detections, made_pair
from support.every_figure import FIGURES

import osint_imagery as oi
from osint_imagery.core.errors import InputError
from osint_imagery.figures.artist import DPI, Figure
from osint_imagery.figures.palette import (
    CASING,
    DARK,
    LIGHT,
    MARK_INK,
    ON_PICTURES,
    PLATE_GROUND,
    Palette,
    Theme,
    painted,
)

READABLE, VISIBLE = 4.5, 3.0  # WCAG 2.2, 1.4.3 for text and 1.4.11 for marks
TOLD_APART = 10.0  # CIEDE2000, several times what is just noticeable
# Machado, Oliveira, Fernandes 2009, severity 1: linear RGB as seen without one kind of cone.
BLIND = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
PALETTES = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]


def linear(color: str) -> NDArray[np.float64]:
    parts = np.array(to_rgb(color))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG."""
    low, high = sorted(float(linear(color) @ [0.2126, 0.7152, 0.0722]) for color in (one, other))
    return (high + 0.05) / (low + 0.05)


def seen_by(color: str, kind: str) -> NDArray[np.float64]:
    parts = np.clip(np.array(BLIND[kind]) @ linear(color), 0, 1)
    return np.where(parts <= 0.0031308, parts * 12.92, 1.055 * parts ** (1 / 2.4) - 0.055)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("palette", PALETTES)
def test_text_can_be_read_on_its_paper(palette: Palette) -> None:
    for text in (palette.ink, palette.quiet, palette.loud, palette.blue, palette.green):
        assert contrast(text, palette.paper) >= READABLE, text
    for ground in (palette.pale, palette.amber, palette.neutral):
        assert contrast(palette.ink, ground) >= READABLE, ground
    for mark in (palette.ochre, palette.pink, palette.gray):
        assert contrast(mark, palette.paper) >= VISIBLE, mark


def test_text_on_pictures_can_be_read_on_its_plate() -> None:
    assert contrast(MARK_INK, CASING) >= READABLE
    assert contrast(CASING, PLATE_GROUND) >= READABLE


@pytest.mark.parametrize("kind", BLIND)
@pytest.mark.parametrize("palette", PALETTES)
def test_colors_that_mean_different_things_are_told_apart(palette: Palette, kind: str) -> None:
    lines = (palette.ink, palette.blue, palette.green, palette.loud)
    for one, other in [*combinations(lines, 2), (palette.pale, palette.amber)]:
        apart = deltaE_ciede2000(*(rgb2lab(seen_by(color, kind)) for color in (one, other)))
        assert apart >= TOLD_APART, (one, other)


def test_each_color_has_one_meaning() -> None:
    for palette in (LIGHT, DARK):
        colors = [*asdict(palette).values(), *ON_PICTURES]
        assert len(set(colors)) == len(colors)


def drawn_colors(figure: Figure) -> set[str]:
    """Return all colors of lines, shapes and letters that can be seen."""
    (page,) = figure.drawing.axes
    shown = [text.get_color() for text in page.texts]
    for mark in page.lines:
        shown += [mark.get_color()] if mark.get_linestyle() != "None" else []
        shown += [mark.get_markerfacecolor(), mark.get_markeredgecolor()] if mark.get_marker() != "None" else []
    for shape in page.patches:
        shown += [shape.get_facecolor(), shape.get_edgecolor()]
    for many in page.collections:
        shown += [*many.get_facecolor(), *many.get_edgecolor()]
    return {to_hex(color) for color in shown if (np.ndim(color) == 0 and color != "none") or len(color) < 4 or color[3]}


@pytest.mark.parametrize("name", FIGURES)
def test_everything_is_drawn_in_colors_of_the_palette(name: str) -> None:
    figure = FIGURES[name](2, 80.0)
    with painted(figure.drawing, Theme.DARK):
        dark = drawn_colors(figure)
        assert to_hex(figure.drawing.get_facecolor()) == DARK.paper
    assert dark <= {*asdict(DARK).values(), *ON_PICTURES}
    assert drawn_colors(figure) <= {*asdict(LIGHT).values(), *ON_PICTURES}
    assert not dark & set(asdict(LIGHT).values())


def test_pictures_and_their_marks_are_the_same_on_dark_paper() -> None:
    pair = made_pair(simulated=True)
    figure = oi.before_after(pair, made_detections(pair, 5), width_mm=80)
    light, dark = (np.asarray(Picture.open(io.BytesIO(figure.png(theme=theme))).convert("RGB")) for theme in Theme)
    (page,) = figure.drawing.axes
    left, right, bottom, top = (side / 25.4 * DPI for side in page.images[0].get_extent())
    inside = slice(round(top) + 3, round(bottom) - 3), slice(round(left) + 3, round(right) - 3)
    assert light[inside].size > 100_000
    np.testing.assert_array_equal(light[inside], dark[inside])
    assert to_hex(light[2, 2] / 255) == LIGHT.paper
    assert to_hex(dark[2, 2] / 255) == DARK.paper


def test_a_figure_is_light_again_after_it_was_saved_dark(tmp_path: Path) -> None:
    figure = FIGURES["pod_curve"](5, 80.0)
    before = figure.png()
    for suffix in ("png", "svg", "pdf"):
        dark = figure.save(tmp_path / f"dark.{suffix}", theme="dark")
        assert dark.digest != figure.save(tmp_path / f"light.{suffix}").digest
    assert figure.png() == figure.png(theme="light") == before
    assert DARK.paper in (tmp_path / "dark.svg").read_text(encoding="utf-8")
    assert LIGHT.ink not in (tmp_path / "dark.svg").read_text(encoding="utf-8")
    assert {text.get_color() for text in figure.drawing.findobj(Text)} & set(asdict(LIGHT).values())


@pytest.mark.parametrize("theme", ["Dark", "", 5, None])
def test_an_unknown_theme_is_refused(theme: str, tmp_path: Path) -> None:
    figure = FIGURES["pod_curve"](5, 80.0)
    with pytest.raises(InputError, match=f"theme={theme!r} is none of light, dark"):
        figure.save(tmp_path / "a.png", theme=theme)
    assert list(tmp_path.iterdir()) == []
