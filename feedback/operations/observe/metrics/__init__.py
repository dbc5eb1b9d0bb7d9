"""Metrics: counted in the processes or read from the stores, and shown to Prometheus and CloudWatch."""
