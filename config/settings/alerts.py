"""Settings of alerts: what they point to, and which system measures what is not measured here."""

from __future__ import annotations

import ipaddress

from django.core.exceptions import ImproperlyConfigured

from config import env

SITE_URL = env.url("SITE_URL", ("http", "https"))  # as people reach it; links in alerts need it
DOCS_URL = env.url("DOCS_URL", ("http", "https"))  # where `make docs` is served: runbooks of alerts
# Dotted paths of callables that return feedback.operations.alerts.signals.Reading.
ALERTS_BUDGETS = "feedback.selectors.upstreams.spending.budget_readings"
ALERTS_FORECAST = "feedback.operations.alerts.forecast.readings"
# Networks of ours that the alerts' webhooks may reach. Elsewhere they reach public addresses alone.
ALERTS_NETWORKS = env.words("ALERTS_NETWORKS")
# The same for webhooks, which any person may have: what operators' alerts reach is not theirs to reach.
WEBHOOKS_NETWORKS = env.words("WEBHOOKS_NETWORKS")

for _name, _networks in {
    "ALERTS_NETWORKS": ALERTS_NETWORKS,
    "WEBHOOKS_NETWORKS": WEBHOOKS_NETWORKS,
}.items():
    for _network in _networks:
        try:
            ipaddress.ip_network(_network)
        except ValueError:
            raise ImproperlyConfigured(
                f"{_name} has {_network!r}: expected addresses or networks, with commas"
            ) from None
