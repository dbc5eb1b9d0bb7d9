"""The former name of `limiter.named`: an alias for one release, for settings that name the middleware."""
