"""What a worker does beside its runs: renewals, recovery, what has become due, trials of held upstreams."""
