"""The simulated service: what an account may ask, how long it takes, and how it fails."""
