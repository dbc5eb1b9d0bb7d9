"""Operation: alerts, the audit log and the cache."""
