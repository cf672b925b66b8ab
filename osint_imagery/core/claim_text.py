"""Reading a claim's text: a key given twice is a fault, and every fault is told in words."""

from collections.abc import Hashable
from pathlib import Path

import yaml
from pydantic import ValidationError

__all__ = ["explain_faults", "read_yaml"]


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


def read_yaml(data: bytes) -> object:
    """Return what YAML bytes say.

    Raises
    ------
    yaml.YAMLError
        If it is no YAML, or a key is given twice.

    Examples
    --------
    >>> read_yaml(b"when: {start: 2022-09-01}")
    {'when': {'start': datetime.date(2022, 9, 1)}}
    """
    loaded: object = yaml.load(data, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    return loaded


def explain_faults(err: ValidationError, path: Path) -> str:
    """Return every fault of a claim in one line: where, what, and what was given."""
    lines = []
    for item in err.errors():
        where = ".".join(str(part) for part in item["loc"]) or "claim"
        got = "" if item["type"] in {"missing", "value_error"} else f" (got {item['input']!r})"
        lines.append(f"{where}: {item['msg'].removeprefix('Value error, ')}{got}")
    return f"path={path.name!r} is not a complete claim: " + "; ".join(lines)
