"""How a scene is cited: credit line, reference with digests and access time, BibTeX, CSL-JSON."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from osint_imagery.core.lineage import digest_bytes, digest_file
from osint_imagery.core.timespan import iso, utc
from osint_imagery.scenes.scene import Asset, Scene

__all__ = ["Citation", "cite_scene"]

_BIBTEX_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "$": r"\$",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


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


def cite_scene(scene: Scene, accessed: datetime) -> Citation:
    """Cite a scene so that a stranger can find the same bytes.

    Parameters
    ----------
    scene : Scene
        What was used.
    accessed : aware datetime
        When its files were obtained.

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
    moment = utc(accessed)
    version = f"processing version {scene.processing_version or 'not stated'}"
    doi = f"https://doi.org/{scene.doi}" if scene.doi else "DOI not stated"
    digests = "; ".join(_digest_text(asset) for asset in _cited(scene)) or "no file on record"
    parts = (
        f"{scene.credit}.",
        f"{_title(scene)}, product {scene.product_id}, {version}, acquired {scene.acquired.label}.",
        f"{_publisher(scene)}. {doi}. License: {scene.license}.",
        f"Accessed {iso(moment)}.",
        f"Files: {digests}; metadata {digest_bytes(scene.metadata)}.",
        *(f"Note: {note}." for note in scene.notes),
    )
    text = " ".join(parts)
    return Citation(
        credit=scene.credit, text=text, bibtex=_bibtex(scene, moment, text), csl=_csl(scene, moment, digests)
    )


def _cited(scene: Scene) -> list[Asset]:
    quality = scene.quality_asset
    found = [scene.asset_for(band) for band in scene.bands] + ([quality] if quality else [])
    return list(dict.fromkeys(found))


def _digest_text(asset: Asset) -> str:
    if asset.digest is not None:
        return f"{asset.key} {asset.digest}"
    if asset.path is not None and asset.path.is_file():
        return f"{asset.key} {digest_file(asset.path)} (computed here, not promised by the source)"
    return f"{asset.key} digest not stated"


def _title(scene: Scene) -> str:
    return f"{scene.sensor.name}{f' ({scene.platform})' if scene.platform else ''}"


def _publisher(scene: Scene) -> str:
    if scene.simulated:
        return "Simulated by osint_imagery"
    if scene.sensor.key.startswith("sentinel"):
        return "European Space Agency (Copernicus)"
    if scene.sensor.key.startswith("landsat"):
        return "U.S. Geological Survey"
    return scene.source or "Publisher not stated"


def _bibtex(scene: Scene, moment: datetime, text: str) -> str:
    fields = {
        "title": f"{_title(scene)}: {scene.product_id}",
        "author": f"{{{_publisher(scene)}}}",
        "year": scene.year,
        "doi": scene.doi or "",
        "note": text,
        "urldate": f"{moment:%Y-%m-%d}",
    }
    key = re.sub(r"[^A-Za-z0-9]+", "-", scene.id).strip("-")
    body = ",\n".join(f"  {name} = {{{_escaped(name, value)}}}" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{body}\n}}\n"


def _escaped(name: str, value: str) -> str:
    if name == "doi":
        return value
    if name == "author":
        return "{" + value[1:-1].translate(_BIBTEX_SPECIAL) + "}"
    return value.translate(_BIBTEX_SPECIAL)


def _csl(scene: Scene, moment: datetime, digests: str) -> str:
    start, end = scene.acquired.start, scene.acquired.end
    days = [[start.year, start.month, start.day]]
    if end.date() != start.date():
        days.append([end.year, end.month, end.day])
    entry = {
        "id": scene.id,
        "type": "dataset",
        "title": f"{_title(scene)}: {scene.product_id}",
        "publisher": _publisher(scene),
        "version": scene.processing_version or "not stated",
        "issued": {"date-parts": days},
        "accessed": {"date-parts": [[moment.year, moment.month, moment.day]], "raw": iso(moment)},
        "license": scene.license,
        "note": f"{scene.credit}; {digests}",
        **({"DOI": scene.doi} if scene.doi else {}),
    }
    return json.dumps(entry, indent=1, ensure_ascii=False, sort_keys=True)
