"""Admin of people and courses."""
