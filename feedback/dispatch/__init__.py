"""The way of a job to its worker and its provider: queue, flow, upstream, and the limiter's view of it."""
