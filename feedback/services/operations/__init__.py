"""An operator's acts: interventions, alerts, and the audit log of both."""
