"""What a simulation says: for the terminal, for programs, and as a page."""

from __future__ import annotations

from .data import SCHEMA, as_data
from .page import as_page
from .terminal import comparison_table, ladder_table

__all__ = ["SCHEMA", "as_data", "as_page", "comparison_table", "ladder_table"]
