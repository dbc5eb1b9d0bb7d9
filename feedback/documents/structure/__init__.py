"""The structure of a text: blocks, headings and sections."""
