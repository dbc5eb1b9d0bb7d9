"""The zip that a .docx or .odt is, opened with suspicion."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

from feedback.documents.structure.model import Limits

from ..errors import Corrupt, Encrypted, TooComplex
from .safe_xml import Element, parse_xml

_SMALL = 1024 * 1024  # a part below this may be packed as tightly as it likes
_ENCRYPTED_FLAG = 0x1


class Archive:
    """Named parts of a zip. Counts, declared sizes and ratios are checked before anything is unpacked."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise Corrupt from None
        self._limits = limits
        entries = self._zip.infolist()
        if len(entries) > limits.max_entries:
            raise TooComplex
        if sum(entry.file_size for entry in entries) > limits.max_unpacked_bytes:
            raise TooComplex

    def inside(self, data: bytes) -> Archive:
        """A document inside this one, under the same limits."""
        return Archive(data, self._limits)

    @property
    def names(self) -> list[str]:
        return self._zip.namelist()

    def find(self, pattern: str) -> str | None:
        """The first name that matches the whole of a regular expression."""
        return next((name for name in self.names if re.fullmatch(pattern, name, re.IGNORECASE)), None)

    def read(self, name: str) -> bytes:
        """The bytes of a part; raises Encrypted, Corrupt or TooComplex."""
        entry = self._zip.getinfo(name)
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise Encrypted
        if entry.file_size > max(_SMALL, entry.compress_size * self._limits.max_ratio):
            raise TooComplex
        try:
            with self._zip.open(entry) as part:
                data = part.read(self._limits.max_part_bytes + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, OSError, EOFError, RuntimeError):
            raise Corrupt from None
        if len(data) > self._limits.max_part_bytes:
            raise TooComplex
        return data

    def xml(self, pattern: str) -> Element | None:
        """The tree of the first part with a name that matches; None where there is none."""
        name = self.find(pattern)
        return None if name is None else parse_xml(self.read(name))
