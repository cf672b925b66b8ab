"""A scene: one acquisition as its provider describes it, with the files that hold its pixels."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from shapely.geometry import MultiPolygon, Polygon

from osint_imagery.core.errors import BandError
from osint_imagery.core.grid import Grid
from osint_imagery.core.timespan import TimeSpan
from osint_imagery.core.viewing import ViewingGeometry
from osint_imagery.scenes.location import Location
from osint_imagery.scenes.provider import provider_named
from osint_imagery.scenes.quality import ASSET_KEYS
from osint_imagery.scenes.sensors import Sensor

__all__ = ["Asset", "Refused", "Scene"]

_NOT_DATA = frozenset({"thumbnail", "overview", "visual", "metadata"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of a scene.

    Parameters
    ----------
    key : str
        Its name within the scene.
    location : Location or None
        Where its bytes are; None for a file elsewhere, which is never opened.
    href : str
        As the metadata writes it.
    digest : str or None
        Promised ``sha256:hex``; None where the metadata promises nothing.
    size : int or None
        Promised size, bytes.
    bands : tuple of str
        One name a raster band, the common name where known; empty where this is not a raster.
    scale, offset : float or None
        value = DN * scale + offset; None = not stated by the metadata, which is not 1 and not 0.
    each : tuple of (float, float)
        Scale and offset of each band, where a file states different ones; `scale` and `offset` are None then.
    nodata : float or None
        Fill value stated by the metadata.
    roles : tuple of str
        STAC roles.
    gsd_m : float or None
        Pixel side, m.
    media_type : str
        As stated, may be empty.
    unit : str or None
        Unit of the values stated by the metadata.
    checksum : str or None
        Promised checksum of another kind than SHA-256, a hexadecimal multihash.
    placed : Grid or None
        Where a person put the pixels of a file that has no place of its own.
    """

    key: str
    location: Location | None
    href: str
    digest: str | None
    size: int | None
    bands: tuple[str, ...]
    scale: float | None
    offset: float | None
    nodata: float | None
    roles: tuple[str, ...]
    gsd_m: float | None
    media_type: str
    unit: str | None = None
    checksum: str | None = None
    placed: Grid | None = None
    each: tuple[tuple[float, float], ...] = ()

    def scaling(self, band: str) -> tuple[float | None, float | None]:
        """Return scale and offset of a band."""
        return self.each[self.bands.index(band)] if self.each else (self.scale, self.offset)

    @property
    def is_scaled(self) -> bool:
        """Whether a scale or an offset is stated."""
        return bool(self.each) or self.scale is not None or self.offset is not None

    @property
    def path(self) -> Path | None:
        """The file on this machine, where it is a file of its own."""
        return None if self.location is None else self.location.local

    @property
    def is_data(self) -> bool:
        """Whether it holds measured pixels (not a picture, a thumbnail or metadata)."""
        return bool(self.bands) and not _NOT_DATA & set(self.roles) and self.key.lower() not in _NOT_DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One acquisition product: one footprint, one instant (or the span in which it lies).

    Parameters
    ----------
    id : str
        The item's id.
    sensor : Sensor
        What made it.
    acquired : TimeSpan
        When, UTC, from the metadata; a span where no more is known.
    footprint : Polygon or MultiPolygon
        Longitude and latitude (EPSG:4326), cut at the dateline.
    assets : tuple of Asset
        Its files.
    platform, processing_version : str or None
        Satellite and processing version (baseline) as stated.
    product_id : str
        The provider's product id; the item's id where none is stated (`notes` says so).
    sun_elevation_deg, sun_azimuth_deg, view_zenith_deg : float or None
        Angles at the scene's middle, degrees.
    relative_orbit : int or None
        Track number.
    scene_cloud_percent : float or None
        Cloud over the whole scene, percent; says nothing about the area of interest.
    simulated : bool
        Whether a program made the pixels.
    metadata : bytes
        The provider's metadata, verbatim.
    href : str
        Where the metadata was found, relative to the catalogue where local.
    license : str
        Licence of the data.
    doi : str or None
        DOI of the product.
    notes : tuple of str
        What a careful reader has to know; printed with the citation.
    source : str or None
        Who is to be credited where the sensor is not known.
    view_azimuth_deg : float or None
        From the ground toward the sensor, clockwise from north, degrees.
    tile : str or None
        Tile of a fixed grid (MGRS, WRS-2) that the product covers, as stated.
    processed : TimeSpan or None
        When the product was made, as stated.
    """

    id: str
    sensor: Sensor
    acquired: TimeSpan
    footprint: Polygon | MultiPolygon
    assets: tuple[Asset, ...]
    platform: str | None
    processing_version: str | None
    product_id: str
    sun_elevation_deg: float | None
    sun_azimuth_deg: float | None
    view_zenith_deg: float | None
    relative_orbit: int | None
    scene_cloud_percent: float | None
    simulated: bool
    metadata: bytes
    href: str
    license: str
    doi: str | None
    notes: tuple[str, ...]
    source: str | None = None
    view_azimuth_deg: float | None = None
    tile: str | None = None
    processed: TimeSpan | None = None

    @property
    def viewing(self) -> ViewingGeometry | None:
        """Sun and view angles and the track, None where nothing is stated."""
        angles = (self.sun_azimuth_deg, self.sun_elevation_deg, self.view_zenith_deg, self.view_azimuth_deg)
        if self.relative_orbit is None and all(angle is None for angle in angles):
            return None
        toward_sun, elevation, zenith, toward_sensor = angles
        return ViewingGeometry(
            sun_azimuth_deg=None if toward_sun is None else toward_sun % 360,  # some write -180 to 180
            sun_elevation_deg=elevation,
            view_zenith_deg=zenith,
            view_azimuth_deg=None if toward_sensor is None else toward_sensor % 360,
            relative_orbit=self.relative_orbit,
        )

    @property
    def metadata_suffix(self) -> str:
        """Ending of a file that holds the metadata: ``.json``, ``.xml``, or ``.txt`` for what is neither."""
        start = self.metadata.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        return {b"<": ".xml", b"{": ".json", b"": ".json"}.get(start, ".txt")

    @property
    def year(self) -> str:
        """Year of the acquisition, or ``first-last`` where the span covers several."""
        first, last = self.acquired.start.year, self.acquired.end.year
        return str(first) if first == last else f"{first}-{last}"

    @property
    def credit(self) -> str:
        """The line that has to stand beside the picture; carries the scene's year, never today's."""
        if self.simulated:
            version = self.processing_version or "not stated"
            return f"SIMULATED scene, not an observation (osint_imagery, simulation version {version})"
        named = provider_named(self.source) if self.sensor.key == "geotiff" else None
        if named is not None:
            return named.line(self.year)
        satellite = (self.platform or "").lower().replace("_", "-").rsplit("-", 1)[-1]
        line = self.sensor.credit.replace("Landsat-{satellite}", f"Landsat-{satellite}" if satellite else "Landsat")
        line = line.format(year=self.year, satellite=satellite, source=self.source or "not stated", version="")
        opera = self.sensor.key == "sentinel-1-rtc" and self.product_id.startswith("OPERA")
        return f"{line}; terrain-corrected by NASA/JPL OPERA" if opera else line

    @property
    def gsd_m(self) -> float | None:
        """Smallest pixel side among the readable bands, m; None where nobody says."""
        sizes = [asset.gsd_m for asset in self._data_assets if asset.gsd_m is not None]
        return min(sizes) if sizes else self.sensor.gsd_m

    @property
    def bands(self) -> tuple[str, ...]:
        """Bands that can be read, in the order of the metadata."""
        return tuple(dict.fromkeys(band for asset in self._data_assets for band in asset.bands))

    @property
    def is_measurable(self) -> bool:
        """Whether sizes, positions and brightness mean anything; a picture placed by control points is for looking."""
        return self.sensor.key != "picture"

    @property
    def comparable_bands(self) -> tuple[str, ...]:
        """Bands that can be read together: those of the unit that most have, without the panchromatic one."""
        units: dict[tuple[bool, str | None], list[str]] = {}
        for band in self.bands:
            asset = self.asset_for(band)
            units.setdefault((asset.is_scaled, asset.unit), []).append(band)
        most = max(units.values(), key=len, default=[])
        return tuple(band for band in most if band != "pan" or len(most) == 1)

    @property
    def quality_asset(self) -> Asset | None:
        """The file with the per-pixel quality layer; None where there is none that can be read."""
        if self.sensor.quality is None:
            return None
        keys = ASSET_KEYS[self.sensor.quality]
        found = [asset for asset in self.assets if asset.location is not None and _is_quality(asset, keys)]
        return min(found, key=lambda asset: asset.gsd_m or 0.0, default=None)

    def asset_for(self, band: str) -> Asset:
        """Return the file that holds a band, the finest where several do.

        Parameters
        ----------
        band : str
            One of :attr:`bands`.

        Returns
        -------
        Asset

        Raises
        ------
        BandError
            If no readable file holds it.
        """
        found = [asset for asset in self._data_assets if band in asset.bands]
        if not found:
            have = ", ".join(self.bands) or "no readable band"
            msg = f"band={band!r} is not in scene {self.id}; it has {have}"
            raise BandError(msg)
        return min(found, key=lambda asset: ("sampling:upsampled" in asset.roles, asset.gsd_m or 0.0))

    @property
    def _data_assets(self) -> tuple[Asset, ...]:
        keys = ASSET_KEYS[self.sensor.quality] if self.sensor.quality else ()
        return tuple(a for a in self.assets if a.location is not None and a.is_data and not _is_quality(a, keys))

    def __repr__(self) -> str:
        simulated = ", SIMULATED" if self.simulated else ""
        return f"Scene({self.id!r}, {self.sensor.key}, {self.acquired.label}, {len(self.bands)} bands{simulated})"

    def _repr_html_(self) -> str:
        return f"<code>{escape(repr(self))}</code><br><small>{escape(self.credit)}</small>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file or product that was offered and cannot be a scene, and why."""

    id: str
    reason: str
    href: str
    metadata: bytes


def _is_quality(asset: Asset, keys: tuple[str, ...]) -> bool:
    key = re.sub(r"^\d+_", "", asset.key.lower().removesuffix(".tif"))  # "0_mask" in NASA's catalogue
    return any(key == name or key.startswith(f"{name}_") for name in keys)
