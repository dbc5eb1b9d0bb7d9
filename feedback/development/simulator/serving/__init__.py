"""The simulator's server: HTTP, addresses, certificate and controls."""
