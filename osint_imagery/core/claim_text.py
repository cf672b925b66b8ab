"""Reading a claim's text: what may be read in two ways is a fault, and every fault is told with its line and column."""

import codecs
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from reprlib import Repr
from typing import Any

import yaml
from pydantic import ValidationError

__all__ = ["ClaimText", "explain_faults", "yaml_of"]


_SURE = re.compile(
    r"[-+]?(0|[1-9][0-9]*)|[-+]?(0|[1-9][0-9]*)\.[0-9]*([eE][-+][0-9]+)?|\.[0-9]+([eE][-+][0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|true|True|TRUE|false|False|FALSE"
)
"""Unquoted words that YAML 1.1 and YAML 1.2 (its core schema) read as the same number or truth value."""

_UNSURE = re.compile(
    r"[-+]?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|[-+]?\.[0-9][0-9_]*([eE][-+]?[0-9]+)?"
    r"|[-+]?0[box][0-9a-fA-F_]+|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|[+]\.(inf|Inf|INF)"
    r"|y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|<<|="
)
"""Those that at least one of the two reads as a number, a truth value or a command."""


class _Loader(yaml.SafeLoader):
    """The safe loader, strict about keys and about words that two versions of YAML read differently.

    A date without quotes is text, as in YAML 1.2: it stays as it was written.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 - yaml's own attribute
        first: [(tag, pattern) for tag, pattern in known if tag != "tag:yaml.org,2002:timestamp"]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_scalar_node(self, anchor: dict[Any, yaml.Node]) -> yaml.ScalarNode:
        """Return the word's node, or refuse one without quotes that may be read in two ways."""
        event: yaml.ScalarEvent = self.peek_event()  # type: ignore[no-untyped-call]  # yaml's own
        word = event.value
        if event.implicit[0] and _UNSURE.fullmatch(word) and not _SURE.fullmatch(word):
            raise yaml.composer.ComposerError(None, None, _doubt(word), event.start_mark)  # type: ignore[arg-type]  # yaml's own mark
        return super().compose_scalar_node(anchor)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002 - yaml's signature
        """Return the mapping, or refuse a key that is there twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                msg = "a list or a mapping stands where a field's name should; write the name"
                raise yaml.constructor.ConstructorError(None, None, msg, key.start_mark)
            if key.value in seen:
                msg = f"{key.value!r} is given twice"
                raise yaml.constructor.ConstructorError(None, None, msg, key.start_mark)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


_FOLDED = frozenset("\x85\u2028\u2029")


class _Dumper(yaml.SafeDumper):
    """The safe dumper, which also puts in quotes what the loader would refuse without."""


def _in_quotes(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "'" if _UNSURE.fullmatch(text) else None
    if not _FOLDED.isdisjoint(text):
        style = '"'  # written as escapes: in other styles they are read back as spaces
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _in_quotes)


def yaml_of(fields: Mapping[str, Any]) -> str:
    r"""Return fields as YAML that the loader reads back as they are.

    Examples
    --------
    >>> yaml_of({"name": "no", "size": 60})
    "name: 'no'\nsize: 60\n"
    """
    return yaml.dump(dict(fields), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)


def _doubt(word: str) -> str:
    if word == "<<":
        return "'<<' copies fields in YAML 1.1 and is a name in YAML 1.2; write the fields out"
    known = yaml.safe_load(word)
    read = f" ({known!r})" if known != word else ""
    return (
        f"{word!r} without quotes is a number or truth value in one version of YAML{read} and something else in "
        f"another; write {word!r} in quotes if it is text, else 60, 0.5, true or false in plain form"
    )


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
            If it is no YAML, a key is given twice, or a word without quotes is a number or truth value in one version
            of YAML and not in another (``060``, ``12:30``, ``no``); the message holds line and column.
        ValueError
            If the bytes are no text, or hold a control character; with line and column.

        Examples
        --------
        >>> text = ClaimText.parse(b"when: {start: 2022-09-01}")
        >>> text.body, text.where(("when", "start"))
        ({'when': {'start': '2022-09-01'}}, 'line 1, column 15')
        """
        _refuse_unreadable(data)
        loader = _Loader(data)
        try:
            root = loader.get_single_node()
            return cls(body=None if root is None else loader.construct_document(root), root=root)
        finally:
            loader.dispose()

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


def _refuse_unreadable(data: bytes) -> None:
    """Refuse bytes that are no text and characters that YAML does not allow, and say where: the parser does not."""
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError as err:
        at = _line_of(data[: err.start].decode("utf-8", errors="replace"))
        msg = f"{at}: byte 0x{data[err.start]:02x} is not {err.encoding.upper()}; save the file as UTF-8"
        raise ValueError(msg) from err
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if found is not None:
        msg = f"{_line_of(text[: found.start()])}: control character {found.group()!r}; take it out"
        raise ValueError(msg)


def _line_of(before: str) -> str:
    return f"line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"


def _step(node: yaml.Node, part: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    """Return the key's node and the value's node one step down; None where there is no such part."""
    if isinstance(node, yaml.MappingNode):
        return next(((name, value) for name, value in node.value if name.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None


_SHOWN = 100
_GOT = Repr()
"""Shows what was given as far as a reader needs it: what refers to itself over and over would fill a disk."""
_GOT.maxlevel, _GOT.maxstring, _GOT.maxlong, _GOT.maxother = 3, _SHOWN, _SHOWN, _SHOWN


def explain_faults(err: ValidationError, text: ClaimText, name: str) -> str:
    """Return every fault of a claim in one line: line and column, field, what is wrong, and what was given."""
    lines = []
    for item in err.errors():
        kind, path = item["type"], (*item["loc"], *item.get("ctx", {}).get("at", ()))
        field = ".".join(str(part) for part in path) or "claim"
        got = "" if kind in {"missing", "value_error"} else f" (got {_GOT.repr(item['input'])[:_SHOWN]})"
        at = text.where(path, key=kind == "extra_forbidden")
        lines.append(f"{at}: {field}: {item['msg'].removeprefix('Value error, ')}{got}")
    return f"path={name!r} is not a complete claim: " + "; ".join(lines)
