"""The configuration of upstreams: from rows to what the gate holds, its history, and trials of a change."""
