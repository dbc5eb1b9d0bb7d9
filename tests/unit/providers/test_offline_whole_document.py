"""What a tutor would say of a whole text: sources both ways, the conclusion, what belongs to nothing."""

from __future__ import annotations

import pytest

from feedback.providers.base import Comment, Criterion, SummaryRequest, Task
from feedback.providers.offline.document import review_document
from feedback.providers.offline.reading.outline import Part
from feedback.providers.offline.reading.prose import Prose
from feedback.providers.offline.tutor.checks import find_in_whole
from feedback.providers.offline.tutor.comments import comments_on
from feedback.providers.offline.tutor.whole import Whole

BODY = """Town parks cool the streets around them (Okafor, 2019). Okafor measured four degrees at night.
Brandt and Lee (2015) found less in towns by the sea. Trees that are watered cool more (Lindqvist, 2021)."""
LIST = """Brandt, K., & Lee, S. (2015). Sea towns in summer. Journal of Towns, 4, 1-20.

Lindqvist, A. (2021). Water for trees. Malmö: Park.

Okafor, N. (2019). Night air. Lagos: Field."""
CLOSING = "Parks cool the streets, and watered trees cool them most."


def comments(*sections: tuple[str, str], task: Task | None = None) -> list[Comment]:
    parts = [Part(heading, Prose(text, heading_path=(heading,))) for heading, text in sections]
    whole = Whole("Parks", parts, task or Task())
    return comments_on(whole, find_in_whole(whole), task.criteria if task else ())


def test_a_text_whose_citations_and_list_agree_hears_nothing() -> None:
    assert comments(("Cooling", BODY), ("References", LIST)) == []


@pytest.mark.parametrize(
    "cited", ["(Abara, 2018)", "(Abara 2018, 14)", "Abara (2018)", "(see Abara 14)", "(Abara et al., 2018)"]
)
def test_a_work_that_is_cited_and_not_listed_is_named(cited: str) -> None:
    [remark] = comments(("Cooling", f"{BODY} Others deny it for the north: {cited}."), ("References", LIST))

    assert remark.kind == "evidence"
    assert "Abara" in remark.quote
    assert "nothing by “Abara”" in remark.message
    assert "?" in remark.suggestion


def test_a_work_that_is_listed_and_never_cited_is_named() -> None:
    listed = f"{LIST}\n\nPetrov, I. (2011). Shade. Sofia: Leaf."

    [remark] = comments(("Cooling", BODY), ("Works Cited", listed))

    assert remark.quote.startswith("Petrov, I. (2011)")


def test_the_comments_come_with_the_summary_and_as_next_steps() -> None:
    sections = (("Cooling", f"{BODY} Others deny it (Abara, 2018)."), ("References", LIST))

    output = review_document(SummaryRequest("Parks", sections, ()))

    assert [remark.quote for remark in output.comments] == ["Abara, 2018"]
    assert "Compare each citation with the list of references." in output.next_steps


def test_a_bibliography_may_hold_what_was_only_read() -> None:
    assert (
        comments(("Cooling", BODY), ("Bibliography", f"{LIST}\n\nPetrov, I. (2011). Shade. Sofia: Leaf."))
        == []
    )


def test_a_year_that_the_list_does_not_have_is_named_with_those_that_it_has() -> None:
    [remark] = comments(("Cooling", f"{BODY} It costs little (Okafor, 2009)."), ("References", LIST))

    assert "2009" in remark.message
    assert "Okafor of 2019" in remark.message


@pytest.mark.parametrize(
    "remark",
    [
        "It was so in the north (May 2018) as well.",  # a month
        "Adeyemi is of another view (cited in Okafor, 2019).",
        "The World Health Organization warns (WHO, 2015).",
        "It was worse in Spain (2015).",
    ],
)
def test_what_only_looks_like_a_citation_is_left_alone(remark: str) -> None:
    listed = f"{LIST}\n\nWorld Health Organization (2015). Heat. Geneva: WHO."

    assert comments(("Cooling", f"{BODY} {remark}"), ("References", listed)) == []


def test_a_list_that_begins_inside_a_section_is_found() -> None:
    [remark] = comments(("", f"{BODY} Others deny it (Abara, 2018).\n\nReferences\n\n{LIST}"))

    assert "Abara" in remark.message


def test_a_new_point_in_the_conclusion_is_asked_about() -> None:
    [remark] = comments(
        ("Cooling", BODY), ("Conclusion", f"{CLOSING} In addition, schools should offer cheaper lunches.")
    )

    assert remark.quote == "In addition, schools should offer cheaper lunches."


@pytest.mark.parametrize(
    "last",
    [
        "In addition, watered trees cool the streets at night.",
        "Further research should also look at hospitals abroad.",
    ],
)
def test_a_conclusion_may_sum_up_and_look_ahead(last: str) -> None:
    assert comments(("Cooling", BODY), ("Conclusion", f"{CLOSING} {last}")) == []


def test_a_sentence_that_belongs_to_nothing_is_asked_about() -> None:
    long = " ".join(
        [BODY, *(f"Streets near park number {n} were cooler at night than others." for n in range(10))]
    )

    [remark] = comments(("Cooling", f"{long}\n\nMy sister studies chemistry."))

    assert remark.kind == "structure"
    assert remark.quote == "My sister studies chemistry."


def test_five_comments_at_most_and_two_of_a_kind() -> None:
    lacking = " ".join(f"Some deny it ({name}, 2018)." for name in ("Abara", "Bello", "Chen"))

    remark = comments(("Cooling", f"{BODY} Others agree (Okafor, 2019). {lacking}"), ("References", LIST))

    assert len(remark) == 2


def test_a_remark_bears_on_the_criterion_that_asks_for_sources() -> None:
    task = Task(criteria=(Criterion("Use of sources", "Sources are cited and listed."),))

    [remark] = comments(("Cooling", f"{BODY} Others deny it (Abara, 2018)."), ("References", LIST), task=task)

    assert remark.criterion == "Use of sources"


def test_a_german_text_is_left_alone() -> None:
    german = "Parks kühlen die Straßen in der Nacht, und das ist gut für die Stadt (Okafor, 2019). " * 4

    assert (
        comments(("Kühle", f"{german} Andere sehen das nicht so (Abara, 2018)."), ("References", LIST)) == []
    )


PARK = """Town parks cool the streets around them. We measured the air on ten nights in June. At midnight the
park was four degrees cooler than the street beside it, and the street itself was cooler than the square.

{lone}

The trees of the park are old and stand close together. Where they were watered they cooled the air most.
A town that wants cool streets should water its trees before it plants new ones, for young trees give little
shade. The people of the town may help, with a can for each tree, as they did in the dry years of the last
war, and they will see what it does when they open the windows of their rooms at night."""


@pytest.mark.parametrize("lone", ["A park bench costs forty pounds.", "Emily had two sisters."])
def test_a_short_sentence_that_stands_alone_is_asked_about(lone: str) -> None:
    [remark] = comments(("Cooling", PARK.format(lone=lone)))

    assert remark.quote == lone
    assert "stands alone" in remark.message


@pytest.mark.parametrize(
    "lone", ["The trees cool the air at night.", "See the next page.", "This costs money."]
)
def test_a_short_sentence_that_belongs_to_the_text_is_left_alone(lone: str) -> None:
    assert comments(("Cooling", PARK.format(lone=lone))) == []
