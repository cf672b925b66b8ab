"""Things as a person would name them: claims write "storage shed" as often as "a storage shed"."""

import re

__all__ = ["with_article"]

_NAMED = re.compile(r"^(an?|the|some|any|his|her|its|their|\d+|one|two|three)\b|(?<!s)s$", re.IGNORECASE)


def with_article(what: str) -> str:
    """Return an English noun with an article where it needs one.

    Parameters
    ----------
    what : str
        As the claim writes it. A plural, a number, or a noun with an article or possessive stays as it is.

    Examples
    --------
    >>> [with_article(what) for what in ("storage shed", "airfield", "the pier", "containers")]
    ['a storage shed', 'an airfield', 'the pier', 'containers']
    """
    if _NAMED.search(what):
        return what
    return f"{'an' if what[:1].lower() in tuple('aeiou') else 'a'} {what}"
