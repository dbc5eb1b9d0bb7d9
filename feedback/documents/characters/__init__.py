"""Characters: encodings, signs with a meaning, hyphens at the end of lines."""
