"""Function words, connectives and participles: the closed classes that stand in for a parser."""

from __future__ import annotations

from . import words

FUNCTION_WORDS = words(
    """
    a an the this that these those my your his her its our their some any each every no all both half
    either neither such what which whose who whom i you he she it we they me him us them myself yourself
    himself herself itself ourselves themselves one ones someone anyone everyone something anything
    everything nothing of in to for with on at from by about as into like through after over between out
    against during without before under around among within along across behind beyond up down off above
    near since until toward towards upon per via despite and but or nor so yet if because although
    though while whereas unless than whether when where why how once is am are was were be been being
    have has had having do does did done doing will would shall should can could may might must ought
    not never also only just very too more most much many few less least own same other another again
    further then there here now well even still quite rather almost already often always sometimes
    however therefore thus hence it's don't doesn't isn't aren't wasn't weren't can't won't didn't i'm
    we're they're that's there's i've we've they've let's couldn't wouldn't shouldn't hasn't haven't
    hadn't get got getting make made making take took taken used using use way ways
    """
)

# show a relation wherever they stand near the start of a paragraph
CONNECTIVES = (
    "however", "therefore", "moreover", "furthermore", "nevertheless", "nonetheless", "consequently",
    "in addition", "as a result", "for this reason", "by contrast", "in contrast", "on the other hand",
    "on the one hand", "similarly", "likewise", "conversely", "for example", "for instance", "firstly",
    "secondly", "thirdly", "finally", "lastly", "meanwhile", "instead", "although", "though", "despite",
    "in spite of", "because", "whereas", "unlike", "another", "in conclusion", "to conclude", "overall",
    "in short", "to sum up", "in summary", "taken together", "even so", "that said", "of course",
    "admittedly", "at first", "afterwards", "by then", "as well", "apart from", "besides", "thus", "hence",
    "accordingly", "equally", "turning to", "at the same time", "more importantly", "above all",
    "in other words", "in particular", "too", "also", "the first", "the second", "the third", "the next",
    "the last",
)  # fmt: skip

# show a relation only as the first word
OPENERS = words(
    """
    and but so yet then still first second third next later before after since while until once if when beyond
    """
)

DEMONSTRATIVES = words("this that these those such both same neither")
PRONOUNS = words("it he she they his her its their here there")

BE_FORMS = ("am", "is", "are", "was", "were", "be", "been", "being")

# participle: simple past, for "was given" -> "gave"
IRREGULAR = {
    "begun": "began", "bought": "bought", "broken": "broke", "brought": "brought", "built": "built",
    "caught": "caught", "chosen": "chose", "cut": "cut", "dealt": "dealt", "done": "did", "drawn": "drew",
    "driven": "drove", "fed": "fed", "felt": "felt", "forgotten": "forgot", "found": "found", "given": "gave",
    "grown": "grew", "held": "held", "hidden": "hid", "kept": "kept", "known": "knew", "led": "led",
    "left": "left", "lost": "lost", "made": "made", "meant": "meant", "met": "met", "paid": "paid",
    "put": "put", "read": "read", "run": "ran", "said": "said", "seen": "saw", "sent": "sent", "set": "set",
    "shown": "showed", "sold": "sold", "spent": "spent", "spoken": "spoke", "taken": "took",
    "taught": "taught", "thought": "thought", "thrown": "threw", "told": "told", "understood": "understood",
    "undertaken": "undertook", "won": "won", "written": "wrote",
}  # fmt: skip

# end in -ed after "is" but describe a state rather than an action
STATES = words(
    """
    interested tired excited worried bored concerned supposed needed indeed limited advanced detailed
    complicated crowded experienced motivated pleased satisfied surprised confused dedicated committed
    determined embarrassed married scared aged located situated named called united talented wicked
    naked sacred hundred speed seed overwhelmed ashamed exhausted relaxed disappointed relieved
    convinced based related opposed
    """
)

SPEECH = (
    r"(?:said|says|asked|asks|told|replied|answered|added|wrote|shouted|whispered|explained|admitted|thought)"
)
