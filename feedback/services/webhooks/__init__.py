"""Webhooks: subscriptions to events, the messages in their outbox, and the way of each to its receiver."""
