"""The rules, one module for each family. Importing this package registers them all."""

from __future__ import annotations

from . import (
    argument,
    consistency,
    directness,
    economy,
    evidence,
    length,
    mechanics,
    nouns,
    paragraphs,
    praise,
    register,
    repetition,
    voice,
)

__all__ = [
    "argument", "consistency", "directness", "economy", "evidence", "length", "mechanics", "nouns",
    "paragraphs", "praise", "register", "repetition", "voice",
]  # fmt: skip
