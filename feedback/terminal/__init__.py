"""The main job from the terminal: progress, the feedback in print, and helpers that run where none do."""
