"""Reads of people: their shares, use and invitations."""
