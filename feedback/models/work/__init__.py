"""Work: documents, drafts, jobs, feedback and its review."""
