"""Blocks in a text file: put in at its end, replaced where they stand, found again, taken out without a trace."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from osint_imagery.core.errors import InputError, VerificationError

__all__ = ["Block", "put_block", "strip_blocks", "take_block"]

# A block begins with a line that holds its identity, the number of line ends put before it, the digest of what
# follows up to the closing line, and the pictures that lie beside the file. What editors do on their own changes
# neither: other line ends, spaces at the ends of lines, no line end after the last line.
_BEGIN = "osint-imagery:report begin key={key} lead={lead} sha256={digest} figures={figures}"
_END = "osint-imagery:report end"
_FOUND = re.compile(
    rb"(?:<!-- |# )osint-imagery:report begin key=(?P<key>\S+) lead=(?P<lead>[0-2]) sha256=(?P<digest>[0-9a-f]{64}) "
    rb"figures=(?P<figures>[^\s>]*)(?: -->)?[ \t]*(?P<nl>\r?\n)(?P<body>.*?)"
    rb"(?:<!-- |# )osint-imagery:report end(?: -->)?[ \t]*(?P<last>\r?\n|\Z)",
    re.DOTALL,
)


_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One attached report in a text file.

    Parameters
    ----------
    key : str
        Identity of the report.
    lines : tuple of str
        What is shown, without spaces at the ends of lines.
    figures : tuple of (str, str)
        Relative path and SHA-256 (hexadecimal) of each picture that came with it.
    """

    key: str
    lines: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]


def put_block(data: bytes, block: Block, *, comment: bool, name: str) -> bytes:
    """Return the text with a block: in the place of the one of the same key, else at the end; all else stays.

    Parameters
    ----------
    data : bytes
        UTF-8 text, with other blocks or without.
    block : Block
        What to put in.
    comment : bool
        Whether every line is written as a comment (``# ...``), for YAML; otherwise as Markdown.
    name : str
        What messages call the file.

    Raises
    ------
    VerificationError, InputError
        As :func:`strip_blocks`.
    """
    newline = "\r\n" if b"\r\n" in data else "\n"
    last = None
    for found, held in _blocks(data, name):
        last = found
        if held.key == block.key:
            if held == block:
                return data
            written = _written(block, int(found["lead"]), newline, comment=comment)
            return data[: found.start()] + written + data[found.end() :]
    if last is not None and last.end() == len(data) and not last["last"]:
        data += newline.encode()  # an editor took the line end of the block before
    lead = 0 if not data else 1 if data.endswith(b"\n") else 2
    return data + (newline * lead).encode() + _written(block, lead, newline, comment=comment)


def take_block(data: bytes, key: str, *, name: str) -> bytes:
    """Return the text without the block of a key; without it the text is as it is.

    What was written above and below the block stays. Where both would run into one line, a line end stays between.
    """
    kept, at = b"", 0
    for found, held in _blocks(data, name):
        if held.key == key:
            kept += _without_lead(data[at : found.start()], found)
            at = found.end()
            open_line = kept.removeprefix(_BOM) and not kept.endswith(b"\n")
            if open_line and data[at:] and not data[at:].startswith((b"\n", b"\r\n")):
                kept += found["nl"]
        else:
            kept, at = kept + data[at : found.end()], found.end()
    return kept + data[at:]


def strip_blocks(data: bytes, *, name: str) -> tuple[bytes, tuple[Block, ...]]:
    """Return the text without our blocks, and the blocks.

    Raises
    ------
    VerificationError
        If a block was changed after it was attached: what somebody wrote is not thrown away.
    InputError
        If the text is not UTF-8.
    """
    blocks = tuple(block for _, block in _blocks(data, name))
    for block in blocks:
        data = take_block(data, block.key, name=name)
    return data, blocks


def _without_lead(before: bytes, found: re.Match[bytes]) -> bytes:
    for _ in range(int(found["lead"])):  # a lone \r before an own \n is the user's
        before = before.removesuffix(found["nl"] if before.endswith(found["nl"]) else b"\n")
    return before


def _written(block: Block, lead: int, newline: str, *, comment: bool) -> bytes:
    lines = [f"# {line}".rstrip() if comment else line.rstrip() for line in block.lines]
    begin = _BEGIN.format(
        key=block.key,
        lead=lead,
        digest=_digest("".join(f"{line}\n" for line in lines).encode()),
        figures=",".join(f"{name}:{digest}" for name, digest in block.figures),
    )
    marks = [f"# {text}" if comment else f"<!-- {text} -->" for text in (begin, _END)]
    return "".join(f"{line}{newline}" for line in (marks[0], *lines, marks[1])).encode()


def _digest(body: bytes) -> str:
    """Return the digest of lines, whatever their ends."""
    return hashlib.sha256(b"".join(line.rstrip() + b"\n" for line in body.split(b"\n")[:-1])).hexdigest()


def _blocks(data: bytes, name: str) -> Iterator[tuple[re.Match[bytes], Block]]:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as err:
        msg = f"target={name!r} is not UTF-8 text ({err}); save it as UTF-8 first"
        raise InputError(msg) from err
    for found in _FOUND.finditer(data):
        if _digest(found["body"]) != found["digest"].decode():
            msg = f"target={name!r}: the attached report was changed by hand; move the changes out of it, or delete it"
            raise VerificationError(msg, (msg,))
        yield found, _block(found)


def _block(found: re.Match[bytes]) -> Block:
    shown = [line.rstrip() for line in found["body"].decode().split("\n")[:-1]]
    if found.group(0).startswith(b"# "):
        shown = ["" if line == "#" else line.removeprefix("# ") for line in shown]
    pictures = [part.rpartition(":") for part in found["figures"].decode().split(",") if part]
    figures = tuple((name, digest) for name, _, digest in pictures)
    return Block(key=found["key"].decode(), lines=tuple(shown), figures=figures)
