"""What a tutor would say of a whole document: sources, figures, the conclusion, what belongs to nothing."""
