"""What a licence allows: imagery with restricted use is not exported unless its terms are acknowledged."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from osint_imagery.core.errors import LicenseError

__all__ = ["Terms", "Use", "acknowledged_terms", "terms_of"]


class Use(StrEnum):
    """How far pixels, and pictures made from them, may be passed on."""

    OPEN = "open"
    NONCOMMERCIAL = "non-commercial"
    RESTRICTED = "restricted"
    NOT_STATED = "not stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A licence: the name by which it is acknowledged, and what use it allows."""

    name: str
    use: Use

    @property
    def gated(self) -> bool:
        """Whether an export needs the terms acknowledged."""
        return self.use in {Use.NONCOMMERCIAL, Use.RESTRICTED}


_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d/]")
_CC = re.compile(
    r"CC[ -]BY((?:[ -](?:NC|ND|SA))*)(?:[ -](\d(?:\.\d)?))?(?: (?:international|licen[cs]e))*", re.IGNORECASE
)
_NONCOMMERCIAL = re.compile(r"\bNC\b|\b(non|no|not)[- ]?(for )?commercial", re.IGNORECASE)
_RESERVED = re.compile(r"\bonly\b|proprietary|reserved|otherwise|except|\bnot?\b|\bND\b", re.IGNORECASE)
_OPEN = re.compile(
    r"^(public domain\b|PDDL\b|CC0\b|CC[ -]?PDDC\b|Apache-2\.0$|MIT$|BSD-\d-Clause$|ODbL\b|ODC-BY\b|"
    r"Copernicus Sentinel data legal notice\b|OGL-UK-\d|etalab-2\.0)",
    re.IGNORECASE,
)


def terms_of(license_text: str) -> Terms:
    """Read a licence as a provider states it.

    Parameters
    ----------
    license_text : str
        SPDX identifier or the provider's words.

    Returns
    -------
    Terms
        Open only where the licence is known to be: words that are not known are restricted. A licence without
        derivatives is restricted too, since every figure is one.

    Examples
    --------
    >>> terms_of("CC BY-NC 4.0").name, terms_of("CC-BY-4.0").use.value, terms_of("proprietary").use.value
    ('CC-BY-NC-4.0', 'open', 'restricted')
    """
    text = " ".join(_DASHES.sub("-", license_text).split())
    if text.lower() in {"", "not stated"}:
        return Terms(name="not stated", use=Use.NOT_STATED)
    found = _CC.search(text)
    if found is not None and (found.group() == text or re.search("NC|ND", found.group(1).upper())):
        marks = re.findall(r"NC|ND|SA", found.group(1).upper())
        name = "-".join(["CC-BY", *marks, *([found.group(2)] if found.group(2) else [])])
        use = Use.NONCOMMERCIAL if "NC" in marks else Use.RESTRICTED if "ND" in marks else Use.OPEN
        return Terms(name=name, use=use)
    if _NONCOMMERCIAL.search(text):
        return Terms(name=text, use=Use.NONCOMMERCIAL)
    known = _OPEN.match(text) and not _RESERVED.search(text)
    return Terms(name=text, use=Use.OPEN if known else Use.RESTRICTED)


def acknowledged_terms(licenses: Iterable[tuple[str, str]], acknowledge: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the terms that were acknowledged and apply, or refuse the export.

    Parameters
    ----------
    licenses : iterable of (str, str)
        Scene id and licence.
    acknowledge : iterable of str
        Names of the licences whose terms the caller has read and meets, ``("CC-BY-NC-4.0",)``.

    Raises
    ------
    LicenseError
        If a scene's pixels are under terms that nobody acknowledged; the message names scene, licence and argument.

    Examples
    --------
    >>> acknowledged_terms([("a", "CC-BY-NC-4.0"), ("b", "CC0-1.0")], ["CC-BY-NC-4.0"])
    ('CC-BY-NC-4.0',)
    """
    known = (acknowledge,) if isinstance(acknowledge, str) else tuple(acknowledge)
    needed = [(scene, terms) for scene, text in licenses if (terms := terms_of(text)).gated]
    missing = [(scene, terms) for scene, terms in needed if terms.name not in known]
    if missing:
        named = "; ".join(f"scene={scene!r} is under {terms.name!r} ({terms.use.value})" for scene, terms in missing)
        wanted = tuple(dict.fromkeys(terms.name for _, terms in missing))
        msg = f"{named}; read these terms, and if this use meets them pass acknowledge={wanted!r}"
        raise LicenseError(msg)
    return tuple(dict.fromkeys(terms.name for _, terms in needed))
