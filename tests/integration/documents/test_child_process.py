"""The child process that reads a document is limited, leaves nothing behind, and works from any thread."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from feedback.documents import DocumentError, Interrupted, Limits, Parsed, TimedOut, TooComplex, parse
from tests.factories import documents as files


def children() -> list[psutil.Process]:
    """The document children of this process that are alive."""
    return [child for child in psutil.Process().children(recursive=True) if _reads_a_document(child)]


def _reads_a_document(process: psutil.Process) -> bool:
    try:
        return "feedback.documents.child" in process.cmdline()
    except psutil.Error:  # it ended as we looked
        return False


def test_a_document_that_takes_too_long_by_the_clock_is_given_up_and_its_process_is_gone() -> None:
    with pytest.raises(TimedOut):
        parse(files.endless_pdf(), "a.pdf", limits=Limits(wall_seconds=1.0))
    assert children() == []


def test_a_document_that_burns_its_share_of_the_processor_is_given_up() -> None:
    with pytest.raises(TimedOut):
        parse(files.endless_pdf(), "a.pdf", limits=Limits(cpu_seconds=1, wall_seconds=120.0))
    assert children() == []


def test_a_document_that_needs_too_much_memory_is_given_up() -> None:
    data = files.word([files.prose(60_000)])
    with pytest.raises(TooComplex):
        parse(data, "a.docx", limits=Limits(memory_bytes=24 * 1024 * 1024))


def test_a_child_that_is_killed_from_outside_says_nothing_of_the_file() -> None:
    failures: list[DocumentError] = []

    def read() -> None:
        try:
            parse(files.endless_pdf(), "a.pdf")
        except DocumentError as error:
            failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    deadline = time.monotonic() + 60
    while not children() and time.monotonic() < deadline:
        time.sleep(0.01)
    for child in children():
        os.kill(child.pid, signal.SIGKILL)
    reader.join(60)
    assert [type(failure) for failure in failures] == [Interrupted]


def test_many_threads_read_good_and_bad_documents_at_once() -> None:
    documents = [(files.word(), "a.docx"), (files.entity_bomb(), "b.docx"), (files.pdf(), "c.pdf")] * 4

    def read(document: tuple[bytes, str]) -> str:
        try:
            return parse(*document).headings[0].title
        except DocumentError as error:
            return error.code

    with ThreadPoolExecutor(6) as pool:
        assert (
            list(pool.map(read, documents)) == ["The Price of Bread", "too_complex", "The Price of Bread"] * 4
        )
    assert children() == []


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (files.word(), "essay.docx"),
        (files.opendocument(), "essay.odt"),
        (files.pdf(), "ESSAY.PDF"),
        (b"# The Price of Bread\n\n" + files.prose(60).encode(), "essay.md"),
        (b"The Price of Bread\n\n" + files.prose(60).encode(), "essay.txt"),
    ],
)
def test_every_format_crosses_the_process_boundary_unchanged(data: bytes, filename: str) -> None:
    document = parse(data, filename)
    assert isinstance(document, Parsed)
    assert document.headings[0].title == "The Price of Bread"
    assert all(document.text[heading.start : heading.end] == heading.title for heading in document.headings)
    assert document.warnings == ()


def test_the_child_sees_no_secret_of_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[dict[str, str]] = []

    def watch() -> None:
        deadline = time.monotonic() + 60
        while not started and time.monotonic() < deadline:
            with contextlib.suppress(psutil.Error):
                started.extend(child.environ() for child in children())

    monkeypatch.setenv("SECRET_KEY", "not for documents")
    watcher = threading.Thread(target=watch)
    watcher.start()
    # Its time or its memory is over first, as quick as the machine is.
    with pytest.raises((TimedOut, TooComplex)):
        parse(files.endless_pdf(), "a.pdf", limits=Limits(wall_seconds=2.0))
    watcher.join(60)
    assert started
    assert all("SECRET_KEY" not in environment for environment in started)
