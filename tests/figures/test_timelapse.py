"""Moving pictures: each frame dated, cloudy dates kept and marked, one stretch, the same bytes; no frame that moved."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from PIL import Image as Picture
from scipy.ndimage import gaussian_filter, shift

import osint_imagery as oi
from osint_imagery.core.errors import (
    AlignmentError,
    EvidenceExistsError,
    GridMismatchError,
    InputError,
    LicenseError,
)
from osint_imagery.core.flags import Flag
from osint_imagery.core.grid import Grid
from osint_imagery.core.image import Image
from osint_imagery.figures.artist import Figure
from osint_imagery.figures.timelapse import Timelapse, timelapse

GRID = Grid(crs="EPSG:32636", transform=Affine(10, 0, 730_000, 0, -10, 3_754_000), shape=(96, 96))
GROUND = np.stack([gaussian_filter(np.random.default_rng(band).random((96, 96)), 1.2) for band in range(3)])


def look(day: int, *, cloud: bool = False, moved: float = 0.0, **fields: Any) -> Image:
    """The same ground with a little noise, moved down by some pixels or wholly under cloud."""
    noise = np.random.default_rng(day).normal(0, 0.004, GROUND.shape)
    flags = np.full(GRID.shape, int(Flag.CLOUD) if cloud else 0, dtype=np.uint16)
    made = Image(
        values=np.stack([shift(band, (moved, 0), mode="nearest") for band in GROUND]) + noise,
        bands=("red", "green", "blue"),
        valid=flags == 0,
        flags=flags,
        grid=GRID,
        acquired=oi.TimeSpan(f"2020-01-{day:02d}T08:00:00Z"),
        unit="reflectance",
        sensor="sentinel-2-l2a",
        scene_id=f"scene-{day}",
        credit="Contains modified Copernicus Sentinel data 2020",
    )
    return replace(made, **fields)


@pytest.fixture(scope="module")
def film() -> Timelapse:
    return timelapse([look(21), look(1), look(6, cloud=True)], width_mm=80)


def saved(film: Timelapse, path: Path, **options: Any) -> Picture.Image:
    film.save(path, **options)
    return Picture.open(io.BytesIO(path.read_bytes()))


def test_dates_come_in_order_of_time_each_with_its_own_and_the_cloudy_one_is_marked(film: Timelapse) -> None:
    assert film.scenes == ("scene-1", "scene-6", "scene-21")
    texts = [" ".join(frame.texts) for frame in film.frames]
    for text, day, number in zip(texts, ("01", "06", "21"), (1, 2, 3), strict=True):
        assert f"2020-01-{day} 08:00:00 UTC   ({number} of 3)" in text
        assert "Contains modified Copernicus Sentinel data 2020" in text
        assert "one linear stretch for all 3 dates" in text
        assert "scale bar:" in text
        assert "N: true north" in text
        assert "Dates lie up to 0.0 px off the clearest one; for 1 that could not be measured." in text
    assert ["NOT USABLE" in text for text in texts] == [False, True, False]
    drawn = [[text.get_text() for text in frame.drawing.axes[0].texts] for frame in film.frames]
    assert ["NOT USABLE" in words for words in drawn] == [False, True, False]
    assert "1 of them without a usable pixel" in film.shows


def test_no_words_cross_or_leave_a_frame(film: Timelapse, faults: Callable[[Figure], list[str]]) -> None:
    long = timelapse(
        [look(1, simulated=True, scene_id="S2A_OPER_MSI_L1C_TL_EPA__20160929T004310_A000833_T36SYC"), look(2)],
        title="A title in two scripts that is longer than one line: Порт مرفأ, and goes on for a while",
        width_mm=80,
    )
    assert [fault for frame in (*film.frames, *long.frames) for fault in faults(frame)] == []


def test_the_line_of_dates_is_true_to_time(film: Timelapse) -> None:
    marks = [line.get_xdata()[0] for line in film.frames[0].drawing.axes[0].lines if line.get_marker() == "o"]
    first, second, third = marks
    assert (second - first) / (third - first) == pytest.approx(5 / 20)


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng"])
def test_frames_last_as_long_as_asked_and_are_of_one_size_and_the_file_names_its_scenes(
    film: Timelapse, tmp_path: Path, suffix: str
) -> None:
    picture = saved(film, tmp_path / f"film{suffix}", seconds=0.5)
    assert (picture.n_frames, picture.width) == (3, 400)
    times = []
    for number in range(3):
        picture.seek(number)
        picture.load()
        times.append(picture.info["duration"])
    assert times == [500, 500, 1000]
    assert b"scenes: scene-1, scene-6, scene-21" in (tmp_path / f"film{suffix}").read_bytes()


def test_the_same_dates_give_the_same_bytes_and_others_others(tmp_path: Path) -> None:
    first, again, other = (
        timelapse(images, width_mm=80).save(tmp_path / name).digest
        for name, images in (
            ("a.gif", [look(1), look(2)]),
            ("b.gif", [look(2), look(1)]),
            ("c.gif", [look(1), look(3)]),
        )
    )
    assert first == again != other


def test_equal_pixels_have_equal_colors_in_each_frame_of_a_gif(tmp_path: Path) -> None:
    bright = look(2)
    values = np.array(bright.values)
    values[:, :20] = 0.9
    picture = saved(timelapse([look(1), replace(bright, values=values)], width_mm=80), tmp_path / "film.gif")
    colors = []
    for number in range(2):
        picture.seek(number)
        colors.append(np.array(picture.convert("RGB"))[-60, 200])
    assert (colors[0] == colors[1]).all()


def test_a_film_for_players_is_written_where_the_extra_is_installed(film: Timelapse, tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg", reason="imageio-ffmpeg is not installed: no film")
    made = film.save(tmp_path / "film.mp4", seconds=0.2)
    data = made.path.read_bytes()
    assert (made.media_type, data[4:8]) == ("video/mp4", b"ftyp")
    assert b"scene-21" in data
    assert film.save(tmp_path / "again.mp4", seconds=0.2).digest == made.digest


def test_without_the_extra_the_error_names_it(film: Timelapse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    with pytest.raises(InputError, match=r"osint-imagery\[video\]"):
        film.save(tmp_path / "film.mp4")


def test_a_date_that_lies_off_is_refused_by_name_and_a_mixed_grid_too() -> None:
    with pytest.raises(AlignmentError, match=r"scene-3 lies 2\.\d px off scene-1; align it first"):
        timelapse([look(1), look(2), look(3, moved=2.5)])
    other = replace(GRID, transform=Affine(10, 0, 730_005, 0, -10, 3_754_000))
    with pytest.raises(GridMismatchError, match="read all on one grid"):
        timelapse([look(1), look(2, grid=other)])


def test_one_date_wrong_names_and_odd_times_are_refused_and_nothing_is_overwritten(
    film: Timelapse, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="two or more"):
        timelapse([look(1)])
    with pytest.raises(InputError, match=r"end it in \.gif"):
        film.save(tmp_path / "film.avi")
    with pytest.raises(InputError, match=r"between 0\.1 and 60"):
        film.save(tmp_path / "film.gif", seconds=0)
    (tmp_path / "film.gif").write_text("mine")
    with pytest.raises(EvidenceExistsError):
        film.save(tmp_path / "film.gif")
    assert (tmp_path / "film.gif").read_text() == "mine"


def test_restricted_pixels_need_their_terms_acknowledged_and_the_file_repeats_them(tmp_path: Path) -> None:
    film = timelapse([look(1), look(2, license="CC-BY-NC-4.0")], width_mm=80)
    with pytest.raises(LicenseError, match="CC-BY-NC"):
        film.save(tmp_path / "film.gif")
    film.save(tmp_path / "film.gif", acknowledge=("CC-BY-NC-4.0",))
    assert b"terms acknowledged: CC-BY-NC-4.0" in (tmp_path / "film.gif").read_bytes()


def test_scenes_are_read_around_the_place_and_simulated_ones_say_so_on_each_frame() -> None:
    scenes = list(oi.open_catalog(oi.bundled("port/catalog.json")).scenes())[19:22]
    place = oi.AreaOfInterest.from_bbox(-28.004469, 45.005139, -28.001901, 45.006962, name="hardstanding")
    film = oi.timelapse(scenes, place, width_mm=80)
    assert film.shows.startswith("SIMULATED. 3 dates")
    for frame in film.frames:
        assert "SIMULATED" in [text.get_text() for text in frame.drawing.axes[0].texts]
    assert film._repr_html_().startswith('<img alt="SIMULATED. 3 dates')
