"""One thing that is cited, in the forms that writing tools read: plain text, BibTeX, CSL-JSON."""

import re
from dataclasses import dataclass
from datetime import datetime

from osint_imagery.core.timespan import iso

__all__ = ["Reference"]

_BIBTEX_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "$": r"\$",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)
_BIBTEX_TYPES = {"article-journal": "article", "paper-conference": "inproceedings"}
_CONTAINER = {"article-journal": "journal", "paper-conference": "booktitle"}

Day = tuple[int, ...]
"""Year, or year, month and day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A data set, an article or a program, cited.

    Parameters
    ----------
    key : str
        Citation key.
    kind : str
        CSL type: ``dataset``, ``article-journal``, ``paper-conference``, ``software``.
    title : str
        Title.
    authors : tuple of str
        ``"Family, G."`` for persons; a name without a comma is an institution.
    issued : tuple of Day
        When it was published, or the first and last day of the data; empty where that is not known.
    container, volume, issue, pages, publisher, version, license : str
        As far as known, else empty.
    doi, url : str
        Bare DOI; address.
    accessed : datetime or None
        When it was obtained, aware.
    note : str
        What else a reader needs to find the same bytes.

    Examples
    --------
    >>> Reference(key="a", kind="article-journal", title="On ground", authors=("Doe, J.",), issued=((2007,),),
    ...     container="Journal", volume="1", issue="2", pages="3-4", doi="10.1/x").text
    'Doe, J. (2007). On ground. Journal 1(2), 3-4. https://doi.org/10.1/x'
    """

    key: str
    kind: str
    title: str
    authors: tuple[str, ...] = ()
    issued: tuple[Day, ...] = ()
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    publisher: str = ""
    version: str = ""
    license: str = ""
    doi: str = ""
    url: str = ""
    accessed: datetime | None = None
    note: str = ""

    @property
    def year(self) -> str:
        """Year, or ``first-last``; empty where it is not known."""
        return "-".join(dict.fromkeys(str(day[0]) for day in self.issued))

    @property
    def text(self) -> str:
        """The reference in one line."""
        where = f"{self.container} {self.volume}".strip() + (f"({self.issue})" if self.issue else "")
        where = ", ".join(part for part in (where, self.pages, self.publisher) if part)
        head = " ".join(part for part in (", ".join(self.authors), f"({self.year})" if self.issued else "") if part)
        parts = (head, self.title, where, f"Version {self.version}" if self.version else "")
        found = [f"{part}." for part in parts if part]
        if self.doi:
            found.append(f"https://doi.org/{self.doi}")
        elif self.url:
            found.append(self.url)
        elif where:
            found[-1] = found[-1].removesuffix(".")
        return " ".join(found)

    @property
    def bibtex(self) -> str:
        """The reference as a BibTeX entry; plain styles know no ``@dataset``, so data and programs are ``@misc``."""
        fields = {
            "title": self.title,
            "author": " and ".join(self.authors),
            _CONTAINER.get(self.kind, "howpublished"): self.container,
            "volume": self.volume,
            "number": self.issue,
            "pages": self.pages.replace("-", "--"),
            "publisher": self.publisher if self.kind != "dataset" else "",
            "year": self.year,
            "version": self.version,
            "doi": self.doi,
            "url": self.url,
            "note": self.note,
            "urldate": f"{self.accessed:%Y-%m-%d}" if self.accessed else "",
        }
        body = ",\n".join(f"  {name} = {{{self._escaped(name, value)}}}" for name, value in fields.items() if value)
        key = re.sub(r"[^A-Za-z0-9]+", "-", self.key).strip("-")
        return f"@{_BIBTEX_TYPES.get(self.kind, 'misc')}{{{key},\n{body}\n}}\n"

    def _escaped(self, name: str, value: str) -> str:
        if name in {"doi", "url"}:
            return value
        if name == "author":
            return " and ".join(
                one.translate(_BIBTEX_SPECIAL) if "," in one else "{" + one.translate(_BIBTEX_SPECIAL) + "}"
                for one in self.authors
            )
        return value.translate(_BIBTEX_SPECIAL)

    @property
    def csl(self) -> dict[str, object]:
        """The reference as a CSL-JSON item."""
        item: dict[str, object] = {
            "id": self.key,
            "type": self.kind,
            "title": self.title,
            "author": [_name(one) for one in self.authors],
            "issued": {"date-parts": [list(day) for day in self.issued]} if self.issued else None,
            "container-title": self.container,
            "volume": self.volume,
            "issue": self.issue,
            "page": self.pages,
            "publisher": self.publisher,
            "version": self.version,
            "license": self.license,
            "DOI": self.doi,
            "URL": self.url,
            "note": self.note,
        }
        if self.accessed:
            day = [self.accessed.year, self.accessed.month, self.accessed.day]
            item["accessed"] = {"date-parts": [day], "raw": iso(self.accessed)}
        return {name: value for name, value in item.items() if value}


def _name(author: str) -> dict[str, str]:
    family, comma, given = author.partition(", ")
    return {"family": family, "given": given} if comma else {"literal": author}
