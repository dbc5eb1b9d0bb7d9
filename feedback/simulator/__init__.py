"""The former name of `feedback.development.simulator`: an alias for one release."""
