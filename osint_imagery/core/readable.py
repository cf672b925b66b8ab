"""Text that a reader cannot see, or that shows otherwise than it is stored."""

import unicodedata

__all__ = ["is_blank", "unreadable_in"]

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and a symbol by category, and yet empty on the page
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # UAX 9: embed, override, isolate


def is_blank(text: str) -> bool:
    r"""Whether a text shows nothing: empty, or spaces and invisible characters only.

    Examples
    --------
    >>> is_blank(" \u200b\n"), is_blank("a ship")
    (True, False)
    """
    return all(unicodedata.category(letter) in _UNSEEN or letter in _FILLERS for letter in text)


def unreadable_in(name: str) -> str:
    r"""Return what in a name would break its line, or show it in another order; empty where nothing does.

    Right-to-left letters and the marks between them are fit for a name; what turns the letters after it round is not.

    Examples
    --------
    >>> unreadable_in("A.\u202eredaeR"), unreadable_in("A. Reader\nB. Reader"), unreadable_in("יעל לוי")
    ('U+202E RIGHT-TO-LEFT OVERRIDE', 'U+000A', '')
    """
    for letter in name:
        if letter in _REORDERING or unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}:
            return f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".strip()
    return ""
