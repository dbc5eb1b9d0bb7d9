"""Settings of alerts: what they point to, and which system measures what is not measured here."""

from __future__ import annotations

from config import env

SITE_URL = env.url("SITE_URL", ("http", "https"))  # as people reach it; links in alerts need it
# Dotted paths of callables that return feedback.alerts.signals.Reading.
ALERTS_BUDGETS = "feedback.selectors.spending.budget_readings"
ALERTS_FORECAST = "feedback.alerts.forecast.readings"
