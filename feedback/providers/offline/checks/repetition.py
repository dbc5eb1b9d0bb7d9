"""Words and openings that come back too soon."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from feedback.providers.offline.reading.prose import Prose, Sentence, Word
from feedback.providers.offline.reading.reader import Reader

from ...base import CommentKind
from ..lexicon.grammar import FUNCTION_WORDS
from ..lexicon.synonyms import GENERAL
from ..rules import Remark, rule

# times within so many words; a word that is not general may be a term, which should stay the same
TIMES_GENERAL, NEAR_GENERAL = 3, 45
TIMES_ANY, NEAR_ANY = 6, 90
SAME_OPENINGS = 3


@rule(
    "repeated-word",
    CommentKind.STYLE,
    label="words repeated close together",
    weight=0.5,
    advice="Replace general words that you repeat with the exact one.",
)
def repeated_words(prose: Prose, reader: Reader) -> Iterator[Remark]:
    topic = {stem(word) for heading in prose.heading_path for word in re.findall(r"\w+", heading.lower())}
    for key, places in _places(prose).items():
        general = any(word.text in GENERAL for _, word in places)
        needed, near = (TIMES_GENERAL, NEAR_GENERAL) if general else (TIMES_ANY, NEAR_ANY)
        cluster = _densest(places, near)
        if len(cluster) >= needed and (general or key not in topic):
            yield _repeated(prose, cluster, general=general)


def stem(word: str) -> str:
    """Enough to see that two forms are one word: plural and third person."""
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    return (
        word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 4 else word
    )


def _places(prose: Prose) -> dict[str, list[tuple[int, Word]]]:
    places: dict[str, list[tuple[int, Word]]] = defaultdict(list)
    for index, word in enumerate(prose.words):
        plain = len(word.text) >= 4 and word.text[0].isalpha() and word.text not in FUNCTION_WORDS
        if (plain or word.text in GENERAL) and prose.text[word.start].islower() and prose.is_own(word):
            places[stem(word.text)].append((index, word))
    return {key: found for key, found in places.items() if len(found) >= TIMES_GENERAL}


def _densest(places: list[tuple[int, Word]], near: int) -> list[Word]:
    """The most occurrences that lie within so many words of each other."""
    best, left = (0, 0), 0
    for right, (index, _) in enumerate(places):
        while index - places[left][0] > near:
            left += 1
        if right - left > best[1] - best[0]:
            best = (left, right)
    return [word for _, word in places[best[0] : best[1] + 1]]


def _repeated(prose: Prose, cluster: list[Word], *, general: bool) -> Remark:
    word = cluster[0].text
    anchor = _in_context(prose, cluster[1])
    if general:
        choice = next((GENERAL[found.text] for found in cluster if found.text in GENERAL), "")
        suggestion = f"It is a general word. Where you can, say exactly what you mean: {choice}."
    else:
        suggestion = (
            f"If “{word}” is a term of your subject, keep it, for a changed term confuses. "
            "If not, join two of the sentences or say “it” where nothing else could be meant."
        )
    return Remark(
        anchor.start,
        anchor.end,
        f"“{word}” comes up {len(cluster)} times within a few lines here. "
        "The reader starts to hear the word in place of the thought.",
        suggestion,
        strength=(1.2 if general else 0.8) + 0.05 * min(len(cluster), 10),
        count=len(cluster),
    )


def _in_context(prose: Prose, word: Word) -> Word:
    """The word with a few of its neighbours, so that the reader sees which occurrence is meant."""
    sentence = prose.sentence_at(word.start)
    if sentence is None:
        return word
    index = sentence.words.index(word)
    near = sentence.words[max(0, index - 2) : index + 3]
    return Word(word.text, near[0].start, near[-1].end)


@rule(
    "repeated-opening",
    CommentKind.STYLE,
    label="sentences that begin alike",
    weight=0.5,
    advice="Vary how sentences begin: with the time, the place, the reason or the contrast.",
    most=1,
)
def repeated_openings(prose: Prose, reader: Reader) -> Iterator[Remark]:
    for paragraph in prose.paragraphs:
        run: list[Sentence] = []
        for sentence in (*paragraph.sentences, None):
            if run and sentence and sentence.words[0].text == run[-1].words[0].text:
                run.append(sentence)
                continue
            if run and len(run) >= SAME_OPENINGS + _usual(run[0].words[0].text):
                yield _same_opening(prose, run)
            run = [sentence] if sentence and prose.is_own(sentence.words[0]) else []


def _usual(word: str) -> int:
    """Articles open many sentences without anybody hearing it."""
    return 1 if word in ("the", "a", "an") else 0


def _same_opening(prose: Prose, run: list[Sentence]) -> Remark:
    word = prose.text[run[0].words[0].start : run[0].words[0].end]
    second = run[1]
    rest = [prose.text[w.start : w.end] for w in second.words[1:6]]
    return Remark(
        run[0].start,
        run[-1].end,
        f"{len(run)} sentences in a row begin with “{word}”. The even beat makes separate points sound like "
        "a list.",
        f"Begin one of them elsewhere. For the second, ask when, where or why “{word} {' '.join(rest)} …” "
        "is so, and start with that; "
        "or join it to the first with “and”, “because” or “which”.",
        strength=min(1.0 + 0.1 * (len(run) - SAME_OPENINGS), 1.5),
        count=len(run),
    )
