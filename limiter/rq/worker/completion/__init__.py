"""The end of a run: written in RQ, once, and settled at the gate."""
