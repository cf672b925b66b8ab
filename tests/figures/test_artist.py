"""Files: the same bytes each time, metadata inside, nothing overwritten, the caller's settings left alone."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest
from PIL import Image as Picture

from osint_imagery.core.errors import EvidenceExistsError, InputError, LicenseError
from osint_imagery.core.pair import Pair
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.before_after import before_after


@pytest.fixture(scope="module")
def figure(make_pair: Callable[..., Pair]) -> Figure:
    return before_after(make_pair(), title="Порт", width_mm=80)


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_two_saves_have_the_same_bytes(
    figure: Figure, make_pair: Callable[..., Pair], tmp_path: Path, suffix: str
) -> None:
    first = figure.save(tmp_path / f"one.{suffix}")
    second = before_after(make_pair(), title="Порт", width_mm=80).save(tmp_path / f"two.{suffix}")
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.digest == second.digest == "sha256:" + hashlib.sha256(first.path.read_bytes()).hexdigest()
    assert b"matplotlib version" not in first.path.read_bytes().lower()


def test_a_png_carries_its_credit_inside(figure: Figure, tmp_path: Path) -> None:
    figure.save(tmp_path / "a.png")
    with Picture.open(tmp_path / "a.png") as picture:
        said = picture.info
    assert said["Title"] == "Порт"
    assert "2015-08-20 (UTC day, time unknown)" in said["Description"]
    assert "Sentinel data 2015; Contains modified Copernicus Sentinel data 2017" in said["Credit"]
    assert "oscd-beirut-20171003" in said["Scenes"]
    assert "Software" not in said


def test_another_file_is_never_overwritten(figure: Figure, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"evidence")
    with pytest.raises(EvidenceExistsError, match=r"a\.png' already holds something else"):
        figure.save(path)
    assert path.read_bytes() == b"evidence"
    assert [item.name for item in tmp_path.iterdir()] == ["a.png"]


def test_the_same_file_may_be_saved_again(figure: Figure, tmp_path: Path) -> None:
    first = figure.save(tmp_path / "a.png")
    stamp = first.path.stat().st_mtime_ns
    assert figure.save(tmp_path / "a.png") == first
    assert first.path.stat().st_mtime_ns == stamp


def test_an_unknown_suffix_is_refused(figure: Figure, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"suffix '\.jpg'; end it in \.png, \.svg, \.pdf"):
        figure.save(tmp_path / "a.jpg")


def test_the_callers_settings_neither_matter_nor_change(figure: Figure, make_pair: Callable[..., Pair]) -> None:
    with mpl.rc_context({"font.size": 30, "font.family": ["serif"], "savefig.bbox": "tight", "text.usetex": True}):
        before = dict(mpl.rcParams)
        data = before_after(make_pair(), title="Порт", width_mm=80).png()
        assert dict(mpl.rcParams) == before
    assert data == figure.png()


def test_a_notebook_shows_the_same_picture(figure: Figure) -> None:
    assert figure._repr_png_() == figure.png()
    assert figure.png().startswith(b"\x89PNG")


def test_restricted_pixels_need_their_terms_acknowledged(make_pair: Callable[..., Pair], tmp_path: Path) -> None:
    pair = make_pair()
    pair = replace(pair, after=replace(pair.after, license="CC-BY-NC-4.0"))
    figure = before_after(pair)
    with pytest.raises(LicenseError, match=r"is under 'CC-BY-NC-4.0'.*acknowledge=\('CC-BY-NC-4.0',\)"):
        figure.save(tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()
    figure.save(tmp_path / "b.png", acknowledge=("CC-BY-NC-4.0",))
    assert "terms acknowledged: CC-BY-NC-4.0" in Picture.open(tmp_path / "b.png").text["Credit"]
    figure.save(tmp_path / "c.png", working_copy=True)
    assert "working copy, terms not acknowledged: CC-BY-NC-4.0" in Picture.open(tmp_path / "c.png").text["Credit"]


def test_open_pixels_say_nothing_of_terms(make_pair: Callable[..., Pair], tmp_path: Path) -> None:
    before_after(make_pair()).save(tmp_path / "a.png", acknowledge=("CC-BY-NC-4.0",))
    assert "terms" not in Picture.open(tmp_path / "a.png").text["Credit"]
