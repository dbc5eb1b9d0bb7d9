"""Spellings that tell British from American English, and terms that are written in more than one way."""

from __future__ import annotations

from . import words

BRITISH_AMERICAN = {
    "colour": "color", "colours": "colors", "coloured": "colored", "behaviour": "behavior",
    "behaviours": "behaviors", "behavioural": "behavioral", "favour": "favor", "favours": "favors",
    "favourite": "favorite", "favourable": "favorable", "labour": "labor", "neighbour": "neighbor",
    "neighbours": "neighbors", "neighbourhood": "neighborhood", "neighbourhoods": "neighborhoods",
    "honour": "honor", "humour": "humor", "rumour": "rumor", "harbour": "harbor", "vapour": "vapor",
    "flavour": "flavor", "endeavour": "endeavor", "centre": "center", "centres": "centers",
    "centred": "centered", "theatre": "theater", "metre": "meter", "metres": "meters", "litre": "liter",
    "litres": "liters", "fibre": "fiber", "fibres": "fibers", "millilitres": "milliliters",
    "kilometres": "kilometers", "centimetres": "centimeters", "analyse": "analyze", "analysed": "analyzed",
    "analyses": "analyzes", "analysing": "analyzing", "catalyse": "catalyze", "paralysed": "paralyzed",
    "travelled": "traveled", "travelling": "traveling", "traveller": "traveler", "travellers": "travelers",
    "modelling": "modeling", "modelled": "modeled", "labelled": "labeled", "labelling": "labeling",
    "cancelled": "canceled", "cancelling": "canceling", "fuelled": "fueled", "signalling": "signaling",
    "levelled": "leveled", "counselling": "counseling", "grey": "gray", "programme": "program",
    "programmes": "programs", "catalogue": "catalog", "dialogue": "dialog", "defence": "defense",
    "offence": "offense", "licence": "license", "pretence": "pretense", "sceptical": "skeptical",
    "sceptic": "skeptic", "ageing": "aging", "mould": "mold", "plough": "plow", "tyre": "tire",
    "aluminium": "aluminum", "manoeuvre": "maneuver", "oestrogen": "estrogen", "paediatric": "pediatric",
    "anaemia": "anemia", "fulfil": "fulfill", "enrol": "enroll", "enrolment": "enrollment",
    "skilful": "skillful", "cheque": "check", "jewellery": "jewelry", "storey": "story", "maths": "math",
    "pyjamas": "pajamas", "sulphur": "sulfur", "sulphate": "sulfate", "draught": "draft",
    "artefact": "artifact", "artefacts": "artifacts",
}  # fmt: skip

# also an ordinary word of the other variety, so that it says nothing by itself
AMBIGUOUS = words(
    """
    program programs dialog license check story draft tire meter meters analyses cheque catalog dialogue
    """
)

# always -ise, in either variety
ALWAYS_ISE = words(
    """
    advertise advise arise comprise compromise demise despise devise disguise enterprise excise exercise
    franchise improvise incise merchandise precise premise promise raise revise rise supervise surmise
    surprise televise wise likewise otherwise clockwise expertise noise praise paradise treatise concise
    imprecise unwise bruise cruise cruise chastise circumcise poise appraise disenfranchise reprise
    """
)
ALWAYS_IZE = words(
    """
    size prize seize capsize resize downsize assize maize oversize
    """
)

# two words or hyphenated depending on their place in the sentence, so both in one text is right
OPEN_OR_HYPHENATED = words(
    """
    long-term short-term full-time part-time well-known up-to real-time real-world high-quality
    large-scale small-scale first-hand second-hand middle-class working-class high-level low-level
    first-year second-year third-year face-to one-to step-by day-to on-line so-called well-being
    old-fashioned best-known high-pressure low-income high-income high-school open-ended built-in
    follow-up set-up make-up make-believe check-in break-down
    """
)
