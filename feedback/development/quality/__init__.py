"""The bench of feedback: how good a provider is, in figures. Its data is in benchmarks/quality."""
