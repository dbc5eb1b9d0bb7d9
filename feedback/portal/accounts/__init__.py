"""Accounts: signing up and in, second factor, sessions, profile, invitations. On django-allauth."""
