"""Figures of operation, now and lately, for operators."""
