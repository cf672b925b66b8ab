"""Lettering: how wide a text is, where it breaks, and which typeface can draw it."""

import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from matplotlib import get_data_path
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, fontManager, get_font

__all__ = ["LINE", "MM_PER_POINT", "SMALLEST", "drawable", "face", "typefaces", "undrawable", "width_mm", "wrap"]

MM_PER_POINT = 25.4 / 72
LINE = 1.3
"""Distance of two lines, in font sizes."""
SMALLEST = 7.0
"""No letter in a figure is smaller than this, pt."""

_HOME = "DejaVu Sans"
_JOINERS = frozenset("\u200c\u200d\u200e\u200f")  # Persian, Indic and right-to-left text need them
_PIECES = re.compile(r"\S+?(?:[_\-/.,;:](?=\S)|$)|\S+")
_MEASURE_DPI = 288


@lru_cache(maxsize=1)
def _home_characters() -> frozenset[int]:
    return frozenset(get_font(_home_path()).get_charmap())


@lru_cache(maxsize=1)
def _home_path() -> str:
    return next(entry.fname for entry in fontManager.ttflist if entry.name == _HOME and entry.style == "normal")


@lru_cache(maxsize=1024)
def _family_with(character: int) -> str | None:
    """Return an installed family that has the character: the first by name, so the choice is stable."""
    for entry in sorted(fontManager.ttflist, key=lambda item: (item.name, item.fname)):
        plain = entry.style == "normal" and int(entry.weight) == 400 and not entry.name.startswith("Last Resort")
        if plain and get_font(entry.fname).get_char_index(character):
            return str(entry.name)
    return None


def _missing(text: str) -> Iterable[int]:
    return sorted({ord(letter) for letter in text if _shown(letter) and ord(letter) not in _home_characters()})


def _shown(letter: str) -> bool:
    """Whether a character may be drawn; controls, and marks that reverse the text around them, may not."""
    return letter.isprintable() or letter in _JOINERS


def drawable(text: str) -> str:
    r"""Return a text that the installed typefaces can draw; others stand as their code point, never vanish.

    Examples
    --------
    >>> drawable("Порт\tОля\x00")
    'Порт ОляU+0000'
    """
    spaced = " ".join(text.split())
    lost = {code for code in _missing(spaced) if _family_with(code) is None}
    attempts = (
        _spelled(spaced, lambda letter: ord(letter) not in lost),
        _spelled(spaced, lambda letter: ord(letter) in _home_characters()),
    )
    plain = _spelled(spaced, str.isascii)  # where marks and letters of several typefaces cannot be combined
    return next((words for words in attempts if _draws(words)), plain)


def undrawable(text: str) -> str:
    """Return the letters of a text that no installed typeface can draw, each once; in a figure they are code points.

    Examples
    --------
    >>> undrawable("Порт Оля")
    ''
    """
    shown = drawable(text)
    return "".join(dict.fromkeys(c for c in text if c.isprintable() and not c.isspace() and c not in shown))


def _spelled(text: str, known: Callable[[str], bool]) -> str:
    return "".join(c if known(c) and _shown(c) else f"U+{ord(c):04X}" for c in text)


@lru_cache(maxsize=2048)
def _draws(text: str) -> bool:
    """Whether no letter of a text would be drawn as an empty box."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            _renderer().get_text_width_height_descent(text, face(text, SMALLEST), ismath=False)
        except UserWarning:
            return False
    return True


def face(text: str, size: float, *, bold: bool = False) -> FontProperties:
    """Return the typeface for a text at a size in pt: DejaVu Sans, and others only for letters it lacks."""
    families = [_HOME, *dict.fromkeys(name for code in _missing(text) if (name := _family_with(code)))]
    return FontProperties(family=families, size=size, weight="bold" if bold else "normal")


def typefaces(text: str) -> dict[str, tuple[Path, ...]]:
    """Return the families that draw a text, with their files: DejaVu Sans first, others only for letters it lacks.

    Examples
    --------
    >>> list(typefaces("Порт Оля"))
    ['DejaVu Sans', 'DejaVu Sans Mono']
    """
    shipped = Path(get_data_path(), "fonts", "ttf")
    found = {
        _HOME: (shipped / "DejaVuSans.ttf", shipped / "DejaVuSans-Bold.ttf"),
        f"{_HOME} Mono": (shipped / "DejaVuSansMono.ttf",),
    }
    for name in sorted({name for code in _missing(text) if (name := _family_with(code))}):
        found[name] = tuple(sorted(Path(entry.fname) for entry in fontManager.ttflist if entry.name == name))
    return found


@lru_cache(maxsize=1)
def _renderer() -> Any:  # matplotlib leaves its renderers untyped
    return cast("Any", RendererAgg)(16, 16, _MEASURE_DPI)


@lru_cache(maxsize=8192)
def width_mm(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text, mm."""
    width = _renderer().get_text_width_height_descent(text, face(text, size, bold=bold), ismath=False)[0]
    return float(width) * 25.4 / _MEASURE_DPI


def _split_long(word: str, size: float, room: float, *, bold: bool) -> list[str]:
    """Break a word that is wider than the room: after a joint if one helps, else anywhere."""
    parts: list[str] = []
    current = ""
    for piece in _PIECES.findall(word):
        atoms = [piece] if width_mm(piece, size, bold=bold) <= room else _clusters(piece)
        for atom in atoms:
            if current and width_mm(current + atom, size, bold=bold) > room:
                parts.append(current)
                current = ""
            current += atom
    return [*parts, current]


def _clusters(word: str) -> list[str]:
    """Split into letters, each with its marks."""
    found: list[str] = []
    for letter in word:
        if found and (letter in _JOINERS or unicodedata.category(letter).startswith("M") or found[-1][-1] in _JOINERS):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def wrap(text: str, size: float, room: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines no wider than `room` mm; long ids break after a joint.

    Examples
    --------
    >>> wrap("2015-08-20 (UTC day, time unknown)", 7, 35)
    ('2015-08-20 (UTC day, time', 'unknown)')
    >>> len(wrap("S2A_OPER_MSI_L1C_TL_EPA__20160929T004310_A000833_T36SYC", 7, 40)) > 1
    True
    """
    lines: list[str] = []
    current = ""
    for word in drawable(text).split(" "):
        joined = f"{current} {word}" if current else word
        if width_mm(joined, size, bold=bold) <= room:
            current = joined
            continue
        if current:
            lines.append(current)
        *full, current = _split_long(word, size, room, bold=bold)
        lines.extend(full)
    return tuple([*lines, current] if current else lines)
