"""How a scene is cited: credit line, reference with digests and access time, BibTeX, CSL-JSON."""

import json
from dataclasses import dataclass
from datetime import datetime

from osint_imagery.core.lineage import digest_bytes
from osint_imagery.core.reference import Reference
from osint_imagery.core.timespan import TimeSpan, iso, utc
from osint_imagery.scenes.checking import held_digest
from osint_imagery.scenes.provider import publisher_of
from osint_imagery.scenes.scene import Asset, Scene

__all__ = ["Citation", "Product", "cite_scene", "scene_reference", "scene_title"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One scene's citation.

    Parameters
    ----------
    credit : str
        The line that has to stand beside the picture.
    text : str
        Plain reference: product, processing version, acquisition, DOI, access time, digests.
    bibtex, csl : str
        The same as a BibTeX ``@misc`` entry and as CSL-JSON of type ``dataset``.
    """

    credit: str
    text: str
    bibtex: str
    csl: str


def cite_scene(scene: Scene, accessed: datetime, *, modified: bool = True) -> Citation:
    """Cite a scene so that a stranger can find the same bytes.

    Parameters
    ----------
    scene : Scene
        What was used.
    accessed : aware datetime
        When its files were obtained.
    modified : bool
        Whether the pixels shown were processed, as all that this library shows are; False for the provider's own
        picture as it came.

    Raises
    ------
    TimeError
        If `accessed` has no time zone.

    Examples
    --------
    >>> from datetime import UTC
    >>> from osint_imagery.scenes.catalog import open_catalog
    >>> from osint_imagery.scenes.packaged import bundled
    >>> scene = next(open_catalog(bundled("port/catalog.json")).scenes())
    >>> cite_scene(scene, datetime(2026, 1, 1, tzinfo=UTC)).credit
    'SIMULATED scene, not an observation (osint_imagery, simulation version 1)'
    """
    credit = scene.credit if modified else scene.credit.replace("Contains modified Copernicus", "Copernicus", 1)
    moment, publisher = utc(accessed), publisher_of(scene.sensor.key, scene.credit)
    sensor = f"{scene.sensor.name}{f' ({scene.platform})' if scene.platform else ''}"
    version = f"processing version {scene.processing_version or 'not stated'}"
    doi = f"https://doi.org/{scene.doi}" if scene.doi else "DOI not stated"
    digests = "; ".join(_digest_text(asset) for asset in _cited(scene)) or "no file on record"
    parts = (
        f"{credit}.",
        f"{sensor}, product {scene.product_id}, {version}, acquired {scene.acquired.label}.",
        f"{publisher}. {doi}. License: {scene.license}.",
        f"Accessed {iso(moment)}.",
        f"Files: {digests}; metadata {digest_bytes(scene.metadata)}.",
        *(f"Note: {note}." for note in scene.notes),
    )
    text = " ".join(parts)
    found = scene_reference(
        scene_id=scene.id,
        title=scene_title(scene.sensor.name, scene.platform, scene.product_id),
        publisher=publisher,
        acquired=scene.acquired,
        accessed=moment,
        about=Product(version=scene.processing_version, doi=scene.doi, license=scene.license, text=text),
    )
    csl = json.dumps(found.csl, indent=1, ensure_ascii=False, sort_keys=True)
    return Citation(credit=credit, text=text, bibtex=found.bibtex, csl=csl)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a provider states of a product, and the plain reference."""

    version: str | None
    doi: str | None
    license: str
    text: str


def scene_reference(
    *, scene_id: str, title: str, publisher: str, acquired: TimeSpan, accessed: datetime, about: Product
) -> Reference:
    """Return a scene as a data set issued when it was acquired: the year is that of the data, never today's."""
    days = dict.fromkeys((day.year, day.month, day.day) for day in (acquired.start, acquired.end))
    return Reference(
        key=scene_id,
        kind="dataset",
        title=title,
        authors=(publisher,),
        publisher=publisher,
        issued=tuple(days),
        version=about.version or "not stated",
        license=about.license,
        doi=about.doi or "",
        accessed=accessed,
        note=about.text,
    )


def _cited(scene: Scene) -> list[Asset]:
    quality = scene.quality_asset
    found = [scene.asset_for(band) for band in scene.bands] + ([quality] if quality else [])
    return list(dict.fromkeys(found))


def _digest_text(asset: Asset) -> str:
    if asset.digest is not None:
        return f"{asset.key} {asset.digest}"
    found = held_digest(asset)
    if found is not None:
        return f"{asset.key} {found} (computed here, not promised by the source)"
    return f"{asset.key} digest not stated"


def scene_title(sensor_name: str, platform: str | None, product_id: str) -> str:
    """Return sensor, satellite where stated, and product id: what a reference calls a scene."""
    return f"{sensor_name}{f' ({platform})' if platform else ''}: {product_id}"
