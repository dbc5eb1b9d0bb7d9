"""Upstreams: their endpoints and models, what they cost, and what is learnt of them."""
