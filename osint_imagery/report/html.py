"""The report as one page: no script, nothing fetched, readable on paper and by a screen reader."""

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from osint_imagery.report import headings
from osint_imagery.report.content import Picture, ReportContent

__all__ = ["direction", "html_report", "page_of", "page_version", "read_part", "style_digest"]

_RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ku-arab", "ps", "sd", "syr", "ug", "ur", "yi"})


def direction(language: str) -> str:
    """Return ``"rtl"`` or ``"ltr"`` for a language tag; a script subtag decides where there is one.

    Examples
    --------
    >>> direction("fa"), direction("ru"), direction("az-Arab"), direction("ar-Latn")
    ('rtl', 'ltr', 'rtl', 'ltr')
    """
    parts = [part.lower() for part in language.split("-")]
    script = next((part for part in parts[1:] if len(part) == 4 and part.isalpha()), None)
    if script is not None:
        return "rtl" if script in {"arab", "hebr", "syrc", "thaa", "nkoo", "adlm"} else "ltr"
    return "rtl" if parts[0] in _RIGHT_TO_LEFT else "ltr"


def html_report(content: ReportContent) -> str:
    """Return a self-contained HTML page.

    Parameters
    ----------
    content : ReportContent
        What it says.

    Returns
    -------
    str
        HTML 5, UTF-8. It holds no script, asks no server for anything (its content security policy
        forbids it) and escapes all text, so that a hostile claim stays text. Light and dark by the
        reader's setting; folded tables open when printed.

    Notes
    -----
    Nothing in the page depends on the clock or the machine: equal content gives equal bytes.
    """
    style = read_part("page.css")
    return page_of("page.html.j2").render(
        report=content,
        claim=content.claim,
        words=headings,
        style=Markup(style),  # noqa: S704 - our own file, no outside text
        policy=style_digest(style),
        version=page_version(),
        reading=direction(content.claim.language),
        known={section.id for section in content.sections},
        images=[(picture, _data_uri(picture)) for picture in content.pictures],
    )


def style_digest(style: str) -> str:
    """Return the digest by which a page's content security policy allows its own style."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def page_version() -> str:
    """Return which page this version writes: pages made with another form can be read, but not made again."""
    parts = "".join(read_part(name) for name in ("page.css", "parts.html.j2", "page.html.j2"))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def page_of(name: str) -> Template:
    """Return the template of a page, with the parts that several pages have."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(read_part("parts.html.j2") + read_part(name))


def read_part(name: str) -> str:
    """Return one of the files that pages are made of."""
    return files("osint_imagery.report").joinpath(name).read_text(encoding="utf-8")


def _data_uri(picture: Picture) -> str:
    return "data:image/png;base64," + base64.b64encode(picture.png).decode()
