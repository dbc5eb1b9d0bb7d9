"""Documents: from an uploaded file to text, from text to sections, from a quotation to its place.

A leaf without Django: `parse` reads a file in a limited child process, `split` and `resplit` make sections,
`anchor` and `render_spans` tie comments to the words they speak of.
"""

from __future__ import annotations
