"""rq's own test-suite, run against our queue and our worker."""
