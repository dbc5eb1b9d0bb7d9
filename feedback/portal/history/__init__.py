"""What of one's own documents is looked for."""
