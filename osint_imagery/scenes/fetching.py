"""What a fetch would bring: which files, and how large they are."""

from collections.abc import Iterable
from dataclasses import dataclass

from osint_imagery.scenes.scene import Asset, Scene

__all__ = ["Fetching", "file_of"]


def file_of(asset: Asset) -> object:
    """Return what tells a file from every other one: assets of many scenes are written with one relative address."""
    return asset.href if asset.location is None else asset.location


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """What a fetch would bring.

    Parameters
    ----------
    assets : tuple of (Scene, Asset)
        Files to bring, each with its scene.
    sizes : tuple of int or None
        Bytes of each, as promised or as its server states it; None where nobody does.
    """

    assets: tuple[tuple[Scene, Asset], ...]
    sizes: tuple[int | None, ...]

    @property
    def total_bytes(self) -> int:
        """Of all whose size is known."""
        return self.bytes_without(())

    @property
    def unknown(self) -> tuple[str, ...]:
        """Addresses of those whose size nobody states."""
        found = {
            file_of(asset): asset.href for (_, asset), size in zip(self.assets, self.sizes, strict=True) if size is None
        }
        return tuple(found.values())

    def bytes_without(self, here: Iterable[Asset]) -> int:
        """Return the bytes of all files whose size is known, without those of some assets; a file counts once."""
        done = {file_of(asset) for asset in here}
        sizes = {file_of(asset): size or 0 for (_, asset), size in zip(self.assets, self.sizes, strict=True)}
        return sum(size for file, size in sizes.items() if file not in done)

    @property
    def label(self) -> str:
        """In words."""
        scenes = len({id(scene) for scene, _ in self.assets})
        more = f", and {len(self.unknown)} of unknown size" if self.unknown else ""
        files = len({file_of(asset) for _, asset in self.assets})
        return f"{files} files of {scenes} scenes, {self.total_bytes / 1e6:.1f} MB{more}"
