"""Sentences that speak of all members of a kind, or set one above all others."""

from __future__ import annotations

import re

_GROUP = (
    r"(?:people|persons?|humans|human beings|individuals?|students?|pupils?|children|child|kids?|teenagers?"
    r"|adolescents?|adults?|parents?|mothers?|fathers?|famil(?:y|ies)|men|man|women|woman|boys?|girls?"
    r"|teachers?"
    r"|employees?|employers?|workers?|compan(?:y|ies)|business(?:es)?|countr(?:y|ies)|governments?"
    r"|politicians?"
    r"|citizens?|nurses?|patients?|athletes?|immigrants?|criminals?|critics?|schools?|universit(?:y|ies)"
    r"|neighbou?rs?|friends?|police officers?"
    # and by what they do: farmers, doctors, artists, musicians; no papers, orders or factors
    r"|(?!(?:num|pap|ord|comput|fact|vect|sens|mark|lay|memb|mirr|err|oth|low|high|great|small|larg|fav|col"
    r"|met|lett|weath|pow|flow|wat|matt|paramet|indicat|clust|disord|monit|cent|corn|quart|disast)"
    r"(?:er|or)s?\b)[a-z]{2,}(?:ers?|ors?|ists?|ians?))"
)
# what somebody does, wants or is by nature
_DOES = (
    r"(?:are|is|wants?|needs?|likes?|loves?|hates?|thinks?|feels?|prefers?|uses?|lives?|cares?|enjoys?|works?"
    r"|spends?|judges?|behaves?|lies?|fears?|envy|envies|trusts?|can|will|would|refuses?"
    r"|understands?|accepts?|ignores?|buys?|eats?|reads?|watch(?:es)?|complains?|wins?|loses?"
    r"|has (?:a|an|the|great|success|no)|have (?:a|an|the|great|success|no))"
)
# what makes it a definition, a platitude, a rule, or a statement of what is possible
_BUT_NOT = (
    r"(?!\s+(?:not|never|equal|different|unique|entitled|mortal|required|expected|subject|given|asked"
    r"|allowed|told|born|made|affected|involved|due|still|also"
    r"|to|him|her|it|them|this|from|you|be)\b)"
)
_PEOPLE = rf"(?:the (?:old|young|rich|poor|elderly|unemployed|media)|(?:[a-z-]+\s+)?{_GROUP})"
_LEAD = (
    r"\A\s*(?:(?:Obviously|Clearly|Of course|In fact|Also|However|Therefore|Besides|Moreover|Furthermore|Thus"
    r"|Hence|So|And|But|Today|Nowadays|Now I know that|I (?:think|believe|know)(?: that)?),?\s+)?"
)
# the first word of a subject that is one thing, and no kind of things
_ONE = (
    r"(?:i|we|you|he|she|it|they|this|that|these|those|there|the|my|our|his|her|its|their|your|if|when|as|in"
    r"|what|who|whom|which|whose|not|one|some|something|nothing|though|although|while|since|because|nature"
    r"|life"
    r"|first|second|another|once|then|even|perhaps|maybe|almost|nearly|was|were|had|can|could|should|must"
    r"|may|might"
    r"|would|is|are|has|have|and|or|but|to|for|on|at|with|by|from|many|most|few|several|remember|please)"
)
_ALWAYS = (
    r"(?<!not )(?<!almost )(?<!nearly )(?:always|never)(?:\s+too)?\s+"
    r"(?!be\b(?! able to)|been|have\b|has\b|subject|\w+ed\b|\w+ing\b|\w+ly\b|kept|sent|held|made|done|taken"
    r"|given|seen|shown|told|known|written|read\b|put\b|set\b|or\b|more\b|mind\b|the\b|a\b|an\b|before"
    r"|important"
    r"|necessary|to\b|possible|easy|enough)[a-z]+"
)
_FORMS = (
    rf"{_LEAD}(?P<claim>(?:all|every|no)\s+(?:(?!other|one|longer|matter|doubt|such|these|those|this"
    r"|the)[a-z-]+\s+)?"
    rf"{_GROUP}\s+(?:really\s+|always\s+)?{_DOES}\b{_BUT_NOT})",
    rf"{_LEAD}(?P<claim>(?:nobody|no one)\s+(?:really\s+)?(?:needs?|cares?|can (?!morally|legally|be\b|deny"
    r"|argue|predict|doubt|ignore|underestimate|guess|say|know|steal)[a-z]+|likes?|wants?|uses?|reads?)\b"
    rf"{_BUT_NOT})",
    rf"{_LEAD}(?P<claim>(?:everyone|everybody)\s+(?:really\s+)?"
    rf"(?:needs?|likes?|loves?|uses?|hates?|prefers?)\b{_BUT_NOT})",
    rf"{_LEAD}(?P<claim>(?:nobody|no one)\s+(?:who\s+(?:[a-z]+\s+){{1,4}}?)?(?:really\s+)?(?:wants?"
    r"|likes?)\s+to\s+(?!be\b)"
    r"[a-z]+)",
    rf"{_LEAD}(?P<claim>(?:nobody|no one)\s+who\s+(?:[a-z]+\s+){{1,4}}?(?:can|will|would|is|has|cares?)\b)",
    # "Anyone who is filmed becomes a liar"; what they must or may do is a rule
    rf"{_LEAD}(?P<claim>(?:(?:anyone|anybody|everyone|everybody)\s+who|whoever)\s+(?:[a-z]+\s+){{1,4}}?"
    r"(?:becomes?|is\s+(?:an?\b|always|never|[a-z]+ing\b)|lies|loses|never|always|knows|hates|loves"
    r"|wants)\b)",
    r"(?P<claim>\b(?:is|are) (?:therefore |clearly |simply )?the (?:only|sole|one and only|single) "
    r"(?:real |true |possible |right |good )?(?:reasons?|causes?|problems?|ways?|solutions?|answers?|factors?"
    r"|explanations?)\b)",
    r"(?P<claim>\bthe (?:only|single|sole|one and only) (?:real |true |possible |right |good )?"
    r"(?:reason|cause|way|solution|answer|explanation)(?=\s+(?:for|of|to|that|why|is)\b))(?!.{0,40}\b(?:was"
    r"|were|had)\b)",
    r"(?P<claim>\bthe only (?:people|ones) (?:who|that)(?=\s+[a-z]+))(?!.{0,40}\b(?:was|were|had)\b)",
    r"(?P<claim>\bthere is only one (?:real |true |possible )?(?:reason|cause|way|solution|answer"
    r"|explanation)\b)",
    r"(?P<claim>\bbecause they (?:are (?:all |just |simply |too |so )?(?:lazy|stupid|greedy|selfish|ignorant"
    r"|careless|spoilt|spoiled|weak|cowards|evil|rude)|(?:have|show) no (?:respect|discipline|manners|shame"
    r"|interest|morals)|(?:do not|don['’]t) care)\b)",
    r"(?<!one of )(?P<claim>\b(?:the (?:best|worst|greatest|most [a-z]+|only (?:[a-z]+ )?[a-z]+) "
    r"(?:[a-z]+ ){0,2}?(?:(?:in|of) (?:the (?:whole |entire )?world|all time|(?:all )?human history|history)"
    r"|in all of [a-z]+|on earth)|the (?:best|worst|[a-z]{3,}est"
    r"|most [a-z]+) (?:[a-z]+ ){1,3}?ever (?:written|made|built|told"
    r"|created|invented|seen|lived|filmed|composed|painted))\b)",
    # "Thieves do not care about cameras at all", "Nurses have no time for anybody"
    rf"{_LEAD}(?P<claim>{_PEOPLE}\s+(?:do not|don['’]t|does not|doesn['’]t)\s+[a-z]+\b(?=[^.;,]*?"
    r"\b(?:at all|anything|anybody|anyone)\b))",
    rf"{_LEAD}(?P<claim>{_PEOPLE}\s+(?:(?:who|that)\s+(?:[a-z]+\s+){{1,5}}?)?(?:has|have"
    r"|shows?)\s+no\s+(?:respect|interest|feelings?"
    r"|patience|discipline|manners|morals|shame|conscience|time)\b)",
    rf"{_LEAD}(?P<claim>those who\s+(?:[a-z]+\s+){{1,5}}?(?:have|show)\s+no\s+(?:respect|interest|feelings?"
    r"|patience|discipline|manners|morals|shame|conscience)\b)",
    # "A jacket has never made anyone cleverer", "Power makes everybody cruel"
    rf"{_LEAD}(?P<claim>[a-z]+(?:\s+[a-z]+){{0,3}}?\s+(?:has|have) never\s+[a-z]+\s+(?:anyone|anybody"
    r"|a single)\b)",
    rf"{_LEAD}(?P<claim>[a-z]+(?:\s+[a-z]+)?\s+(?:makes|hurts|harms|ruins|corrupts|destroys)\s+(?:everyone"
    r"|everybody)\b)",
    rf"{_LEAD}(?P<claim>everything\s+(?:can be\s+[a-z]+\s+by|depends on|has a price)\b)",
    r"(?P<claim>\b(?:it is|it's) (?:simply |completely |absolutely )?impossible that\b)",
    rf"(?P<claim>\bthere is no (?:[a-z]+\s+)?{_GROUP}\s+(?:who|that)\s+(?:does not|doesn['’]t|would not"
    r"|has not|cannot)\b)",
    rf"{_LEAD}(?P<claim>the (?:old|young|rich|poor|elderly|unemployed)\s+(?:always|never|only|all)\s+[a-z]+)",
)
# a manual says of its parts what they always do; an essay that says it of a kind owes the reader a reason
_KIND = (
    rf"{_LEAD}(?P<claim>(?:(?!{_ONE}\b)[a-z-]+\s+){{1,4}}?(?:(?:who|that)\s+(?:(?!(?:i|we|he|she|it|the|was"
    r"|were)\b)"
    rf"[a-z]+\s+){{1,4}}?)?(?:(?:in|at|near|by|from|with) the [a-z]+\s+)?"
    rf"(?:(?:(?:can|will)\s+(?:therefore\s+)?(?=never)|(?:are|is|do|does|will)\s+))?{_ALWAYS})"
)
_CLAIMS = tuple(re.compile(form, re.IGNORECASE) for form in _FORMS)
_OF_A_KIND = re.compile(_KIND, re.IGNORECASE)

# not "to prove", and not what somebody proved by an act
PROVES = re.compile(
    r"\b(?:(?:clearly|definitely|further|also|therefore)\s+)?proves\s+that\b"
    r"|(?<!\bto )(?<!\bwe )(?<!\bI )(?<!\bcan )(?<!\bcould )(?<!\bwill )(?<!\bmay )(?<!\bmight )"
    r"(?<!\bmust )(?<!\bwho )(?<!\bnot )(?<!\band )(?<!\bor )(?<!intent )(?<!intend )\bprove\s+that\b"
    r"|\b(?:research|study|studies|experiments?|analys[ei]s|results?|survey|surveys|measurements?|data"
    r"|figures)\s+"
    r"(?:[a-z, ]{0,40}\s)?(?:has\s+|have\s+)?proved\s+that\b"
    r"|\bprove[sd]?\s+(?:beyond\s+(?:any\s+|all\s+|a\s+)?(?:reasonable\s+)?doubt|once and for all"
    r"|conclusively)\b(?!\s+in\b)"
    r"|\b(?:this|which|it|that)\s+is\s+(?:the\s+|a\s+|clear\s+|final\s+|definite\s+)*proof\s+that\b"
    r"|\b(?:has|have)\s+(?:therefore|thus|clearly|definitely)\s+proved\s+that\b",
    re.IGNORECASE,
)


def claim_in(sentence: str, *, essay: bool) -> re.Match[str] | None:
    """The first form that a sentence has, with its words as `claim`."""
    forms = (*_CLAIMS, _OF_A_KIND) if essay else _CLAIMS
    return next((match for form in forms if (match := form.search(sentence))), None)
