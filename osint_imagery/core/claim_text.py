"""Reading a claim's text: a key given twice is a fault, and every fault is told with its line and column."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import yaml
from pydantic import ValidationError

__all__ = ["ClaimText", "explain_faults"]


class _Loader(yaml.SafeLoader):
    """The safe loader, strict about keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002 - yaml's signature
        """Return the mapping, or refuse a key that is there twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen and isinstance(key, yaml.ScalarNode):
                msg = f"{key.value!r} is given twice"
                raise yaml.constructor.ConstructorError(None, None, msg, key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClaimText:
    """A YAML text: what it says, and where each part of it stands.

    Parameters
    ----------
    body : object
        What the text says.
    root : yaml.Node or None
        The same as nodes with marks; None for an empty text.
    """

    body: object
    root: yaml.Node | None

    @classmethod
    def parse(cls, data: bytes) -> "ClaimText":
        """Read YAML bytes.

        Raises
        ------
        yaml.YAMLError
            If it is no YAML, or a key is given twice; the message holds line and column.

        Examples
        --------
        >>> text = ClaimText.parse(b"when: {start: 2022-09-01}")
        >>> text.body, text.where(("when", "start"))
        ({'when': {'start': datetime.date(2022, 9, 1)}}, 'line 1, column 15')
        """
        body: object = yaml.load(data, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
        return cls(body=body, root=yaml.compose(data, Loader=_Loader))

    def where(self, path: Sequence[str | int], *, key: bool = False) -> str:
        """Return line and column, from 1, of a part; of what surrounds it where the part itself is not there.

        Parameters
        ----------
        path : sequence of str or int
            Keys and positions from the root.
        key : bool
            Whether the last key is meant, not its value.
        """
        if self.root is None:
            return "line 1, column 1"
        node, mark = self.root, self.root.start_mark
        for index, part in enumerate(path):
            found = _step(node, part)
            if found is None:
                break
            name, node = found
            last = index == len(path) - 1
            mark = name.start_mark if name is not None and last and key else node.start_mark
        return f"line {mark.line + 1}, column {mark.column + 1}"


def _step(node: yaml.Node, part: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    """Return the key's node and the value's node one step down; None where there is no such part."""
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None


def explain_faults(err: ValidationError, text: ClaimText, name: str) -> str:
    """Return every fault of a claim in one line: line and column, field, what is wrong, and what was given."""
    lines = []
    for item in err.errors():
        kind, path = item["type"], (*item["loc"], *item.get("ctx", {}).get("at", ()))
        field = ".".join(str(part) for part in path) or "claim"
        got = "" if kind in {"missing", "value_error"} else f" (got {item['input']!r})"
        at = text.where(path, key=kind == "extra_forbidden")
        lines.append(f"{at}: {field}: {item['msg'].removeprefix('Value error, ')}{got}")
    return f"path={name!r} is not a complete claim: " + "; ".join(lines)
