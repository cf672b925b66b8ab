"""An analyst's sentence is refused where it says more than the imagery can."""

import re

from osint_imagery.core.errors import InputError
from osint_imagery.evidence.finding import Finding
from osint_imagery.evidence.wording import absence_sentence

__all__ = ["refuse_overclaim"]

_ABSENCE = re.compile(
    r"\b(no|not any|without)\s+(\w+\s+){0,2}(signs?|evidence|traces?|indications?|changes?|damage|destruction)\b"
    r"|\b(isn't|aren't|wasn't|weren't|is not|are not|was not|were not)\s+(any|a)\b"
    r"|\bnothing\s+(has\s+|had\s+)?(happened|changed|was|is|to see)\b"
    r"|\b(show|shows|showed|shown|reveal|reveals|revealed|see|sees|saw)\s+(no|nothing|neither)\b"
    r"|\bno\s+(\w+\s+){1,4}(is|are|was|were|can be|could be)\s+(visible|seen|there|present|found|detected)\b"
    r"|\b(is|are|was|were)\s+(absent|empty|intact|undamaged|unchanged|not there|not present|not visible)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(r"\bif\b[^.;]*", re.IGNORECASE)  # "than if nothing happened" claims no absence
_LIKELIHOOD = re.compile(
    r"\b(un)?likely\b|\b(im)?probab|\balmost (no chance|certain)\b|\beven (chance|odds)\b", re.IGNORECASE
)
_TRANSPOSED = re.compile(
    r"\b(claim|hypothesis|allegation|H[01])\b[^.;]*\b(is|was)\b([^.;]|[.]\d)*\b(times|more)\b[^.;]*\b(probable|likely|true)\b",
    re.IGNORECASE,
)
_OVERCLAIM = re.compile(
    r"\b(prov(e[sdn]?|ing)|proof)\b|\b(verified|confirm(s|ed))\b"
    r"|\b(dis)prov(e[sdn]?|ing)\b|\brefut(e[sd]?|ing)\b|\brul(e[sd]?|ing) out\b|\bdebunk(s|ed|ing)?\b",
    re.IGNORECASE,
)


def refuse_overclaim(text: str, finding: Finding) -> str:
    """Return an analyst's sentence unchanged, or refuse it where it says more than the imagery can.

    Parameters
    ----------
    text : str
        Any sentence about the finding.
    finding : Finding
        What it is about.

    Raises
    ------
    InputError
        If it tells of absence ("no evidence", "no visible change", "no damage", "was absent", "nothing happened")
        where LR- is not known to be below 0.5, speaks of proof, puts likelihood and confidence into one sentence, or
        calls a proposition so many times more probable, which no likelihood ratio says.

    Notes
    -----
    A list of patterns, no understanding: other words for the same pass. It catches the usual sentence, not an author.
    """
    absent, proof = _ABSENCE.search(_SUPPOSED.sub("", text)), _OVERCLAIM.search(text)
    if _LIKELIHOOD.search(text) and "confidence" in text.lower():
        msg = f"text={text!r} speaks of likelihood and confidence in one sentence; make it two"
        raise InputError(msg)
    transposed = _TRANSPOSED.search(text)
    if transposed is not None:
        msg = f"text says {transposed.group()!r}; it is the imagery that is more probable under one proposition"
        raise InputError(msg)
    if absent is not None:
        absence_sentence(finding)
    if proof is not None:
        msg = f"text says {proof.group()!r}; imagery supports one proposition over another, give the likelihood ratio"
        raise InputError(msg)
    return text
