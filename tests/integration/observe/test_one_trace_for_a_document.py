"""From submit to delivered feedback: one trace, through web, gate and worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from feedback.models import Document, Job, User
from feedback.operations.observe import tracing
from feedback.pipeline.run import run
from feedback.services.intake import documents
from limiter.jobs.execution import Execution
from tests.e2e.site import Site
from tests.integration.observe.collectors import Person, TraceCollector
from tests.integration.observe.conftest import QUEUES
from tests.running import Running, wait_until

TEXT = "# Bees\n\nBees matter because they pollinate crops, and yet their number falls every year.\n"


@pytest.fixture
def recorded() -> Iterator[InMemorySpanExporter]:
    """The spans of this process."""
    provider, exporter = trace.get_tracer_provider(), InMemorySpanExporter()
    assert isinstance(provider, TracerProvider)
    processor = SimpleSpanProcessor(exporter)
    provider.add_span_processor(processor)
    yield exporter
    processor.shutdown()
    exporter.clear()


def handed_in(owner: User) -> Document:
    return documents.submit(
        owner=owner, handed=documents.Handed.pasted(TEXT), submission_key="k1", upstream="offline"
    )


@pytest.mark.django_db
def test_a_document_that_a_command_hands_in_begins_a_trace(owner: User) -> None:
    document = handed_in(owner)
    assert len(document.trace) == 55
    assert document.jobs.get().trace == document.trace


@pytest.mark.django_db
def test_what_is_handed_in_within_a_span_belongs_to_it(owner: User) -> None:
    with tracing.span("POST submit"):
        expected = tracing.trace_id()
        document = handed_in(owner)
    assert document.trace.split("-")[1] == expected


@pytest.mark.django_db
def test_a_run_and_its_wait_are_spans_of_the_documents_trace(
    owner: User, recorded: InMemorySpanExporter
) -> None:
    document = handed_in(owner)
    job = document.jobs.get()
    recorded.clear()
    run(str(job.pk), Execution(id="e1", job=str(job.pk)))
    spans = {span.name: span for span in recorded.get_finished_spans()}
    assert {"wait parse", "parse"} <= set(spans)
    for span in spans.values():
        assert f"{span.context.trace_id:032x}" == document.trace.split("-")[1]
    attributes = spans["parse"].attributes
    assert attributes is not None
    assert attributes["job"] == str(job.pk)
    assert attributes["outcome"] == "success"


@pytest.mark.django_db
def test_a_run_that_raises_names_the_error_and_not_its_words(recorded: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="my essay"), tracing.span("analyse"):
        raise ValueError("my essay, word for word")
    (span,) = recorded.get_finished_spans()
    assert span.status.description == "ValueError"
    assert "essay" not in span.to_json()


@pytest.fixture
def collector() -> Iterator[TraceCollector]:
    with TraceCollector() as collector:
        yield collector


@pytest.fixture
def environment(environment: dict[str, str], collector: TraceCollector) -> dict[str, str]:
    return {
        **environment,
        "FEEDBACK_UPSTREAM": "simulated",
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "200",  # milliseconds
    }


@pytest.mark.django_db(transaction=True)
def test_real_processes_send_one_trace_to_a_collector(
    site: Site, running: Running, collector: TraceCollector, owner: User
) -> None:
    running.worker(*QUEUES)
    Person(site, owner).hand_in(TEXT)
    wait_until(lambda: Document.objects.filter(state="complete").exists(), "the feedback is there")
    document = Document.objects.get()
    trace_id = document.trace.split("-")[1]

    def names() -> set[str]:
        return {span.name for _, span in collector.of(trace_id)}

    stages = {"parse", "split", "analyse", "summarise"}
    wait_until(lambda: stages | {"feedback delivered", "POST submit"} <= names(), "every span has come")
    senders = {span.name: sender for sender, span in collector.of(trace_id)}
    assert senders["POST submit"] == "uvicorn"
    assert {senders[stage] for stage in stages} == {"rqworker"}
    assert {f"wait {stage}" for stage in stages} <= names()
    (analyse,) = [span for _, span in collector.of(trace_id) if span.name == "analyse"]
    assert "gate accepted" in {event.name for event in analyse.events}
    job = Job.objects.get(kind="analyse")
    attributes = {a.key: a.value.string_value for a in analyse.attributes}
    assert (attributes["job"], attributes["lease"]) == (str(job.pk), job.lease)
    assert b"pollinate" not in b"".join(span.SerializeToString() for _, span in collector.spans)
