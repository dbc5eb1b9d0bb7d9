"""Intake: drafts, what may be handed in, and documents as they are handed in."""
