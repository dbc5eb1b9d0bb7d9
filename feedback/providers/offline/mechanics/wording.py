"""What is said of slips: own words for each kind, in the language of the text."""

from __future__ import annotations

from collections.abc import Sequence

from .allowed import JOINED
from .slip import Slip, SlipKind

Places = Sequence[tuple[str, Slip]]  # the words as they stand, and the slip

_ARTICLE = "“a” stands before the sound of a consonant, “an” before the sound of a vowel"
_COUNTED = "this noun is not counted in English, so it takes neither “a” nor a plural"
AGREES = "the verb does not go with its subject"
_FORM = "the form of the verb does not fit the words around it"
_COMPARED = "it is compared twice, where once is enough"
_SOUNDS = "another word is meant that sounds or looks much the same"
_TWICE = "it is typed twice"
_JOINED = "a dictionary writes it in the other way, as one word or as two"
_USAGE = "English says this in another way"

WHY: dict[str, str] = {
    "AnA": _ARTICLE,
    "RepeatedWords": _TWICE,
    "Form": _FORM,
    "Agreement": AGREES,
    **dict.fromkeys(JOINED, _JOINED),
    "MassNouns": _COUNTED,
    **dict.fromkeys(
        (
            "PronounVerbAgreement", "ThereIsAgreement", "PronounInflectionBe", "IAmAgreement", "HeDos",
            "DoesOrDose",
        ),
        AGREES,
    ),
    **dict.fromkeys(
        (
            "WillNonLemma", "InflectedVerbAfterTo", "SimplePastToPastParticiple", "DidPast", "Didnt",
            "DoubleModal", "ModalOf", "HadOf", "RegularIrregulars", "WantBe", "UseToUsedTo", "SupposedTo",
            "ProgressiveNeedsBe", "IsBeenAuxSequence", "Payed",
        ),
        _FORM,
    ),
    **dict.fromkeys(
        (
            "AdjectiveDoubleDegree", "MoreBetter", "RedundantProgressiveComparative", "RedundantSuperlatives",
        ),
        _COMPARED,
    ),
    **dict.fromkeys(
        (
            "ThereToTheir", "TheirToThere", "TheirToTheyre", "TheyreToTheir", "ItsContraction",
            "ItsPossessive", "ThenThan", "TooTo", "PossessiveYour",
            "YourPredicateAdjective", "Cant",
            "ToLoseTooLoose", "NounVerbConfusion", "SafeToSave", "SaveToSafe", "LetsConfusion", "ThesesThese",
        ),
        _SOUNDS,
    ),
}  # fmt: skip


def english(places: Places) -> tuple[str, str]:
    """Message and suggestion for one to three places of one kind."""
    kind = places[0][1].kind
    shown = _joined([f"“{words}”" for words, _ in places], "and")
    one = len(places) == 1
    if kind is SlipKind.SPELLING:
        message = (
            f"{shown} {'is' if one else 'are'} in no word list that we have. A slip of the keys costs a "
        )
        message += "reader's trust more than it should."
        return message, _corrections(places) or "Look it up, or leave it if it is a term of your subject."
    if kind is SlipKind.CAPITAL:
        return f"{shown}: a sentence, a name and “I” begin with a capital letter.", _corrections(places)
    return f"{_reasons(places)}.", _corrections(places) or "Say the sentence anew with this in mind."


def _reasons(places: Places) -> str:
    """The places with each reason once."""
    by_reason: dict[str, list[str]] = {}
    for words, slip in places:
        by_reason.setdefault(WHY.get(slip.rule, _USAGE), []).append(f"“{words}”")
    return "; ".join(f"{_joined(words, 'and')}: {why}" for why, words in by_reason.items())


def german(places: Places) -> tuple[str, str]:
    """As `english`, for German, which is checked for spelling alone."""
    shown = _joined([f"„{words}“" for words, _ in places], "und")
    one = len(places) == 1
    message = (
        f"{shown} {'steht' if one else 'stehen'} in keiner unserer Wortlisten. Ein Tippfehler kostet mehr "
    )
    message += "Vertrauen, als er sollte."
    return message, " ".join(
        f"Gemeint ist wohl „{s.correction}“ statt „{w}“." for w, s in places if s.correction
    )


def _corrections(places: Places) -> str:
    offered = [f"“{slip.correction}” for “{words}”" for words, slip in places if slip.correction]
    return f"Write {_joined(offered, 'and')}, if that is what you mean." if offered else ""


def _joined(parts: Sequence[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"
