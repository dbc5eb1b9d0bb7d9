"""The parser of a model's answer: read generously, checked strictly."""
