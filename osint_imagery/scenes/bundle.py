"""The files of products, in a folder or an archive, by their names; readers of products see no difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from shapely.geometry import MultiPolygon, Polygon, box

from osint_imagery.core.aoi import AreaOfInterest
from osint_imagery.core.errors import InputError, ReadError
from osint_imagery.core.lineage import canonical_json
from osint_imagery.scenes.archive import members_of
from osint_imagery.scenes.location import LocalFile, Location
from osint_imagery.scenes.raster import Header
from osint_imagery.scenes.scene import Refused, Scene

__all__ = ["Bundle", "Claimed", "described", "outline_of", "refuse"]

_METADATA_BYTES = 64 << 20  # the largest metadata of a product known here has 10 MB


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundle:
    """Files of one or several products.

    Parameters
    ----------
    files : mapping of str to Location
        By name, relative, with ``/``.
    prefix : str
        What stands before a name in an address relative to the catalogue: ``"product.zip!"``, empty for a folder.
    """

    files: Mapping[str, Location]
    prefix: str = ""

    @classmethod
    def of_archive(cls, path: Path, href: str) -> "Bundle":
        """Return the files in an archive; raises what `members_of` raises."""
        return cls(files=members_of(path), prefix=f"{href}!")

    @classmethod
    def of_folder(cls, paths: Mapping[str, Path]) -> "Bundle":
        """Return the files of a folder."""
        return cls(files={name: LocalFile(path) for name, path in paths.items()})

    def href(self, name: str) -> str:
        """Return the address of a file relative to the catalogue."""
        return f"{self.prefix}{name}"

    def read(self, name: str) -> bytes:
        """Return the bytes of a metadata file.

        Raises
        ------
        MissingAssetError, ReadError
            If it is not there, cannot be read, or is too large for metadata.
        """
        place = self.files[name]
        if place.size() > _METADATA_BYTES:
            msg = f"path={self.href(name)!r} has {place.size()} bytes, too many for metadata; get the product again"
            raise ReadError(msg)
        with place.open() as stream:
            return stream.read()

    def below(self, root: str) -> dict[str, Location]:
        """Return the files under a folder, by their names inside it."""
        start = "" if root in {"", "."} else f"{root}/"
        return {name[len(start) :]: place for name, place in self.files.items() if name.startswith(start)}

    def told(self, error: Exception) -> str:
        """Return an error's message with addresses relative to the catalogue: a record names no machine."""
        text = str(error)
        for name, place in self.files.items():
            if place.href in text:
                text = text.replace(place.href, self.href(name))
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a reader of products recognized in a bundle.

    Parameters
    ----------
    entries : tuple of Scene or Refused
        One a product.
    names : frozenset of str
        Files that belong to them, and are no scenes of their own.
    """

    entries: tuple[Scene | Refused, ...]
    names: frozenset[str]


def refuse(bundle: Bundle, name: str, reason: str, *, metadata: bytes = b"", scene_id: str | None = None) -> Refused:
    """Return a product as refused, by the name of its folder or metadata file."""
    own = scene_id or PurePosixPath(name).name
    return Refused(id=own, reason=reason, href=bundle.href(name), metadata=metadata)


def outline_of(header: Header, name: str) -> Polygon | MultiPolygon:
    """Return the outline of a raster file in longitude and latitude.

    Raises
    ------
    InputError
        If the file has no place, or one off the Earth.
    """
    grid = header.grid
    if grid is None:
        msg = f"path={name!r} has no CRS or no transform"
        raise InputError(msg)
    return AreaOfInterest.from_geometry(grid.to_world(box(0, 0, grid.shape[1], grid.shape[0])), crs=grid.wkt).geometry


def described(header: Header) -> bytes:
    """Return what a raster file says about itself as JSON: metadata, where no provider's are at hand."""
    grid = header.grid
    transform = [repr(float(value)) for value in tuple(grid.transform)[:6]] if grid else []
    return canonical_json(
        {
            "crs": grid.crs if grid else None,
            "transform": transform,
            "shape": list(header.shape),
            "bands": header.count,
            "datetime": header.datetime,
        }
    )
