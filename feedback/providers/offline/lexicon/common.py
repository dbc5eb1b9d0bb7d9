"""The commonest words of some languages of Latin script, by which they are told apart."""

from __future__ import annotations

from . import words

# code, name, words
COMMON = (
    (
        "en",
        "English",
        words(
            """
            the of and to a in is that it was for on are as with they be at this from have or by not but
            what were we when can there an which their if will each about how then them these would has had
            been its who more no my i his her our you he she than also such may into only other some could
            so
            """
        ),
    ),
)
