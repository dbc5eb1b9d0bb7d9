"""The threads of a worker: the slots that hold runs, and those that serve all runs together."""
