"""From a model's half-written JSON to prose that grows on the page."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.documents.sanitise import visible
from feedback.live import fold as folding
from feedback.live import writer as writing
from feedback.live.entries import Entry

ANSWER = {
    "summary": "A clear start, “well” made.",
    "strengths": ["It is short.", "It is plain."],
    "comments": [{"kind": "style", "quote": "x", "message": 'Say {it} "once".'}],
}


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Entry]]:
    entries: list[Entry] = []

    def publish(document: str, event: str, data: Mapping[str, Any]) -> None:
        entries.append(Entry(f"{len(entries) + 1}-0", event, data))

    monkeypatch.setattr(writing, "publish", publish)
    monkeypatch.setattr(writing, "EVERY_SECONDS", 0.0)
    yield entries


def write(pieces: list[str], attempt: int = 1) -> None:
    writer = writing.Writer(document="d", section="s", attempt=attempt)
    for piece in pieces:
        writer.feed(piece)
    writer.flush()


def test_what_is_folded_is_what_was_written(published: list[Entry]) -> None:
    write(list(json.dumps(ANSWER, ensure_ascii=False)))
    assert folding.fold(published)["s"].parts == {
        "summary": ANSWER["summary"],
        "strengths.0": "It is short.",
        "strengths.1": "It is plain.",
        "comments.0.quote": "x",
        "comments.0": 'Say {it} "once".',
    }


def test_what_a_comment_speaks_of_comes_whole_and_not_after_its_first_word(published: list[Entry]) -> None:
    """The page looks for these words in the text, and puts the comment beside them."""
    write(list('{"comments": [{"kind": "style", "quote": "the last bus", "message": "Say'))
    pieces = [piece for entry in published for piece in entry.data["pieces"]]
    quoted = [(part, text) for part, _, text in pieces if part.endswith(".quote")]
    assert quoted == [("comments.0.quote", "the last bus")]
    assert pieces.index(("comments.0.quote", 0, "the last bus")) == 0


@given(
    summary=st.text(max_size=60),
    strengths=st.lists(st.text(max_size=20), max_size=3),
    cuts=st.lists(st.integers(0, 400), max_size=12),
)
def test_however_the_answer_is_cut_the_page_shows_the_same(
    summary: str, strengths: list[str], cuts: list[int]
) -> None:
    answer = json.dumps({"summary": summary, "strengths": strengths})
    edges = sorted({0, len(answer), *(cut for cut in cuts if cut < len(answer))})
    entries: list[Entry] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "EVERY_SECONDS", 0.0)
        patch.setattr(writing, "publish", lambda d, event, data: entries.append(Entry("1-0", event, data)))
        write([answer[a:b] for a, b in itertools.pairwise(edges)])
    shown = folding.fold(entries)["s"].parts if entries else {}
    expected = {
        "summary": visible(summary),
        **{f"strengths.{n}": visible(s) for n, s in enumerate(strengths)},
    }
    assert {part: text for part, text in shown.items() if text} == {p: t for p, t in expected.items() if t}


def test_an_event_carries_only_what_is_new(published: list[Entry]) -> None:
    write(['{"summary": "One', " two", ' three"}'])
    assert [entry.data["pieces"] for entry in published] == [
        [("summary", 0, "One")],
        [("summary", 3, " two")],
        [("summary", 7, " three")],
    ]


def test_what_is_no_json_shows_nothing(published: list[Entry]) -> None:
    write(["I am sorry, ", "but I cannot do that."])
    assert published == []


def test_a_new_attempt_starts_with_a_clean_page(published: list[Entry]) -> None:
    write(['{"summary": "The first try, cut of'])
    write(['{"summary": "Again"}'], attempt=2)
    assert folding.fold(published)["s"].parts == {"summary": "Again"}


def test_late_words_of_an_earlier_attempt_change_nothing(published: list[Entry]) -> None:
    write(['{"summary": "Again"}'], attempt=2)
    write(['{"summary": "Late"}'], attempt=1)
    assert folding.fold(published)["s"].parts == {"summary": "Again"}


def test_text_that_could_lie_by_its_direction_is_made_plain(published: list[Entry]) -> None:
    write(['{"summary": "safe\\u202eevil"}'])
    assert folding.fold(published)["s"].parts == {"summary": "safeevil"}
