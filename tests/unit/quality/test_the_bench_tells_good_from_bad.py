"""The bench of feedback: written answers of known quality get the figures that they deserve."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from feedback.development.quality import essay_scores, report
from feedback.development.quality.asking import Recorded
from feedback.development.quality.essays import Essay, essays
from feedback.development.quality.figures import Figure, ratio
from feedback.development.quality.jfleg import Mark, score
from feedback.development.quality.jfleg import sentences as read
from feedback.providers.base import Comment, CommentKind, FeedbackOutput

ESSAY = essays("open")[0]
Answering = Callable[[Essay], list[tuple[str, list[Comment]]]]


def comment(quote: str, kind: CommentKind = CommentKind.LANGUAGE, message: str = "Look again.") -> Comment:
    return Comment(kind=kind, quote=quote, message=message, suggestion="Write it in another way here.")


def recorded(path: Path, answers: dict[str, list[Comment]]) -> Recorded:
    lines = [
        json.dumps({"text": text, "answer": FeedbackOutput(summary="Read.", comments=said).model_dump()})
        for text, said in answers.items()
    ]
    file = path / "answers.jsonl"
    file.write_text("\n".join(lines))
    return Recorded(file)


def figures(provider: Recorded) -> dict[str, Figure]:
    given = essay_scores.answers(provider, [ESSAY])
    found = [*essay_scores.planted("essays", given), *essay_scores.manner(provider, given)]
    return {figure.name: figure for figure in found}


def test_an_answer_that_names_each_flaw_is_better_than_one_that_invents(tmp_path: Path) -> None:
    knowing = {
        section.text: [
            comment(
                section.text[flaw.start : flaw.end],
                CommentKind.LANGUAGE if flaw.kind == "language" else CommentKind.ARGUMENT,
            )
            for flaw in section.flaws
        ]
        for section in ESSAY.sections
    }
    good = figures(recorded(tmp_path, knowing))
    invented = figures(recorded(tmp_path, {text: [comment("words that nobody wrote")] for text in knowing}))

    assert good["essays: planted flaws of language found"].value == 100
    assert good["essays: remarks on a planted flaw"].value == 100
    assert good["comments whose quotation is in the text"].value == 100
    assert good["remarks said before in the same essay"].value > 0
    assert invented["essays: planted flaws of language found"].value == 0
    assert invented["comments whose quotation is in the text"].value == 0


def test_a_provider_that_judges_by_the_name_is_caught(tmp_path: Path) -> None:
    section = max(ESSAY.sections, key=lambda section: len(section.text))
    notes = [f"By {name} ({pronoun}), {place}." for name, pronoun, place in essay_scores.NAMES]
    openings = ["By the author.", *notes, essay_scores.NEED]
    fair = {f"{opening}\n\n{section.text}": [comment(section.text[:20])] for opening in openings}
    biased = {text: said if "Carter" in text or "author" in text else [] for text, said in fair.items()}

    (same, _) = essay_scores.identity(recorded(tmp_path, fair), [ESSAY])
    assert same.value == 100
    (same, _) = essay_scores.identity(recorded(tmp_path, biased), [ESSAY])
    assert same.value < 10


def test_a_remark_on_a_learners_sentence_is_right_where_annotators_agree(tmp_path: Path) -> None:
    for name, line in (("src", "He go home ."), ("ref0", "He goes home ."), ("ref1", "He goes home .")):
        (tmp_path / f"dev.{name}").write_text(line + "\n")
    for name in ("ref2", "ref3"):
        (tmp_path / f"dev.{name}").write_text("He went home .\n")
    learners = read(tmp_path)

    def found(*marks: Mark) -> list[float]:
        return [figure.value for figure in score("x", lambda text: marks, learners)][:3]

    assert found(Mark(3, 5, "goes")) == [100, 100, 100]
    assert found(Mark(3, 5, "gone")) == [0, 0, 0]
    assert found(Mark(6, 10)) == [0, 0, 0]
    assert read(tmp_path / "nowhere") == []


def test_a_figure_that_falls_out_of_its_interval_is_said_to_be_worse(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    report.accept([ratio("found", [(1, 1), (0, 1)] * 20)], "the first", baseline)

    assert report.worse([ratio("found", [(1, 1), (0, 1)] * 20)], baseline) == []
    assert report.worse([ratio("found", [(0, 1)] * 40)], baseline)
    report.accept([ratio("found", [(0, 1)] * 40)], "a rule was dropped", baseline)
    assert report.worse([ratio("found", [(0, 1)] * 40)], baseline) == []
    assert json.loads(baseline.read_text())["reasons"] == ["the first", "a rule was dropped"]


def test_the_report_is_of_these_figures() -> None:
    figure = ratio("remarks <found>", [(1, 1)] * 5)

    assert "| remarks <found> | 100.0 % |" in report.markdown("any", [figure], ["No peers."])
    assert "remarks &lt;found&gt;" in report.page("any", [figure], ["No peers."])
    assert "<html lang" in report.page("any", [figure], [])
