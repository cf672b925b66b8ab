"""What a dossier was made from: the scenes with their files' digests, the dates chosen, the settings, the libraries."""

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit, urlunsplit

import numpy as np
from pydantic import Field

from osint_imagery.core.errors import InputError, MissingAssetError
from osint_imagery.core.lineage import Json, canonical_json, digest_bytes
from osint_imagery.evidence.fields import Digest, Interval, Model, Text
from osint_imagery.evidence.strict import read_strictly
from osint_imagery.scenes.catalog import Catalog
from osint_imagery.scenes.checking import held_digest
from osint_imagery.scenes.packaged import bundled
from osint_imagery.scenes.scene import Asset, Scene

__all__ = [
    "INPUTS",
    "CatalogInput",
    "FileInput",
    "Inputs",
    "PredictionInput",
    "SceneInput",
    "SettingsInput",
    "address_of",
    "content_digest",
    "libraries_here",
    "path_of",
    "read_inputs",
    "scene_input",
]

INPUTS = "inputs.json"
"""The file's name in a dossier."""

_BUNDLED = "bundled:"
_LIBRARIES = ("numpy", "scipy", "scikit-image", "rasterio", "pyproj", "shapely")


class CatalogInput(Model):
    """The catalogue; `href` is null where it lay on the maker's machine and not beside the dossier."""

    name: str
    href: str | None
    digest: Digest | None


class FileInput(Model):
    """A file whose bytes went into a result; `digest` is of the bytes that were there, null where none were."""

    key: Text
    digest: Digest | None


class SceneInput(Model):
    """A scene that looked, with the files that were read of it; `content` leaves addresses out of the metadata."""

    id: Text
    href: str
    metadata: Digest
    content: Digest
    at_hand: bool
    sensor: Text
    acquired: Interval
    product_id: Text
    processing_version: str | None
    files: tuple[FileInput, ...]


class PredictionInput(Model):
    """The dates chosen for one prediction: what was compared, and every quiet pair that was tried."""

    prediction: Text
    compared: tuple[Text, Text] | None
    quiet: tuple[tuple[Text, Text], ...]


class SettingsInput(Model):
    """What was set: method, seed of the insertions, how many, and the finest pixel side of the archive, m."""

    detector: Text
    detector_version: Text
    seed: Annotated[int, Field(ge=0)]
    places: Annotated[int, Field(ge=1)]
    gsd_m: Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+)?$")]


class Inputs(Model):
    """Everything that a stranger needs to compute a dossier's records again, besides the claim and the pixels."""

    schema_: Literal["osint-imagery/inputs/1"] = Field(alias="schema", default="osint-imagery/inputs/1")
    catalog: CatalogInput
    settings: SettingsInput
    libraries: tuple[tuple[Text, Text], ...]
    scenes: tuple[SceneInput, ...]
    predictions: tuple[PredictionInput, ...]

    def body(self) -> bytes:
        """Return the inputs as canonical JSON (RFC 8785)."""
        return canonical_json(cast(Json, self.model_dump(mode="json", by_alias=True)))

    def plan_for(self, prediction: str) -> PredictionInput | None:
        """Return the dates chosen for a prediction, None where none are recorded."""
        return next((item for item in self.predictions if item.prediction == prediction), None)


def scene_input(scene: Scene, *, at_hand: bool, compared: bool) -> SceneInput:
    """Return a scene with the digests of the files that were read: its quality layer, and its bands where compared."""
    return SceneInput(
        id=scene.id,
        href=scene.href,
        metadata=digest_bytes(scene.metadata),
        content=content_digest(scene.metadata),
        at_hand=at_hand,
        sensor=scene.sensor.key,
        acquired=Interval.of(scene.acquired),
        product_id=scene.product_id,
        processing_version=scene.processing_version,
        files=tuple(FileInput(key=asset.key, digest=held_digest(asset)) for asset in _read(scene, compared=compared)),
    )


def _read(scene: Scene, *, compared: bool) -> tuple[Asset, ...]:
    quality = (scene.quality_asset,) if scene.quality_asset is not None else ()
    bands = tuple(scene.asset_for(band) for band in scene.bands) if compared else ()
    return tuple(dict.fromkeys((*bands, *quality)))


def content_digest(metadata: bytes) -> str:
    """Return the digest of a scene's metadata without addresses (links, hrefs), which differ between copies.

    Examples
    --------
    >>> content_digest(b'{"id": "a", "links": [], "assets": {"b": {"href": "./b.tif"}}}') == content_digest(
    ...     b'{"assets": {"b": {"href": "https://example.org/b.tif"}}, "id": "a"}'
    ... )
    True
    """
    try:
        body = json.loads(metadata)
    except (ValueError, RecursionError):  # not JSON: nothing is known of addresses in it
        return digest_bytes(metadata)
    return digest_bytes(json.dumps(_placeless(body), sort_keys=True, separators=(",", ":")).encode())


def _placeless(body: Any) -> Any:
    if isinstance(body, Mapping):
        return {key: _placeless(value) for key, value in body.items() if key not in {"href", "links"}}
    return [_placeless(item) for item in body] if isinstance(body, Sequence) and not isinstance(body, str) else body


def libraries_here() -> tuple[tuple[str, str], ...]:
    """Return what computes on this machine: versions of the libraries, kind of processor.

    The last bits of a sum depend on them: where all are the same, arrays are the same to the bit.
    """
    simd = np.show_config(mode="dicts").get("SIMD Extensions", {})
    found = [
        ("python", platform.python_version()),
        ("machine", platform.machine() or "not known"),
        ("vector instructions", " ".join((*simd.get("baseline", ()), *simd.get("found", ()))) or "not known"),
    ]
    for name in _LIBRARIES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "not known"))
    return tuple(found)


def address_of(catalog: Catalog, dossier: Path) -> str | None:
    """Return where a stranger finds the catalogue: an address on the network, bundled, or relative to the dossier.

    None for a folder of this machine: relative addresses are given only for what lies beside the dossier, so that
    both can be moved together and no machine is named.
    """
    if "://" in catalog.href:
        parts = urlsplit(catalog.href)
        host = parts.netloc.rsplit("@", 1)[-1]  # neither passwords nor signatures are recorded
        return urlunsplit((parts.scheme, host, parts.path, "", ""))
    if catalog.path is None:
        return None
    home, beside = bundled().resolve(), dossier.resolve().parent
    if catalog.path.is_relative_to(home):
        return _BUNDLED + catalog.path.relative_to(home).as_posix()
    return f"../{catalog.path.relative_to(beside).as_posix()}" if catalog.path.is_relative_to(beside) else None


def path_of(href: str, dossier: Path) -> str | Path:
    """Return what ``open_catalog`` takes for an address from :func:`address_of`.

    Raises
    ------
    InputError
        If the address leads out of the folder in which the dossier lies.
    MissingAssetError
        If nothing bundled has that name.
    """
    if "://" in href:
        return href
    if href.startswith(_BUNDLED):
        return bundled(href.removeprefix(_BUNDLED))
    beside = dossier.resolve().parent
    path = (dossier.resolve() / href).resolve()
    if not href.startswith("../") or not path.is_relative_to(beside):
        msg = f"catalog.href={href!r} of {INPUTS} leads out of the folder beside the dossier; give catalog="
        raise InputError(msg)
    if not path.exists():
        msg = f"catalog.href={href!r} of {INPUTS} is not there beside the dossier; give catalog="
        raise MissingAssetError(msg)
    return path


def read_inputs(data: bytes) -> Inputs:
    """Read the inputs strictly.

    Raises
    ------
    InputError
        If the bytes are not what a dossier writes.
    """
    return read_strictly(Inputs, data, INPUTS)
