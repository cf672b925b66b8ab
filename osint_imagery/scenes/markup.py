"""XML metadata without entities: a document that declares any is refused before it is understood."""

import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from osint_imagery.core.errors import ReadError

__all__ = ["elements", "number_in", "number_of", "parse_xml", "text_in"]


def parse_xml(data: bytes, name: str) -> Element:
    """Return the root of an XML document.

    Parameters
    ----------
    data : bytes
        The document.
    name : str
        Its file, for the message.

    Raises
    ------
    ReadError
        If it declares a document type or entities, which no provider's metadata do, or is not well formed.

    Examples
    --------
    >>> text_in(parse_xml(b"<a><b>2</b></a>", "x.xml"), "b")
    '2'
    """
    try:
        root: Element = fromstring(data, forbid_dtd=True)
    except DefusedXmlException as err:
        msg = (
            f"path={name!r} declares a document type or entities ({err!r}); it is no provider's metadata, get it again"
        )
        raise ReadError(msg) from err
    except (ParseError, ValueError, LookupError) as err:
        msg = f"path={name!r} is not well-formed XML ({err}); get the product again"
        raise ReadError(msg) from err
    return root


def elements(root: Element, tag: str) -> Iterator[Element]:
    """Yield the elements of a name at any depth, whatever their namespace."""
    return (item for item in root.iter() if isinstance(item.tag, str) and item.tag.rpartition("}")[2] == tag)


def text_in(root: Element, tag: str) -> str | None:
    """Return the text of the first element of a name, None where there is none."""
    for item in elements(root, tag):
        text = (item.text or "").strip()
        if text:
            return text
    return None


def number_in(root: Element, tag: str) -> float | None:
    """Return the first element of a name as a number, None where there is none."""
    text = text_in(root, tag)
    return None if text is None else number_of(text, tag)


def number_of(text: str, what: str) -> float:
    """Return a text as a finite number.

    Raises
    ------
    ReadError
        If it is none; the message says what it should be.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        msg = f"{what}={text!r} in the metadata is no number; get the product again"
        raise ReadError(msg)
    return value
