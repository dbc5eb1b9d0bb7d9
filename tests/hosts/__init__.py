"""Several hosts on one machine, each a network namespace, and what they promise together (`make hosts`)."""
