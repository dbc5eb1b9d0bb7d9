"""Words by which a sentence claims more than it shows, and words by which it shows something."""

from __future__ import annotations

# a claim to evidence: the reader expects the source beside it
CLAIMED_EVIDENCE = (
    r"(?:many|most|several|numerous|various|countless) (?:[a-z]+ )?(?:critics|psychologists|doctors"
    r"|economists|linguists|philosophers|educators|analysts|specialists|academics|sociologists|biologists"
    r"|physicians|theorists|commentators|professionals|authors|writers|scientists|scholars|researchers"
    r"|experts|historians) (?:have |now |also |still )?(?:believe|think|argue|claim|say|agree|hold|see"
    r"|consider|maintain|feel|assume|argued|claimed|shown|proved|proven)",
    r"(?:experience|history) (?:[a-z]+ ){0,3}?(?:shows?|proves?|teaches|has shown|has proved"
    r"|has proven|has taught) (?:us )?that",
    r"(?:many|most|a lot of) (?:other )?(?:companies|schools|countries|universities|businesses|employers"
    r"|cities|firms|towns|villages) (?:have had (?:great|much|good) success|have reported|report)",
    r"(?:many |some |most |several |numerous |recent |various |previous )?(?:studies|research|researchers"
    r"|scientists|experts|"
    r"surveys|statistics|evidence|scholars|historians|reports) "
    r"(?:have |has |had |all |clearly |also |now )?"
    r"(?:show|shows|shown|suggest|suggests|suggested|prove|proves|proved|proven|indicate|indicates|indicated"
    r"|found|"
    r"find|finds|agree|agrees|agreed|demonstrate|demonstrates|demonstrated|say|says|"
    r"believe|believes|claim|claims|confirm|confirms|confirmed|recommend)",
    r"according to (?:research|studies|experts|scientists|statistics|many|some)",
    r"it (?:is|has been) (?:widely |generally |well |commonly |scientifically |often )?(?:known|accepted"
    r"|proven|proved|"
    r"believed|shown|acknowledged|recognised|recognized|established) that",
    r"(?:everyone|everybody|we all|most people|no one|nobody) (?:knows?|agrees?|would agree|can see|doubts?"
    r"|would deny)",
    r"there is (?:no|little) doubt that",
    r"it is (?:a (?:well-known )?fact|common knowledge|undeniable|beyond doubt|obvious) that",
)

_PEOPLE_AND_THINGS = (
    r"(?:people|students|countries|companies|teachers|children|studies|researchers|users|cases"
    r"|schools|patients"
    r"|participants|workers|families|teenagers|young people|adults|cities)"
)
_CHANGE = (
    r"(?:increases?d?|decreases?d?|rise|rose|risen|rises|fall|fell|fallen|reduction|reduced|drop|dropped"
    r"|growth|grew"
    r"|grown|higher|lower|more|less|fewer|faster|slower|better|worse|improvement|improved|change|changed)"
)

VAGUE_QUANTITIES = (
    rf"(?:many|most|few|some|numerous|countless|several) {_PEOPLE_AND_THINGS}",
    r"(?:a|the) (?:large|huge|great|significant|considerable|substantial|growing|increasing|small) "
    r"(?:number|amount|proportion|percentage|part|share|majority|minority)(?: of)?",
    r"(?:a |the )?(?:significant|dramatic|massive|huge|sharp|substantial|considerable|drastic|rapid)(?:ly"
    r"|ally)? "
    rf"{_CHANGE}",
    r"(?:increased|decreased|rose|fell|dropped|improved|grew|declined) "
    r"(?:significantly|dramatically|massively|sharply|substantially|considerably|drastically|rapidly)",
    r"the majority of",
)

_GREATLY = (
    r"(?:significantly|dramatically|massively|sharply|substantially|considerably|drastically|rapidly|enormously"
    r"|tremendously|hugely|steeply)"
)
_CHANGED = (
    r"(?:increased|decreased|rose|risen|fell|fallen|dropped|improved|grew|grown|declined|shrank|shrunk|soared"
    r"|plummeted|gone up|went up|went down|gone down)"
)
_GREAT = r"(?:very )?(?:large|huge|great|significant|considerable|substantial|enormous|vast|massive|high)"
_COUNTED = (
    r"(?:pupils|students|employees|respondents|participants|staff|members|customers|visitors|residents|households"
    r"|patients|workers|teachers|parents|children|companies|schools|cases|accidents)"
)
_MEASURED = (
    r"(?:heat|energy|gas|water|oxygen|hydrogen|liquid|salt|sugar|acid|product|precipitate|waste|food|paper|plastic"
    r"|electricity|fuel|power|carbon dioxide)"
)

# where a figure could stand
GREAT_CHANGES = (
    rf"(?:(?:has|have|had|also) )*{_CHANGED} (?:very )?{_GREATLY}(?! more)",
    rf"(?:has|have|had) {_GREATLY} {_CHANGED}",
    rf"an? {_GREAT} (?:proportion|percentage|share|fraction)(?: of (?:the |our |all )?[a-z]+)?",
    rf"an? {_GREAT} number of (?:the |our |all )?{_COUNTED}",
    rf"an? {_GREAT} amount of (?:the )?{_MEASURED}",
    r"an? (?:huge|massive|dramatic|drastic|sharp|enormous|tremendous) "
    r"(?:increase|decrease|rise|drop|fall|decline|reduction|growth)",
)

SUPPORT = (
    r"\b(?:for example|for instance|e\.g\.|such as|because|since|figure|fig\.|table|in my (?:own )?experience"
    r"|(?:i|we) (?:found|saw|noticed|measured|counted|observed))"
)

SIGNPOSTS = (
    r"(?:this|the present) (?:essay|section|chapter|report|paper|study|article|piece|part) "
    r"(?:will |first |then |therefore )?(?:argues?|examines?|explores?|considers?|compares?|asks?|looks? at"
    r"|discusses?|"
    r"describes?|reports?|investigates?|shows?|sets? out|turns? to|measures?|tests?)",
    r"(?:i|we) (?:will |shall |first |then )?(?:argue|begin by|start with|turn to|conclude|set out to"
    r"|return to)",
    r"there are (?:two|three|four|several) (?:main |key )?(?:reasons|parts|causes|problems|arguments"
    r"|objections|questions)",
    r"(?:in contrast|by contrast|on the other hand|as a result|for this reason|to conclude|in conclusion"
    r"|in short)",
    r"(?:first|second|third|finally|firstly|secondly|thirdly),",
    r"the (?:first|second|third|main|next) (?:reason|argument|objection|question|point|problem|step|aim"
    r"|difficulty) (?:is|was|concerns|that)",
    r"having (?:shown|seen|established|described|looked at)",
)

DEFINITIONS = (
    r"(?:is|are|was|were|can be|will be) (?:here )?defined as",
    r"by [^.,;]{2,50}?,? (?:i|we) mean",
    r"(?:here|in this (?:essay|report|paper|section|study)),? [^.;]{2,60}? (?:means|refers to|stands for)",
    r"(?:the term|the word|the phrase) [^.;]{2,50}? (?:means|refers to|describes|is used)",
    r"refers to (?:the|a|an|any|how|those)",
    r", (?:that is|in other words|which means|meaning),? ",
)

OBJECTIONS = (
    r"(?:it (?:might|may|could|can) be objected|(?:one|an|a common|the obvious"
    r"|the strongest) (?:objection|counter-?argument)"
    r"|(?:critics|opponents|sceptics|skeptics|some) (?:will |would |might |may |have )?(?:argue|object|say"
    r"|point out|reply|claim|claimed|argued))",
    r"(?:admittedly|it is true that|to be fair|granted)",
)

LIMITS = (
    r"(?:one|a|the main|another|an important) (?:limitation|weakness|source of (?:error|uncertainty)"
    r"|shortcoming)",
    r"(?:cannot|can't|does not|do not|did not) (?:prove|show|establish|tell us|rule out|separate|generalise"
    r"|generalize)",
    r"(?:should|must) be (?:read|treated|interpreted) with (?:caution|care)",
    r"(?:small|single) sample|only (?:one|two|three|four|five|\d+) (?:trials?|runs?|samples?|participants"
    r"|repeats|measurements)",
)
