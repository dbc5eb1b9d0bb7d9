"""Admin of endpoints, models and what they cost."""
