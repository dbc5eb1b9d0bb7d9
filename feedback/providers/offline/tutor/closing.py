"""A conclusion that opens a subject of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ...base import CommentKind
from ..rules import Remark, excerpt
from .checks import check
from .whole import Whole, content

NEW = 0.6  # of its words that carry meaning stand nowhere before
FEWEST = 3  # such words

_ADDS = re.compile(
    r"\s*(?:(?:in addition|moreover|furthermore|besides|additionally|also|another|finally|lastly|what is more"
    r"|on top of that|apart from (?:that|this)|likewise|similarly|not only that|beyond that)\b"
    r"|[^,.;]{2,40}\b(?:is|are) (?:also )?another\b|[^,.;]{2,40}\b(?:should|must|ought to|has to"
    r"|have to) also\b"
    r"|[^,.;]{2,40}\balso (?:needs?|matters?|deserves?|plays?)\b"
    r"|[^.;]{2,80}\b(?:should|must|ought to|has to|have to)\b[^.;]{2,60}\b(?:as well|too)\b)",
    re.IGNORECASE,
)
# what a conclusion may look ahead to
_AHEAD = re.compile(
    r"\b(?:future|further|next|research|stud(?:y|ies)|limitations?|investigat\w+|would be|could be"
    r"|question)\b|\?",
    re.IGNORECASE,
)


@check(
    "new-in-conclusion",
    CommentKind.STRUCTURE,
    label="a new point in the conclusion",
    weight=0.9,
    advice="Keep the conclusion to what the text has shown.",
)
def new_in_conclusion(whole: Whole) -> Iterator[Remark]:
    end = whole.conclusion
    if end is None:
        return
    before = Counter(content(whole.body[: end.start]))
    for place, sentence in whole.sentences():
        start = place.start + sentence.start
        if not end.start <= start < end.end:
            continue
        text = place.prose.own_text(sentence)
        words = content(text)
        new = [word for word in words if not before[word]]
        if (
            _ADDS.match(text)
            and not _AHEAD.search(text)
            and len(new) >= FEWEST
            and len(new) >= NEW * len(words)
        ):
            yield Remark(
                start,
                place.start + sentence.end,
                f"This adds a point that nothing before has prepared (“{excerpt(new[0])}” comes up here "
                f"for the first "
                "time), where the reader expects an answer.",
                "Does it belong to your argument? Then give it a paragraph of its own before the "
                "conclusion; if not, "
                "take it out.",
            )
