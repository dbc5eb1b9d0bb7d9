"""Students of all kinds against a running system: their accounts, Locust, and what came of it.

The scenarios are in deploy/loadtest, which knows nothing of Django: Locust has an environment of its own,
with patched sockets that stay away from ours.
"""
