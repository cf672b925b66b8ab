"""What editors and writers do to a file leaves a report in its place, and removable to the byte."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osint_imagery.core.claim import Claim
from osint_imagery.evidence.attach import attach, detach
from osint_imagery.evidence.attach_text import Block, put_block, strip_blocks, take_block
from osint_imagery.evidence.claim_file import ClaimFile
from osint_imagery.evidence.record import record_of

Maker = Callable[..., Path]

MARKDOWN = "---\ntitle:   'Кто'  \n---\n# A claim\n\ntext"
LINES = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
BODIES = st.text(alphabet=st.sampled_from("ab\r\n# <!->é"), max_size=40)


BLOCKS = (
    Block(key="k", lines=("## A report", "", "> é # <!-- a -->"), figures=()),
    Block(key="l", lines=(), figures=(("a/b.png", "0" * 64),)),
)


def both_in(data: bytes, *, comment: bool, blocks: tuple[Block, ...] = BLOCKS) -> bytes:
    for block in blocks:
        data = put_block(data, block, comment=comment, name="x")
    return data


@given(original=BODIES, lines=st.lists(LINES.map(str.rstrip), max_size=4), comment=st.booleans(), bom=st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_text_comes_back_to_the_byte(original: str, lines: list[str], comment: bool, bom: bool) -> None:
    data = b"\xef\xbb\xbf" * bom + original.encode()
    blocks = (Block(key="k", lines=tuple(lines), figures=()), BLOCKS[1])
    after = both_in(data, comment=comment, blocks=blocks)
    assert strip_blocks(after, name="x") == (data, blocks)
    assert both_in(after, comment=comment, blocks=blocks) == after
    for first, second in ((0, 1), (1, 0)):  # one by one, in either order
        rest = take_block(after, blocks[first].key, name="x")
        assert strip_blocks(rest, name="x") == (data, (blocks[second],))
        assert take_block(rest, blocks[second].key, name="x") == data


def lf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


EDITS: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda data: data,
    "LF to CRLF": lambda data: lf(data).replace(b"\n", b"\r\n"),
    "CRLF to LF": lf,
    "last line end stripped": lambda data: data.removesuffix(b"\n").removesuffix(b"\r"),
    "BOM added": lambda data: b"\xef\xbb\xbf" + data.removeprefix(b"\xef\xbb\xbf"),
    "spaces after the report's lines": lambda data: data.replace(b"# A report", b"# A report  ").replace(
        b"report end -->", b"report end --> "
    ),
}
TEXTS = st.sampled_from(
    ["", "\n", "text", "text\n", "text\n\n", "---\ntitle: x\n---\n# A claim\n\ntext", "a\r\nb\r\n", "# a\n\n- é  \n"]
)


@given(
    above=TEXTS,
    edits=st.lists(st.sampled_from(sorted(EDITS)), max_size=3, unique=True),
    comment=st.booleans(),
    below=TEXTS,
    new=LINES,
)
@settings(max_examples=300, deadline=None)
def test_what_editors_do_leaves_a_report_in_its_place_and_removable(
    *, above: str, edits: list[str], comment: bool, below: str, new: str
) -> None:
    """After the same edits without the report the same text is there: nothing of it is kept, nothing of it is lost."""
    joined = above and below and not above.endswith("\n") and not below.startswith(("\n", "\r\n"))
    after = both_in(above.encode(), comment=comment) + below.encode()
    plain = (above + "\n" * bool(joined) + below).encode()  # never run together on one line
    for name in edits:
        if name == "last line end stripped" and not below.endswith("\n"):
            after = EDITS[name](after)  # the report's own line end, or none
            continue
        after, plain = EDITS[name](after), EDITS[name](plain)
    replaced = put_block(after, Block(key="k", lines=(new.rstrip(), "new"), figures=()), comment=comment, name="x")
    assert [block.key for block in strip_blocks(replaced, name="x")[1]] == ["k", "l"]
    for text in (after, replaced):
        left = strip_blocks(text, name="x")[0]
        assert lf(left) == lf(plain)
        if edits and edits[-1] == "LF to CRLF":
            assert b"\n" not in left.replace(b"\r\n", b"")
    where = replaced.find(b"report begin key=k")
    assert replaced[where:].find(b"report begin key=l") > 0  # the new report stands where the old one stood
    assert lf(replaced).rstrip().endswith(lf(below.encode()).rstrip())


@pytest.mark.parametrize("name", ["story.md", "claim.yaml"])
def test_attaching_again_replaces_the_report_where_it_stands(
    name: str, *, dossier: Maker, case: Any, claim: Claim, at: datetime, tmp_path: Path
) -> None:
    source, path = dossier(), tmp_path / name
    start = claim.source if name.endswith("yaml") else MARKDOWN.encode()
    path.write_bytes(start)
    attach(source, path)
    below = b"\n# My own words, below the report.\n"
    if not name.endswith("yaml"):  # a claim's own bytes have to stay those that were registered
        path.write_bytes(path.read_bytes() + below)
    assert not attach(source, path).changed
    file = ClaimFile.open(source)
    index = next(entry.index for entry in file.entries if entry.kind == "record_added")
    file.correct(
        index,
        "a better version",
        "an analyst",
        at=at,
        record=record_of(claim, case.find(), accessed=at, created=at, software="osint-imagery 0.2.0"),
    )
    assert attach(source, path).changed
    data = path.read_bytes()
    assert data.startswith(start)
    assert data.count(b"osint-imagery:report begin") == 1
    assert data.endswith(b"" if name.endswith("yaml") else below)
    detach(source, path)
    assert path.read_bytes() == start + (b"" if name.endswith("yaml") else below)


@pytest.mark.parametrize("edit", ["LF to CRLF", "last line end stripped", "BOM added"])
def test_a_report_in_an_edited_file_is_removed_with_its_pictures(edit: str, dossier: Maker, tmp_path: Path) -> None:
    source, path = dossier(), tmp_path / "home" / "story.md"
    path.parent.mkdir()
    path.write_bytes(MARKDOWN.encode() + b"\n")
    attach(source, path)
    path.write_bytes(EDITS[edit](path.read_bytes()))
    assert not attach(source, path).changed
    detach(source, path)
    expected = MARKDOWN.encode() + b"\n"
    assert path.read_bytes() == (expected if edit.startswith("last") else EDITS[edit](expected))
    assert [item.name for item in path.parent.iterdir()] == ["story.md"]


def test_text_right_below_a_report_does_not_run_into_the_line_above(dossier: Maker, tmp_path: Path) -> None:
    source, path = dossier(), tmp_path / "story.md"
    path.write_text(MARKDOWN)  # ends without a line end
    attach(source, path)
    path.write_bytes(path.read_bytes() + b"more\n")
    detach(source, path)
    assert path.read_text() == MARKDOWN + "\nmore\n"
