"""Things as a person would name them: claims write "storage shed" as often as "a storage shed"."""

import re

__all__ = ["with_article"]

# Nouns without a plural: nobody would write "a land" or "a rubble".
_MASS = re.compile(
    r"\b(ammunition|artillery|asphalt|cargo|concrete|damage|debris|destruction|equipment|farmland|flooding|gravel|ground|"
    r"housing|infrastructure|land|logging|machinery|material|oil|paving|rubble|sand|smoke|snow|soil|timber|vegetation|"
    r"waste|water|wreckage)\s*$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"^(an?|the|some|any|his|her|its|their|\d+|one|two|three)\b|(?<!s)s$", re.IGNORECASE)


def with_article(what: str) -> str:
    """Return an English noun with an article where it needs one.

    Parameters
    ----------
    what : str
        As the claim writes it. A plural, a number, a noun without a plural, or one with an article or possessive stays
        as it is.

    Examples
    --------
    >>> [with_article(what) for what in ("storage shed", "airfield", "the pier", "containers", "reclaimed land")]
    ['a storage shed', 'an airfield', 'the pier', 'containers', 'reclaimed land']
    """
    if _NAMED.search(what) or _MASS.search(what):
        return what
    return f"{'an' if what[:1].lower() in tuple('aeiou') else 'a'} {what}"
