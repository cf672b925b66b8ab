"""Products made in the layout that their providers document, small, with known pixels."""

import json
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

UTM = "EPSG:32629"
CORNER = (600000.0, 5900040.0)
OUTLINE = "53.24 -7.50 53.24 -7.48 53.22 -7.48 53.22 -7.50 53.24 -7.50 "
IDS = ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B09", "B10", "B11", "B12")
LOSSLESS = {"driver": "JP2OpenJPEG", "REVERSIBLE": "YES", "QUALITY": "100"}


def pixels(seed, *, shape=(40, 40), low=1100, high=9000):
    return np.random.default_rng(seed).integers(low, high, shape).astype(np.uint16)


def write(path, values, *, pixel=60.0, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = values if values.ndim == 3 else values[None]
    options = {"driver": "GTiff", **options}
    if path.suffix == ".jp2":
        options = {**LOSSLESS}
    size = {"count": values.shape[0], "height": values.shape[1], "width": values.shape[2], "dtype": values.dtype}
    place = {"crs": UTM, "transform": Affine(pixel, 0, CORNER[0], 0, -pixel, CORNER[1])}
    with rasterio.open(path, "w", **options, **size, **place) as dataset:
        dataset.write(values)
    return path


def safe(
    folder,
    bands,
    *,
    level="L2A",
    baseline="05.10",
    offsets=-1000,
    quality=None,
    stamp="20221005T164454",
    named=(),
    **words,
):
    """Write a Sentinel-2 product; `offsets` is one number, one a band, or None for no element."""
    short, tag = ("BOA", "BOA_ADD_OFFSET") if level == "L2A" else ("RADIO", "RADIO_ADD_OFFSET")
    name = f"S2A_MSI{level}_20221005T115411_N{baseline.replace('.', '')}_R023_T29UNU_{stamp}"
    root, tile, base = folder / f"{name}.SAFE", f"{level}_T29UNU_A038058_20221005T115407", "T29UNU_20221005T115411"
    granule, images = f"GRANULE/{tile}", []
    for key, values in bands.items():
        pixel = key.partition("_")[2]
        own = f"{granule}/IMG_DATA/R{pixel}/{base}_{key}" if pixel else f"{granule}/IMG_DATA/{base}_{key}"
        images.append(own)
        write(root / f"{own}.jp2", values, pixel=float(pixel[:-1]) if pixel else 60.0)
    images += [f"{granule}/IMG_DATA/R{key.partition('_')[2]}/{base}_{key}" for key in named]
    if quality is not None:
        place = f"IMG_DATA/R20m/{base}_SCL_20m.jp2" if level == "L2A" else "QI_DATA/MSK_CLASSI_B00.jp2"
        write(root / granule / place, quality, pixel=20.0 if level == "L2A" else 60.0)
    stated = offsets if isinstance(offsets, dict) else dict.fromkeys(IDS, offsets)
    added = (
        "".join(f'<{tag} band_id="{IDS.index(b)}">{v}</{tag}>' for b, v in stated.items())
        if offsets is not None
        else ""
    )
    quantification = "BOA_QUANTIFICATION_VALUE" if level == "L2A" else "QUANTIFICATION_VALUE"
    text = {
        "PROCESSING_BASELINE": baseline,
        "SPACECRAFT_NAME": "Sentinel-2A",
        "SENSING_ORBIT_NUMBER": "23",
        quantification: "10000",
        "EXT_POS_LIST": OUTLINE,
        "Cloud_Coverage_Assessment": "12.5",
        "PRODUCT_DOI": "https://doi.org/10.5270/S2_-znk9xsj",
        **words,
    }
    body = "".join(f"<{key}>{value}</{key}>" for key, value in text.items() if value is not None)
    files = "".join(f"<IMAGE_FILE>{own}</IMAGE_FILE>" for own in images)
    (root / f"MTD_MSI{level}.xml").write_text(
        f'<?xml version="1.0"?><n1:Level_User_Product xmlns:n1="urn:{short}"><n1:General_Info><PRODUCT_URI>{name}.SAFE'
        f"</PRODUCT_URI>{body}{files}<LIST>{added}</LIST></n1:General_Info></n1:Level_User_Product>"
    )
    view = "".join(
        f'<Mean_Viewing_Incidence_Angle bandId="{i}"><ZENITH_ANGLE>5</ZENITH_ANGLE>'
        f"<AZIMUTH_ANGLE>{azimuth}</AZIMUTH_ANGLE></Mean_Viewing_Incidence_Angle>"
        for i, azimuth in enumerate((359, 1))
    )
    (root / granule / "MTD_TL.xml").write_text(
        "<Level_Tile_ID><SENSING_TIME>2022-10-05T11:56:49.581767Z</SENSING_TIME><Mean_Sun_Angle><ZENITH_ANGLE>57.5"
        f"</ZENITH_ANGLE><AZIMUTH_ANGLE>172.8</AZIMUTH_ANGLE></Mean_Sun_Angle>{view}</Level_Tile_ID>"
    )
    units = "".join(
        f'<byteStream size="{path.stat().st_size}"><fileLocation href="./{path.relative_to(root).as_posix()}"/>'
        "</byteStream>"
        for path in sorted(root.rglob("*"))
        if path.is_file()
    )
    (root / "manifest.safe").write_text(f"<XFDU>{units}</XFDU>")
    return root


def zipped(root, target, *, method=zipfile.ZIP_DEFLATED, inside=None):
    """Write a folder as a zip, as providers do: the folder itself is the first part of every name."""
    with zipfile.ZipFile(target, "w", method) as archive:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                archive.write(path, f"{inside or root.name}/{path.relative_to(root).as_posix()}")
    return target


def tarred(root, target):
    """Write the files of a folder as a tar without a folder, as USGS does."""
    with tarfile.open(target, "w") as archive:
        for path in sorted(root.iterdir()):
            archive.add(path, path.name)
    return target


def landsat(folder, name, groups, bands):
    """Write a Landsat product: groups of the MTL file, and files by the end of their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for tail, values in bands.items():
        write(folder / f"{name}_{tail}.TIF", values, pixel=15.0 if tail == "B8" else 30.0)
    lines = ["GROUP = LANDSAT_METADATA_FILE"]
    for group, fields in groups.items():
        lines += [
            f"  GROUP = {group}",
            *(f"    {key} = {value}" for key, value in fields.items()),
            f"  END_GROUP = {group}",
        ]
    text = "\n".join([*lines, "END_GROUP = LANDSAT_METADATA_FILE", "END", ""])
    (folder / f"{name}_MTL.txt").write_text(text)
    return folder


def landsat_c2_l2(
    folder, *, name="LC09_L2SP_206023_20230601_20230603_02_T1", number="02", tier="T1", tails=("SR_B4", "SR_B5")
):
    """Write Collection 2 Level-2, whose MTL states Level-1 factors under the same keys, after and before its own."""
    files = {f"FILE_NAME_BAND_{tail.removeprefix('SR_B')}": f'"{name}_{tail}.TIF"' for tail in tails}
    level1 = {
        f"REFLECTANCE_{part}_BAND_{n}": value for n in (4, 5) for part, value in (("MULT", "2.0E-05"), ("ADD", "-0.1"))
    }
    groups = {
        "LEVEL1_RADIOMETRIC_RESCALING": level1,
        "PRODUCT_CONTENTS": {
            "LANDSAT_PRODUCT_ID": f'"{name}"',
            "PROCESSING_LEVEL": '"L2SP"',
            "COLLECTION_NUMBER": number,
            "COLLECTION_CATEGORY": f'"{tier}"',
            "DIGITAL_OBJECT_IDENTIFIER": '"https://doi.org/10.5066/P9OGBGM6"',
            **files,
            "FILE_NAME_BAND_ST_B10": f'"{name}_ST_B10.TIF"',
            "FILE_NAME_QUALITY_L1_PIXEL": f'"{name}_QA_PIXEL.TIF"',
            "FILE_NAME_METADATA_ODL": f'"{name}_MTL.txt"',
        },
        "IMAGE_ATTRIBUTES": {
            "SPACECRAFT_ID": '"LANDSAT_9"',
            "SENSOR_ID": '"OLI_TIRS"',
            "WRS_PATH": 206,
            "DATE_ACQUIRED": "2023-06-01",
            "SCENE_CENTER_TIME": '"11:22:33.1234567Z"',
            "CLOUD_COVER": "-1",
            "SUN_AZIMUTH": 150.5,
            "SUN_ELEVATION": 50.5,
        },
        "PROJECTION_ATTRIBUTES": {
            "REFLECTIVE_LINES": 40,
            "REFLECTIVE_SAMPLES": 40,
            "GRID_CELL_SIZE_REFLECTIVE": "30.00",
        },
        "LEVEL2_PROCESSING_RECORD": {"PROCESSING_SOFTWARE_VERSION": '"LPGS_16.2.0"'},
        "LEVEL2_SURFACE_REFLECTANCE_PARAMETERS": {
            f"REFLECTANCE_{part}_BAND_{n}": value
            for n in (4, 5)
            for part, value in (("MULT", "2.75e-05"), ("ADD", "-0.2"))
        },
        "LEVEL2_SURFACE_TEMPERATURE_PARAMETERS": {
            "TEMPERATURE_MULT_BAND_ST_B10": "0.00341802",
            "TEMPERATURE_ADD_BAND_ST_B10": "149.0",
        },
        "LEVEL1_PROCESSING_RECORD": {"PROCESSING_SOFTWARE_VERSION": '"LPGS_0.0.0"'},
        "LEVEL1_MIN_MAX_REFLECTANCE": level1,
    }
    bands = {tail: pixels(i, low=8000, high=40000) for i, tail in enumerate(tails)}
    bands["ST_B10"] = pixels(9, low=40000, high=50000)
    bands["QA_PIXEL"] = np.where(np.arange(1600).reshape(40, 40) < 400, 22280, 21824).astype(np.uint16)
    return landsat(folder, name, groups, bands)


def landsat_l1(folder, *, name, contents, image=None, rescaling=None, quality=None):
    """Write a Level-1 product of any age, bands 4, 8 and 10."""
    files = {f"FILE_NAME_BAND_{n}": f'"{name}_B{n}.TIF"' for n in (4, 8, 10)}
    groups = {
        "PRODUCT_METADATA": {
            **contents,
            **files,
            "FILE_NAME_BAND_QUALITY": f'"{name}_BQA.TIF"',
            "METADATA_FILE_NAME": f'"{name}_MTL.txt"',
            "SPACECRAFT_ID": '"LANDSAT_8"',
            "SENSOR_ID": '"OLI_TIRS"',
            "WRS_PATH": 20,
            "DATE_ACQUIRED": "2017-08-04",
            "SCENE_CENTER_TIME": '"16:19:21.7917421Z"',
        },
        "IMAGE_ATTRIBUTES": {"CLOUD_COVER": 11.08, "SUN_AZIMUTH": 115.8, "SUN_ELEVATION": 30.0}
        if image is None
        else image,
        "RADIOMETRIC_RESCALING": {
            "RADIANCE_MULT_BAND_10": "3.3420E-04",
            **{f"REFLECTANCE_MULT_BAND_{n}": "2.0000E-05" for n in (4, 8)},
            **{f"REFLECTANCE_ADD_BAND_{n}": "-0.100000" for n in (4, 8)},
        }
        if rescaling is None
        else rescaling,
        "PROJECTION_PARAMETERS": {"GRID_CELL_SIZE_PANCHROMATIC": "15.00", "GRID_CELL_SIZE_REFLECTIVE": "30.00"},
    }
    bands = {"B4": pixels(1), "B8": pixels(2, shape=(80, 80)), "B10": pixels(3)}
    if quality is not None:
        bands["BQA"] = quality
    return landsat(folder, name, groups, bands)


def beside(folder: Path, name: str, body: dict) -> Path:
    """Write a provider's JSON."""
    path = folder / name
    path.write_text(json.dumps(body))
    return path
