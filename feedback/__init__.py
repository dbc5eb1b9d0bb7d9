"""Marginalia: feedback on writing, section by section."""
