"""The engine's rules that are listened to, by what a student is told. All others are off.

Chosen on learners' and on edited prose (docs/quality.md): most of the engine's 900 rules are about style,
brands or one set phrase, and some are right less than half of the time.
"""

from __future__ import annotations

from .slip import SlipKind

_CAPITAL = ("SentenceCapitalization", "CapitalizePersonalPronouns")
JOINED = (
    "OpenCompounds", "MergeWords", "Someone", "Somebody", "Nobody", "Anybody", "Everybody",
    "Anywhere", "Everywhere", "Somewhere", "Nowhere", "Furthermore", "Therefore", "Nowadays", "OfCourse",
    "Without", "Instead", "However", "Itself", "Myself", "Yourself", "Themself", "Nonetheless",
    "Notwithstanding", "Whereas", "Beforehand", "Worldwide", "Widespread", "Nothing",
    "Straightforward", "EveryTime", "LikelyHood", "AfterAll", "InDetail", "NoLonger",
)  # fmt: skip
_GRAMMAR = (
    "RepeatedWords",
    "AnA", "MassNouns", "TheAnother", "AnAnother", "AnotherAn", "AnotherThings", "AnotherOnes",
    "PronounVerbAgreement", "ThereIsAgreement", "PronounInflectionBe", "IAmAgreement", "HeDos",
    "DoesOrDose", "WillNonLemma", "InflectedVerbAfterTo", "SimplePastToPastParticiple",
    "DidPast", "Didnt", "DoubleModal", "ModalOf", "HadOf", "MayOfPronoun", "RegularIrregulars", "WantBe",
    "UseToUsedTo", "SupposedTo", "AdjectiveDoubleDegree", "MoreBetter", "RedundantProgressiveComparative",
    "RedundantSuperlatives", "ThereToTheir", "TheirToThere", "TheirToTheyre", "TheyreToTheir",
    "ItsContraction", "ItsPossessive", "ThenThan", "PossessiveYour",
    "YourPredicateAdjective", "Cant", "DontCan", "WrongApostrophe", "ToLoseTooLoose", "NounVerbConfusion",
    "SafeToSave", "SaveToSafe", "DespiteOf", "TheyToThem", "Lots", "AllowTo", "OutOfDate",
    "ProgressiveNeedsBe", "Discuss", "QuiteMany", "PluralWrongWordOfPhrase", "FewUnitsOfTimeAgo",
    "LookForwardTo", "LookingForwardTo", "GetUsedTo", "IsBeenAuxSequence", "VeryLess", "CriteriaPhenomena",
    "EachOthersPossessive", "ThesesThese", "DoMistake", "OpenTheLight", "Payed",
)  # fmt: skip

SPELLING = ("SpellCheck", "SplitWords")
KINDS: dict[str, SlipKind] = {
    **dict.fromkeys(SPELLING, SlipKind.SPELLING),
    **dict.fromkeys(_CAPITAL, SlipKind.CAPITAL),
    **dict.fromkeys(JOINED, SlipKind.GRAMMAR),
    **dict.fromkeys(_GRAMMAR, SlipKind.GRAMMAR),
}
