"""The streams of events of open pages."""
