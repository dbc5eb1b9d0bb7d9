"""English rules are for English texts."""

from __future__ import annotations

import pytest

from feedback.providers.offline.reading.language import detect

from .offline_reading import review_text

TEXTS = {
    "en": "The bus that leaves at ten is not for those who have a car, and it was never meant to be.",
    "de": (
        "Der letzte Bus fährt um zehn, und wer dann noch in der Stadt ist, muss zu Fuß nach Hause gehen, "
        "weil es keine andere Möglichkeit gibt und die Taxis für die meisten nicht zu bezahlen sind. "
    ),
    "fr": (
        "Le dernier bus part à dix heures, et ceux qui sont encore dans la ville doivent rentrer à pied, car "
        "les taxis ne sont pas pour tout le monde et il n'y a pas une autre solution. "
    ),
    "es": (
        "El último autobús sale a las diez, y los que todavía están en la ciudad tienen que volver a pie, "
        "porque no hay otra solución y los taxis no son para todos los que trabajan en la noche. "
    ),
    "it": (
        "L'ultimo autobus parte alle dieci, e chi è ancora in città deve tornare a piedi, perché non ci sono "
        "altre soluzioni e i taxi non sono per tutti quelli che lavorano di notte nella città. "
    ),
    "nl": (
        "De laatste bus gaat om tien uur, en wie dan nog in de stad is, moet te voet naar huis, omdat er "
        "geen andere mogelijkheid is en de taxi voor de meeste mensen niet te betalen is. "
    ),
}


@pytest.mark.parametrize("code", TEXTS)
def test_a_language_is_known_by_its_common_words(code: str) -> None:
    assert detect(TEXTS[code]).code == code


@pytest.mark.parametrize("text", ["", "Bridge closed.", "Ada Lovelace, 1815", "3.14159"])
def test_a_few_words_count_as_english(text: str) -> None:
    assert detect(text).english


@pytest.mark.parametrize(
    "text", ["最后一班公共汽车十点开。" * 9, "Последний автобус уходит в десять часов. " * 9]
)
def test_another_script_is_not_taken_for_english(text: str) -> None:
    assert not detect(text).english


def test_a_german_section_gets_a_note_that_the_rules_are_for_english() -> None:
    output = review_text(TEXTS["de"])

    assert "Der Abschnitt scheint deutsch zu sein" in output.summary
    assert "für Englisch gemacht" in output.summary


@pytest.mark.usefixtures("all_rules")
def test_a_giant_paragraph_is_noticed_in_any_language() -> None:
    output = review_text(TEXTS["fr"] * 10)

    assert [comment.quote in TEXTS["fr"] * 10 for comment in output.comments]
    assert any("paragraph" in comment.message for comment in output.comments)
    assert "French" in output.summary


def test_doubled_words_of_another_language_are_no_slip() -> None:
    text = (
        "Nous nous levons et vous vous levez dans la ville, et les enfants ne sont pas dans la maison avec "
        "nous. " * 2
    )

    assert review_text(text).comments == []
