"""Live updates of open pages while work goes on.

Workers append events to one short, expiring log for each document; one reader for each web process
feeds all of its open pages. Nothing here is truth: a page that missed something asks Postgres.
"""

from .bus import bus, forget, note, noted, publish
from .entries import Entry
from .fold import Partial, text_so_far
from .writer import Writer

__all__ = ["Entry", "Partial", "Writer", "bus", "forget", "note", "noted", "publish", "text_so_far"]
