"""The stages: one module each, which does the stage's work and returns its result."""
