"""The search in one's own documents."""
