"""Operation: what operators see, measure, are alerted of, and keep clean."""
