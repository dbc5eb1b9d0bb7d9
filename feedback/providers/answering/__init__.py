"""From what a model wrote to feedback: read generously, checked strictly."""
