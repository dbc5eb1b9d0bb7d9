"""The data that is kept of a person: taken along as a zip, or deleted for good."""
