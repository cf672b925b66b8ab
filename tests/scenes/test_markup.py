"""XML of providers: no document type, no entities, whatever the encoding."""

import pytest

from osint_imagery.core.errors import ReadError
from osint_imagery.scenes.markup import elements, number_in, parse_xml, text_in

LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
FILES = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>'
OUTSIDE = '<!DOCTYPE a SYSTEM "http://localhost/x.dtd"><a/>'


@pytest.mark.parametrize("text", [LAUGHS, FILES, OUTSIDE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_and_entities_are_refused(text, encoding):
    data = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
    with pytest.raises(ReadError, match=r"'MTD\.xml' declares a document type or entities"):
        parse_xml(data, "MTD.xml")


@pytest.mark.parametrize("data", [b"", b"<a>", b"<a></b>", b"\xff\xfe<", b'<?xml version="1.0" encoding="nope"?><a/>'])
def test_broken_documents_are_refused(data):
    with pytest.raises(ReadError, match="is not well-formed XML"):
        parse_xml(data, "MTD.xml")


def test_elements_are_found_whatever_their_namespace():
    root = parse_xml(b'<n:a xmlns:n="urn:x"><n:b> 5 </n:b><b>6</b><c>x</c><d>nan</d></n:a>', "a.xml")
    assert [item.text for item in elements(root, "b")] == [" 5 ", "6"]
    assert (text_in(root, "b"), text_in(root, "z"), number_in(root, "b"), number_in(root, "z")) == (
        "5",
        None,
        5.0,
        None,
    )
    for tag, text in (("c", "x"), ("d", "nan")):
        with pytest.raises(ReadError, match=f"{tag}='{text}' in the metadata is no number"):
            number_in(root, tag)
