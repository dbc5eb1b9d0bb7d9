"""Reading for the rules: words, sentences, paragraphs and headings of a text, with their places."""
