"""Admin of documents and jobs."""
