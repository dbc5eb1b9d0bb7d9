"""The streams of events of open pages, as their view."""
