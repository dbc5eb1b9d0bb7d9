"""Inside a flow: by priority, then the document with the fewest sections left, then first come."""

from __future__ import annotations

from limiter.gate import Outcome
from tests.unit.gate.bench import Bench, U


def test_higher_priority_goes_first(bench: Bench) -> None:
    bench.offer("low", priority=-1)
    bench.offer("plain")
    bench.offer("high", priority=7)
    assert bench.jobs() == ["high", "plain", "low"]


def test_the_document_with_the_fewest_sections_left_goes_first(bench: Bench) -> None:
    bench.offer("thesis1", "thesis2", "thesis3", document="thesis")
    bench.offer("essay1", "essay2", document="essay")
    assert bench.jobs() == ["essay1", "essay2", "thesis1", "thesis2", "thesis3"]


def test_a_document_that_was_begun_is_finished_before_an_equal_one(bench: Bench) -> None:
    bench.offer("a1", "a2", "a3", document="a")
    bench.offer("b1", "b2", "b3", document="b")
    assert bench.jobs() == ["a1", "a2", "a3", "b1", "b2", "b3"]


def test_a_long_document_is_overtaken_by_a_bounded_number_of_short_ones(bench: Bench) -> None:
    bench.offer("thesis1", "thesis2", document="thesis")
    order = []
    for number in range(60):
        bench.offer(f"short{number}", document=f"short{number}")
        order += bench.jobs(1)
    assert "thesis1" in order
    assert order.index("thesis1") <= 16 * 2


def test_without_documents_it_is_first_come_first_served(bench: Bench) -> None:
    names = [f"job{number}" for number in range(30)]
    bench.offer(*names)
    assert bench.jobs() == names


def test_what_is_offered_at_the_front_goes_before_the_others_of_its_flow(bench: Bench) -> None:
    bench.offer("plain", priority=9)
    bench.offer("urgent", front=True)
    bench.offer("most urgent", front=True)
    assert bench.jobs() == ["most urgent", "urgent", "plain"]


def test_reprioritise_moves_a_waiting_job(bench: Bench) -> None:
    bench.offer("a", "b", "c")
    assert bench.gate.reprioritise(U, "c", 1)
    assert not bench.gate.reprioritise(U, "unknown", 1)
    assert bench.jobs() == ["c", "a", "b"]


def test_cancel_takes_a_job_out(bench: Bench) -> None:
    bench.offer("a", "b")
    assert bench.gate.cancel(U, "a")
    assert not bench.gate.cancel(U, "a")
    assert bench.jobs() == ["b"]


def test_offering_a_job_again_changes_nothing(bench: Bench) -> None:
    bench.offer("a")
    bench.offer("a", priority=3)
    assert bench.gate.status(U).waiting == 1
    (lease,) = bench.admit().leases
    bench.offer("a")
    assert bench.gate.status(U).waiting == 0
    bench.gate.settle(U, lease.id, Outcome.FAILURE)
    bench.offer("a")
    assert bench.jobs() == ["a"]
