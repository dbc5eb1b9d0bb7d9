"""XML without its dangers: no document type that declares, hence no entities to multiply, none to fetch."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from ..errors import Corrupt, TooComplex

Element = ET.Element
# What OpenOffice wrote above its manifests: a name alone. Expat fetches nothing that it names.
_ONLY_NAMED = re.compile(rb"(?:<\?xml[^<>]*\?>)?\s*<!DOCTYPE[^\[<>]*>")


class _Builder(ET.TreeBuilder):
    """Builds a tree of local names: both dialects of OOXML, and every prefix, read the same."""

    def __init__(self, *, may_name_type: bool) -> None:
        super().__init__()
        self._may_name_type = may_name_type

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        return super().start(_local(tag), {_local(name): value for name, value in attrs.items()})

    def end(self, tag: str, /) -> Element:
        return super().end(_local(tag))

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Expat calls this before it reads any declaration."""
        if not self._may_name_type:
            raise TooComplex


def parse_xml(data: bytes) -> Element:
    """The root of a tree with local names for tags and attributes; raises Corrupt or TooComplex."""
    parser = ET.XMLParser(target=_Builder(may_name_type=bool(_ONLY_NAMED.match(data))))  # noqa: S314 - _Builder refuses what makes it unsafe
    try:
        parser.feed(data)
        root: Element = parser.close()
    except (ET.ParseError, LookupError, ValueError):  # the latter two: an unknown encoding
        raise Corrupt from None
    return root


def _local(name: str) -> str:
    return name.rpartition("}")[2]
