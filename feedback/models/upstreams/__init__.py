"""Upstreams: endpoints, models, prices and what was learnt of them."""
