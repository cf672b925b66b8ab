"""The report as a tagged PDF that a screen reader can follow (PDF/UA-1): the same words, the same bytes each time."""

import json
import math
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from osint_imagery.core.errors import InputError
from osint_imagery.figures.lettering import drawable, typefaces, undrawable
from osint_imagery.report.blocks import Block, report_blocks
from osint_imagery.report.content import ReportContent
from osint_imagery.report.html import read_part

__all__ = ["pdf_report", "typesetter"]

_LANGUAGE = re.compile("[a-z]{2,3}")
_UNBROKEN = 24  # letters: page.typ breaks longer words
_LETTER = 0.5  # share of the width for one letter, where the root of 160 letters is the most that a column gets
_WIDEST = 160  # letters: beyond them a column gets no more room, its words break


def typesetter() -> Any:  # typst leaves its functions untyped in places
    """Return the module ``typst``, which comes with the extra ``pdf``.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        import typst
    except ImportError as err:
        msg = "pdf=True needs typst, which is not installed; pip install 'osint-imagery[pdf]', or read report.html"
        raise InputError(msg) from err
    return typst


def pdf_report(content: ReportContent) -> bytes:
    """Return the report as a PDF file's bytes.

    Parameters
    ----------
    content : ReportContent
        What it says; the same as for :func:`~osint_imagery.report.html.html_report`.

    Returns
    -------
    bytes
        PDF/UA-1: tagged, with a title, a language, and words for each picture. Letters that no installed typeface has
        stand as Unicode numbers and are counted at the end.

    Raises
    ------
    InputError
        If the extra ``pdf`` is not installed, or the report cannot be set.

    Notes
    -----
    Nothing in the file depends on the clock: its date is that of the report. The typefaces are those that matplotlib
    brings, others only for letters that these lack; so equal content gives equal bytes wherever the same versions of
    typst and matplotlib are installed, and the same typefaces where others are needed.
    """
    typst = typesetter()
    blocks = report_blocks(content)
    words = "\n".join(_texts([*blocks, content.claim.id]))
    lost = undrawable(words)
    body = _body(content, [*blocks, *([_lost(lost)] if lost else [])], families=list(typefaces(words)))
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "blocks.json").write_text(json.dumps(_shown(body), ensure_ascii=False), encoding="utf-8")
        (folder / "page.typ").write_text(read_part("page.typ"), encoding="utf-8")
        for index, picture in enumerate(content.pictures):
            (folder / f"{index}.png").write_bytes(picture.png)
        (folder / "fonts").mkdir()
        for number, file in enumerate(path for paths in typefaces(words).values() for path in paths):
            shutil.copy(file, folder / "fonts" / f"{number}{file.suffix}")
        try:
            made = typst.compile(
                folder / "page.typ",
                root=folder,
                font_paths=[folder / "fonts"],
                ignore_system_fonts=True,
                pdf_standards=["ua-1"],
                timestamp=int(_made(content).timestamp()),
            )
        except typst.TypstError as err:
            msg = f"content of claim {content.claim.id!r} cannot be set as PDF/UA-1 ({err}); read report.html"
            raise InputError(msg) from err
    return bytes(made)


def _made(content: ReportContent) -> datetime:
    return datetime.fromisoformat(content.created).astimezone(UTC)


def _body(content: ReportContent, blocks: list[Block], *, families: list[str]) -> dict[str, Any]:
    made = _made(content)
    return {
        "title": f"Imagery check of claim {content.claim.id}",
        "description": content.sections[0].plain,
        "date": {
            "year": made.year,
            "month": made.month,
            "day": made.day,
            "hour": made.hour,
            "minute": made.minute,
            "second": made.second,
        },
        "warning": "; ".join(word for word, _ in content.banners),
        "made": f"{content.created}, {content.software}, ledger {content.ledger_head[7:19]}",
        "families": families,
        "blocks": [_fitted(block) for block in blocks],
    }


def _fitted(block: Block) -> Block:
    """Return a block with what the page needs: widths of a table's columns, a language tag that PDF knows."""
    if block["kind"] == "table":
        columns = zip(block["columns"], *block["rows"], strict=True)
        return {**block, "widths": [_share(cells) for cells in columns]}
    if block["kind"] == "quote":
        primary = block["lang"].split("-")[0].lower()
        return {**block, "language": primary if _LANGUAGE.fullmatch(primary) else "en"}
    return block


def _share(cells: tuple[str, ...]) -> float:
    """Return a column's share of the width: the root of its longest text, and room for its longest word."""
    longest = max(min(len(cell), _WIDEST) for cell in cells)
    word = max(min(len(word), _UNBROKEN) for cell in cells for word in cell.split() or [""])
    return round(max(math.sqrt(max(longest, 4)), _LETTER * word), 3)


def _texts(value: object) -> Iterator[str]:
    """Yield every text that is printed."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts([inner for key, inner in value.items() if key != "kind"])
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _shown(value: Any) -> Any:
    """Return a value whose texts hold letters only that can be drawn."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, dict):
        return {key: _shown(inner) for key, inner in value.items()}
    return [_shown(inner) for inner in value] if isinstance(value, list | tuple) else value


def _lost(letters: str) -> Block:
    codes = ", ".join(f"U+{ord(letter):04X}" for letter in letters[:4]) + (", ..." if len(letters) > 4 else "")
    text = (
        f"Letters of this report that no typeface here has: {len(letters)} ({codes}). They stand as Unicode numbers; "
        "report.html shows them with the typefaces of the reader's machine."
    )
    return {"kind": "paragraph", "text": text, "soft": True}
