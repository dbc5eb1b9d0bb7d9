"""The operator's first page, alerts, the audit log, and pages of other packages."""
