"""A copy of some looks at the simulated port, to be damaged."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from osint_imagery.core.lineage import digest_file
from osint_imagery.scenes.catalog import open_catalog
from osint_imagery.scenes.packaged import bundled
from osint_imagery.scenes.scene import Scene


class PortCopy:
    """Some looks at the port in a folder of their own."""

    def __init__(self, root: Path, days: tuple[str, ...]) -> None:
        home = bundled("port")
        self.root = root
        self.catalog = root / "catalog.json"
        root.mkdir(parents=True)
        body = json.loads((home / "catalog.json").read_text())
        keep = [link for link in body["links"] if link["rel"] != "item" or link["href"].split("port-")[1][:8] in days]
        self.catalog.write_text(json.dumps({**body, "links": keep}))
        for day in days:
            shutil.copytree(home / f"port-{day}", root / f"port-{day}")

    def file(self, day: str, name: str = "pixels.tif") -> Path:
        return self.root / f"port-{day}" / name

    def edit(self, day: str, change: Callable[[dict[str, Any]], None]) -> None:
        path = self.file(day, "item.json")
        body = json.loads(path.read_text())
        change(body)
        path.write_text(json.dumps(body))

    def promise(self, day: str, key: str = "pixels", name: str = "pixels.tif") -> None:
        """Write the digest and size of the file that is there into the item."""
        path = self.file(day, name)
        fields = {"file:checksum": "1220" + digest_file(path)[7:], "file:size": path.stat().st_size}
        self.edit(day, lambda item: item["assets"][key].update(fields))

    def scenes(self) -> tuple[Scene, ...]:
        return tuple(open_catalog(self.catalog).scenes())
