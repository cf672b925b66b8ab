"""Landsat's MTL text: groups of ``KEY = VALUE``; a key means what its group says, the same key stands in several."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from osint_imagery.core.errors import CatalogError, ReadError

__all__ = ["MTL"]

_LINE = re.compile(r'\s*([A-Z0-9_]+)\s*=\s*(?:"([^"]*)"|(\S+))\s*')


@dataclass(frozen=True, slots=True)
class MTL:
    r"""The groups of an MTL file.

    Parameters
    ----------
    groups : mapping of str to mapping
        Keys and values of each innermost group.

    Examples
    --------
    >>> text = b'GROUP = A\n GROUP = B\n  X = "1 2"\n END_GROUP = B\nEND_GROUP = A\nEND\n'
    >>> MTL.parse(text, "x_MTL.txt").word("X", "B")
    '1 2'
    """

    groups: Mapping[str, Mapping[str, str]]

    @classmethod
    def parse(cls, data: bytes, name: str) -> "MTL":
        """Parse the text of a file.

        Raises
        ------
        ReadError
            If it is no MTL text, or ends before its last group does.
        """
        groups: dict[str, dict[str, str]] = {}
        open_groups: list[str] = []
        for line in data.decode("utf-8", errors="replace").splitlines():
            found = _LINE.fullmatch(line)
            if found is None:
                continue
            key, value = found[1], found[2] if found[2] is not None else found[3]
            if key == "GROUP":
                open_groups.append(value)
            elif key == "END_GROUP" and open_groups and open_groups[-1] == value:
                open_groups.pop()
            elif open_groups:
                groups.setdefault(open_groups[-1], {})[key] = value
        if open_groups or not groups:
            msg = f"path={name!r} is no whole MTL text (open groups: {open_groups}); get the product again"
            raise ReadError(msg)
        return cls(groups)

    def word(self, key: str, *groups: str) -> str | None:
        """Return a value from the first of some groups that has it, None where none does."""
        return next((self.groups[group][key] for group in groups if key in self.groups.get(group, {})), None)

    def needed(self, key: str, *groups: str) -> str:
        """Return a value without which there is no scene."""
        value = self.word(key, *groups)
        if value is None:
            msg = f"the MTL file states no {key} in {' or '.join(groups)}; get the product again"
            raise CatalogError(msg)
        return value

    def number(self, key: str, *groups: str) -> float | None:
        """Return a value as a number, None where none is stated."""
        value = self.word(key, *groups)
        if value is None:
            return None
        try:
            return float(value)
        except ValueError as err:
            msg = f"the MTL file states {key}={value!r}, which is no number; get the product again"
            raise CatalogError(msg) from err
