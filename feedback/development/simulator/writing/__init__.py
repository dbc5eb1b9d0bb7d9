"""The simulated model: what it is able to do, and what it writes."""
