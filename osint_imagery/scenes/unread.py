"""Files of a folder that could be imagery, or hold some, and are not read: what to do with each."""

from pathlib import Path, PurePosixPath

__all__ = ["RASTERS", "why_unread"]

RASTERS = (".tif", ".tiff", ".jp2")
"""Endings of the files that are read as scenes of no product."""

_TABLE = "a table is a catalogue of its own: give its path to open_catalog"
_CONVERT = "this format is not read in a folder; write its bands as GeoTIFF, with a sidecar (docs/scenes.md)"
_UNPACK = "a compressed file or an archive of this kind is not read; unpack it"
_PICTURE = "a picture without control points has no place; write them into its sidecar (docs/scenes.md)"
_REASONS = {
    _TABLE: (".parquet", ".geoparquet"),
    _CONVERT: (
        *(".nc", ".nc4", ".cdf", ".h5", ".hdf5", ".hdf", ".he5", ".hdf4", ".zarr", ".grib", ".grib2", ".grb"),
        *(".img", ".vrt", ".ecw", ".sid", ".j2k", ".jpx", ".j2c", ".ntf", ".nitf", ".nsf", ".bil", ".bsq", ".bip"),
        *(
            ".dat",
            ".dim",
            ".pix",
            ".asc",
            ".ers",
            ".rst",
            ".kea",
            ".gpkg",
            ".mbtiles",
            ".btf",
            ".tf8",
            ".gtif",
            ".gtiff",
        ),
    ),
    _UNPACK: (".gz", ".bz2", ".xz", ".zst", ".z", ".lz4", ".lzma", ".7z", ".rar", ".tbz2", ".txz"),
    _PICTURE: (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".heic", ".avif"),
}
_BY_ENDING = {ending: reason for reason, endings in _REASONS.items() for ending in endings}


def why_unread(name: str | Path) -> str:
    """Return why a file that could be imagery is not read, by its name; empty where it is none.

    Examples
    --------
    >>> why_unread("scene.tif.gz")
    'a compressed file or an archive of this kind is not read; unpack it'
    >>> why_unread("notes.txt")
    ''
    """
    return _BY_ENDING.get(PurePosixPath(name).suffix.lower(), "")
