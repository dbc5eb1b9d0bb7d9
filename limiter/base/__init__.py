"""Tools for every other room, of which they know none: numbers, addresses, statements, one-time makers."""
