"""Messages: codes with arguments, which rows keep, and the words that are made of them when they are read."""
