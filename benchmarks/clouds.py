"""Cloud and shadow flags on real city pairs: what is masked of clear ground, of real building, and of injected cloud.

Run: python benchmarks/clouds.py [--bands 4|6|7] [--side 500]
The clear pairs are the five of OSCD; clouds are blended in (fractal opacity, cloud spectrum per band, shadow), and so
are the real clouds of a Sentinel-2 Level-2A scene (60 m bands, three times enlarged: shape and spectrum are real).
"""

import argparse
import time
from pathlib import Path

import numpy as np
import rasterio
from common import real_scenes
from numpy.typing import NDArray
from scipy import ndimage

import osint_imagery as oi
from osint_imagery.change.clouds import fit_clouds
from osint_imagery.core.flags import Flag
from osint_imagery.core.image import Image
from osint_imagery.core.pair import Pair
from osint_imagery.scenes.reading import native_grid, read

Float = NDArray[np.float32]
CITIES = ("beirut", "mumbai", "cupertino", "nantes", "rennes")
BANDS = ("blue", "green", "red", "nir", "swir16", "swir22", "cirrus")
PATH = (0.075, 0.045, 0.028, 0.012, 0.003, 0.001, 0.0)  # light that never reached the ground
DIRECT = (0.8, 0.8, 0.9, 0.95, 0.97, 0.97, 0.0)  # share of the light that a shadow can take
WATER = (1.0, 0.97, 1.0, 1.12, 0.85, 0.6)  # cloud of droplets, of ice: median ratios of Landsat 8 clouds, New York
ICE = (1.0, 0.97, 1.0, 1.12, 0.35, 0.3)
GROUNDS = {
    "white roof": (0.47, 0.5, 0.51, 0.5, 0.36, 0.26),
    "concrete": (0.23, 0.25, 0.28, 0.31, 0.35, 0.31),
    "bare soil": (0.16, 0.19, 0.25, 0.31, 0.38, 0.33),
    "quarry": (0.32, 0.37, 0.42, 0.46, 0.47, 0.4),
}
KINDS = {  # roughness, smallest detail px, softness, cover, ice
    "cumulus 2 %": (3.2, 6.0, 0.25, 0.02, False),
    "cumulus 8 %": (3.2, 6.0, 0.25, 0.08, False),
    "hard-edged 5 %": (3.0, 3.0, 0.08, 0.05, False),
    "stratus 15 %": (4.2, 10.0, 0.6, 0.15, False),
    "ice cloud 5 %": (4.2, 10.0, 0.6, 0.05, True),
}
CLOUDS = int(Flag.CLOUD | Flag.CLOUD_POSSIBLE | Flag.CIRRUS)


def city(name: str, side: int | None) -> tuple[Float, Float, NDArray[np.uint8]]:
    """Return both dates and the labels (2 = built or cleared) of one city."""
    folder = real_scenes() / "scenes"
    scenes = {s.id: s for s in oi.open_catalog(folder / "catalog.json").scenes()}
    first, second = (scenes[key] for key in sorted(key for key in scenes if name in key))
    grid = native_grid(first, "red")
    with rasterio.open(folder / "truth" / f"oscd-{name}-change.tif") as source:
        truth = source.read(1)
    before, after = (read(scene, grid, BANDS, check=False).values for scene in (first, second))
    return before[:, :side, :side], after[:, :side, :side], truth[:side, :side]


def opacity(shape: tuple[int, int], kind: str, rng: np.random.Generator) -> tuple[Float, Float]:
    """Return the opacity of a fractal cloud field, with 130 px of room on each side, and its thickness."""
    rough, detail, soft, cover, _ = KINDS[kind]
    whole = (shape[0] + 260, shape[1] + 260)
    frequency = np.hypot(np.fft.fftfreq(whole[0])[:, None], np.fft.rfftfreq(whole[1])[None])
    power = np.exp(-((frequency * detail) ** 2)) / ((1 / 180) ** 2 + frequency**2) ** (rough / 4)
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(whole)) * power, whole)
    field = (field - field.mean()) / field.std()
    field -= np.quantile(field[130:-130, 130:-130], 1 - cover)
    ramp = np.clip(field / soft + 0.5, 0, 1)
    return (ramp * ramp * (3 - 2 * ramp)).astype(np.float32), field.astype(np.float32)


def clouded(image: Float, kind: str, rng: np.random.Generator) -> tuple[Float, Float, Float]:
    """Return the image under clouds, their opacity, and that of their shadow where no cloud hides it."""
    wide, thick = opacity((image.shape[1], image.shape[2]), kind, rng)
    angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(15, 95)
    inner = (slice(130, -130), slice(130, -130))
    cover, depth = wide[inner], thick[inner]
    shade = ndimage.shift(wide, (length * np.sin(angle), length * np.cos(angle)), order=1)[inner]
    brightness = np.clip(0.35 + 0.25 * np.clip(depth, 0, 2), 0.3, 0.95) * rng.uniform(0.85, 1.15)
    high = KINDS[kind][4]
    out = image.copy()
    for i, (path, direct) in enumerate(zip(PATH, DIRECT, strict=True)):
        if BANDS[i] == "cirrus":
            out[i] += cover * (0.04 if high else 0.0006)
            continue
        spectrum = (ICE if high else WATER)[i] * (1 + 0.03 * rng.standard_normal())
        below = path + (image[i] - path) * (1 - 0.8 * direct * shade)
        out[i] = (1 - cover) * below + cover * brightness * spectrum
    return out, cover, shade * (1 - cover)


def transplanted(image: Float, rng: np.random.Generator) -> tuple[Float, Float]:
    """Return the image under real clouds of the Level-2A scene, and their opacity."""
    (safe,) = (real_scenes() / "products").glob("*.SAFE/GRANULE/*/IMG_DATA/R60m")
    names = ("B02", "B03", "B04", "B8A", "B11", "B12", "SCL")
    layers = [_layer(next(safe.glob(f"*_{name}_60m.jp2"))) for name in names]
    classes, values = layers[-1], (np.stack(layers[:-1]) - 1000) / 10_000
    usual = np.median(values[:, np.isin(classes, (4, 5))], axis=1)
    rows, columns = image.shape[1], image.shape[2]
    height, width = rows // 3 + 2, columns // 3 + 2
    for _ in range(500):
        y, x = rng.integers(0, classes.shape[0] - height), rng.integers(0, classes.shape[1] - width)
        part = values[:, y : y + height, x : x + width]
        share = float((part[0] > 0.22).mean())
        if (classes[y : y + height, x : x + width] > 0).all() and 0.02 < share < 0.25:
            break
    part = np.stack([ndimage.zoom(plane, 3, order=1)[:rows, :columns] for plane in part])
    cover = np.clip((part[0] - 0.05) / 0.35, 0, 1).astype(np.float32)
    out = image.copy()
    for i, ground in enumerate(usual):
        out[i] = (1 - cover) * image[i] + np.clip(part[i] - (1 - cover) * ground, 0, None) * (cover > 0)
    return out, cover


def _layer(path: Path) -> Float:
    with rasterio.open(path) as source:
        return np.asarray(source.read(1), dtype=np.float32)


def built(image: Float, spectrum: tuple[float, ...], rng: np.random.Generator) -> tuple[Float, NDArray[np.bool_]]:
    """Return the image with turned rectangles of 3 to 30 px of one material, one in each cell of 60 px."""
    rows, columns = image.shape[1], image.shape[2]
    area, level = np.zeros((rows, columns), np.float32), np.ones((rows, columns), np.float32)
    down, across = np.mgrid[:rows, :columns]
    for y in range(30, rows - 30, 60):
        for x in range(30, columns - 30, 60):
            turn, sides = rng.uniform(0, np.pi), rng.uniform(3, 30, 2) / 2
            u = (down - y) * np.cos(turn) + (across - x) * np.sin(turn)
            v = (across - x) * np.cos(turn) - (down - y) * np.sin(turn)
            inside = (np.abs(u) < sides[0]) & (np.abs(v) < sides[1])
            area[inside], level[inside] = 1, rng.uniform(0.6, 1.5)
    share = ndimage.gaussian_filter(area, 0.6)
    out = image.copy()
    for i, value in enumerate(spectrum):
        grain = 1 + 0.04 * rng.standard_normal((rows, columns))
        out[i] = (1 - share) * image[i] + share * value * level * grain
    return out, area > 0


def flags(before: Float, after: Float, bands: int) -> tuple[NDArray[np.uint16], NDArray[np.uint16], float, str]:
    """Return the flags of both dates, the seconds they took, and the note."""
    first, second = (
        Image.from_array(part[:bands], bands=BANDS[:bands], unit="reflectance") for part in (before, after)
    )
    pair = Pair(before=first, after=second)
    start = time.perf_counter()
    test = fit_clouds([pair])
    one, two = test.flags(pair)
    return one, two, time.perf_counter() - start, test.note


def share(flagged: NDArray[np.bool_], where: NDArray[np.bool_]) -> float:
    """Return the flagged share of a place, NaN where the place is empty."""
    return float(flagged[where].mean()) if where.any() else float("nan")


def clear_table(bands: int) -> None:
    """Print what is flagged in the clear pairs."""
    print(
        f"{'clear pair':12}{'change before':>14}{'change after':>14}{'rest before':>13}{'rest after':>12}{'s/Mpx':>8}"
    )
    for name in CITIES:
        before, after, truth = city(name, None)
        one, two, seconds, _ = flags(before, after, bands)
        changed = truth == 2
        numbers = [share(part != 0, where) for where in (changed, ~changed) for part in (one, two)]
        print(f"{name:12}" + "".join(f"{n:13.3%}" for n in numbers) + f"{seconds / truth.size * 1e6:9.2f}", flush=True)


def injected_tables(bands: int, side: int) -> None:
    """Print the recall of injected clouds and shadows, and what is flagged of injected building ground."""
    rng = np.random.default_rng(7)
    rows: dict[str, list[tuple[float, ...]]] = {}
    for name in CITIES:
        before, after, _ = city(name, side)
        for kind in (*KINDS, "real (L2A)"):
            if kind in KINDS:
                image, cover, shade = clouded(after, kind, rng)
            else:
                image, cover = transplanted(after, rng)
                shade = np.zeros_like(cover)
            other, own, _, _ = flags(before, image, bands)
            cloud = (own & CLOUDS) != 0
            clear = (cover < 0.02) & (shade < 0.02)
            told = (share(cloud, cover > 0.5), share(cloud, cover > 0.2), share(own != 0, shade > 0.5))
            rows.setdefault(kind, []).append((*told, share(own != 0, clear), float((other != 0).mean())))
        for ground, spectrum in GROUNDS.items():
            image, area = built(after, spectrum, rng)
            rows.setdefault(ground, []).append((share(flags(before, image, bands)[1] != 0, area),))
    print(f"\n{'cloud':16}{'opacity > .5':>14}{'> .2':>8}{'shadow > .5':>13}{'clear ground':>14}{'other date':>12}")
    for kind in (*KINDS, "real (L2A)"):
        values = np.array(rows[kind])
        seen = [np.nanmean(column) if np.isfinite(column).any() else np.nan for column in values.T]
        least = np.nanmin(values[:, 0])
        print(f"{kind:16}{seen[0]:14.3f}{seen[1]:8.3f}{seen[2]:13.3f}{seen[3]:14.4f}{seen[4]:12.4f}  least {least:.3f}")
    print("\nbuilding ground flagged, mean over cities (worst)")
    for ground in GROUNDS:
        values = np.array(rows[ground])
        print(f"{ground:16}{values.mean():9.3%} ({values.max():.3%})")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bands", type=int, default=7, choices=(3, 4, 6, 7), help=f"how many of {', '.join(BANDS)}")
    parser.add_argument("--side", type=int, default=500, help="side of the crops clouds are injected in, px")
    options = parser.parse_args()
    print(f"bands: {', '.join(BANDS[: options.bands])}")
    clear_table(options.bands)
    injected_tables(options.bands, options.side)


if __name__ == "__main__":
    main()
