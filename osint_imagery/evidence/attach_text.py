"""Blocks at the end of a text file: put in, found again, taken out without a trace."""

import hashlib
import re
from dataclasses import dataclass

from osint_imagery.core.errors import InputError, VerificationError

__all__ = ["Block", "insert_blocks", "strip_blocks"]

# A block begins with a line that holds its identity, the number of line ends put before it, the digest of what
# follows up to the closing line, and the pictures that lie beside the file.
_BEGIN = "osint-imagery:report begin key={key} lead={lead} sha256={digest} figures={figures}"
_END = "osint-imagery:report end"
_FOUND = re.compile(
    rb"(?:<!-- |# )osint-imagery:report begin key=(?P<key>\S+) lead=(?P<lead>[0-2]) sha256=(?P<digest>[0-9a-f]{64}) "
    rb"figures=(?P<figures>\S*)(?: -->)?(?P<nl>\r?\n)(?P<body>.*?)"
    rb"(?:<!-- |# )osint-imagery:report end(?: -->)?\r?\n",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One attached report in a text file.

    Parameters
    ----------
    key : str
        Identity of the report.
    lines : tuple of str
        What is shown.
    figures : tuple of (str, str)
        Relative path and SHA-256 (hexadecimal) of each picture that came with it.
    """

    key: str
    lines: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]


def insert_blocks(original: bytes, blocks: tuple[Block, ...], *, comment: bool) -> bytes:
    """Return the text with blocks at its end; every byte of the original stays.

    Parameters
    ----------
    original : bytes
        UTF-8 text.
    blocks : tuple of Block
        In order.
    comment : bool
        Whether every line is written as a comment (``# ...``), for YAML; otherwise as Markdown.
    """
    newline = "\r\n" if b"\r\n" in original else "\n"
    data = original
    for block in blocks:
        body = "".join(f"{f'# {line}'.rstrip() if comment else line}{newline}" for line in block.lines).encode()
        lead = 0 if not data else 1 if data.endswith(b"\n") else 2
        begin = _BEGIN.format(
            key=block.key,
            lead=lead,
            digest=hashlib.sha256(body).hexdigest(),
            figures=",".join(f"{name}:{digest}" for name, digest in block.figures),
        )
        marks = [f"# {text}" if comment else f"<!-- {text} -->" for text in (begin, _END)]
        data += (newline * lead + marks[0] + newline).encode() + body + (marks[1] + newline).encode()
    return data


def strip_blocks(data: bytes, *, name: str) -> tuple[bytes, tuple[Block, ...]]:
    """Return the text without our blocks, and the blocks.

    Raises
    ------
    VerificationError
        If a block was changed after it was attached: what somebody wrote is not thrown away.
    InputError
        If the text is not UTF-8.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as err:
        msg = f"target={name!r} is not UTF-8 text ({err}); save it as UTF-8 first"
        raise InputError(msg) from err
    kept, blocks, at = b"", [], 0
    for found in _FOUND.finditer(data):
        if hashlib.sha256(found["body"]).hexdigest() != found["digest"].decode():
            msg = f"target={name!r}: the attached report was changed by hand; move the changes out of it, or delete it"
            raise VerificationError(msg, (msg,))
        before = data[at : found.start()]
        for _ in range(int(found["lead"])):
            before = before.removesuffix(found["nl"])
        kept, at = kept + before, found.end()
        blocks.append(_block(found))
    return kept + data[at:], tuple(blocks)


def _block(found: re.Match[bytes]) -> Block:
    body = found["body"].decode().replace("\r\n", "\n")
    shown = body.split("\n")[:-1]
    if found.group(0).startswith(b"# "):
        shown = ["" if line == "#" else line.removeprefix("# ") for line in shown]
    pictures = [part.rpartition(":") for part in found["figures"].decode().split(",") if part]
    figures = tuple((name, digest) for name, _, digest in pictures)
    return Block(key=found["key"].decode(), lines=tuple(shown), figures=figures)
