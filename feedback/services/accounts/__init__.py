"""Accounts and people: made, invited, given rights, exported, deleted."""
