"""XML without its dangers: no document type, hence no entities to multiply and nothing to fetch."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ..errors import Corrupt, TooComplex

Element = ET.Element


class _Builder(ET.TreeBuilder):
    """Builds a tree of local names: both dialects of OOXML, and every prefix, read the same."""

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        return super().start(_local(tag), {_local(name): value for name, value in attrs.items()})

    def end(self, tag: str, /) -> Element:
        return super().end(_local(tag))

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Expat calls this before it reads any declaration. No .docx or .odt has a document type."""
        raise TooComplex


def parse_xml(data: bytes) -> Element:
    """The root of a tree with local names for tags and attributes; raises Corrupt or TooComplex."""
    parser = ET.XMLParser(target=_Builder())  # noqa: S314 - _Builder refuses what makes it unsafe
    try:
        parser.feed(data)
        root: Element = parser.close()
    except (ET.ParseError, LookupError, ValueError):  # the latter two: an unknown encoding
        raise Corrupt from None
    return root


def _local(name: str) -> str:
    return name.rpartition("}")[2]
