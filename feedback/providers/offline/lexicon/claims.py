"""Words by which a sentence claims more than it shows, and words by which it shows something."""

from __future__ import annotations

_MANY = r"(?:many|most|several|numerous|various|countless|a lot of)"
_LEARNED = (
    r"(?:critics|reviewers|psychologists|doctors|economists|linguists|philosophers|educators|analysts"
    r"|specialists|academics|physicians|theorists|commentators|professionals|authors|writers|scientists"
    r"|scholars|researchers|experts|historians|botanists|physicists|chemists|engineers|lawyers|nutritionists"
    r"|[a-z]{3,}ologists)"
)
_WORKS = (
    r"(?:studies|research|surveys|investigations|polls|statistics|evidence|reports|textbooks"
    r")"
)
_WHERE = r"(?:(?:elsewhere|everywhere|abroad|all over the world|around the world|in other [a-z]+) )?"
_HAVE = r"(?:(?:have|has|had|all|clearly|also|now|long|often|always|repeatedly|generally|already) ){0,3}"
_FOUND = (
    r"(?:shows?|shown|suggests?|suggested|proves?|proved|proven|indicates?|indicated|found|finds?|agrees?"
    r"|agreed|demonstrates?|demonstrated|says?|believes?|claims?|confirms?|confirmed|recommends?|reveals?"
    r"|revealed"
    r"|tells? us|told us|com(?:e|es) to the conclusion|leaves? no doubt|reports? the same"
    r"|points? (?:this )?out|pointed (?:this )?out|established|have no doubt)"
)
_HOLD = (
    r"(?:believe|think|argue|claim|say|agree|hold|see|consider|maintain|feel|assume|argued|claimed|shown"
    r"|proved"
    r"|proven|known|pointed|point out|tell us|are (?:convinced|certain|sure|agreed)|warn|warned|taken this"
    r"|report the same)"
)
_ADVERB = (
    r"(?:(?:widely|generally|well|commonly|scientifically|often|universally|clearly|long|also|now|already"
    r"|firmly) )?"
)
_KNOWN = (
    r"(?:known|accepted|proven|proved|believed|shown|acknowledged|recognised|recognized|established"
    r"|agreed|documented)"
)
_EVERYBODY = r"(?:everyone|everybody|we all|most people|no one|nobody|no reader|every reader)"
_ELSEWHERE = (
    r"(?:companies|schools|countries|universities|businesses|employers|cities|firms|towns|villages|hospitals"
    r"|libraries|councils|shops|factories)"
)

# a claim to evidence: the reader expects the source beside it
CLAIMED_EVIDENCE = (
    rf"{_MANY} (?:[a-z]+ )?(?:[a-z]+ and )?{_LEARNED} {_WHERE}(?:(?:have|now|also|still"
    rf"|long) ){{0,2}}{_HOLD}",
    rf"{_LEARNED} {_WHERE}{_HAVE}(?:tell us|told us|known that|are (?:convinced|certain|sure|agreed)"
    r"|agree|report the same|warn)",
    r"(?:experience|history) (?:[a-z]+ ){0,3}?(?:shows?|proves?|teaches|has shown|has proved"
    r"|has proven|has taught) (?:us )?that",
    rf"(?:many|most|a lot of|other|some|several) (?:other )?{_ELSEWHERE} (?:have (?:had|seen|made) (?:very )?"
    r"(?:great|much|good|excellent|positive) (?:success|results|experiences?)|have reported|report)",
    rf"{_ELSEWHERE} (?:that|which) (?:did|do|have done|tried|have tried) (?:this|so|it) have [a-z]+ed",
    r"(?:many |some |most |several |numerous |recent |various |previous |modern "
    r"|countless )?(?:[a-z]{4,}al |new )?"
    rf"(?:{_WORKS}|researchers|scientists|science|experts|scholars|historians) {_WHERE}{_HAVE}{_FOUND}",
    r"according to (?:research|studies|experts|scientists|statistics|many|some|doctors|psychologists"
    r"|economists)",
    rf"it (?:is|has been) {_ADVERB}{_KNOWN} that",
    r"it has been (?:demonstrated|shown|proved|proven) (?:again and again|time and again|many times) that",
    rf"as (?:is|has been|it is) {_ADVERB}(?:known|acknowledged|accepted|agreed|recognised|recognized)",
    rf"{_EVERYBODY} (?:knows?|agrees?|would agree|can see|doubts?|denies|disputes?|is aware|are aware"
    r"|(?:would|will|could|can) (?:seriously )?(?:deny|dispute|doubt|question))",
    r"there (?:is (?:no|little)|can be no) doubt that",
    r"(?:there is|there seems to be) (?:a |an )?(?:general |broad |wide |overwhelming )?(?:consensus"
    r"|agreement)"
    r" (?:(?:among|between|in) [a-z ]{3,40}? )?that",
    r"it (?:is (?:a (?:well-known )?fact|common knowledge|undeniable|beyond (?:doubt|dispute|question)"
    r"|obvious)"
    r"|(?:cannot|can not|can't) be (?:denied|doubted|disputed)|goes without saying) that",
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
    r"(?:significantly|dramatically|massively|sharply|substantially|considerably|drastically|rapidly"
    r"|enormously"
    r"|tremendously|hugely|steeply|markedly|immensely)"
)
_CHANGED = (
    r"(?:increased|decreased|rose|risen|fell|fallen|dropped|improved|grew|grown|declined|shrank|shrunk|soared"
    r"|plummeted|climbed|jumped|sank|sunk|worsened|gone up|went up|went down|gone down)"
)
_GREAT = r"(?:very )?(?:large|huge|great|significant|considerable|substantial|enormous|vast|massive|high)"
_COUNTED = (
    r"(?:pupils|students|employees|respondents|participants|staff|members|customers|visitors|residents"
    r"|households"
    r"|patients|workers|teachers|parents|children|companies|schools|cases|accidents)"
)
_MEASURED = (
    r"(?:heat|energy|gas|water|oxygen|hydrogen|liquid|salt|sugar|acid|product|precipitate|waste|food|paper"
    r"|plastic"
    r"|electricity|fuel|power|carbon dioxide)"
)
_AMOUNTS = (
    r"(?:numbers|sales|costs|prices|complaints|visits|accidents|rents|profits|losses|figures|numbers? of"
    r" (?:[a-z]+ ){1,3}?)"
)

# where a figure could stand
GREAT_CHANGES = (
    rf"(?:(?:has|have|had|also) )*{_CHANGED} (?:very )?{_GREATLY}(?! more)",
    rf"(?:has|have|had) {_GREATLY} {_CHANGED}",
    rf"{_AMOUNTS} (?:has |have |had )?(?:exploded|multiplied|plunged|skyrocketed|soared|plummeted|collapsed"
    r"|mushroomed|shot up)",
    r"(?:become|became|got|grown) (?:considerably|significantly|dramatically|drastically|a lot) (?:worse"
    r"|higher"
    r"|lower|louder|cheaper|dearer)",
    rf"an? {_GREAT} (?:proportion|percentage|share|fraction)(?: of (?:the |our |all )?[a-z]+)?",
    rf"an? {_GREAT} number of (?:the |our |all )?{_COUNTED}",
    rf"(?:an? {_GREAT} amount|(?:quite )?a lot|a (?:great|good) deal|a good part) of the {_MEASURED}",
    rf"an? {_GREAT} amount of {_MEASURED}",
    rf"the (?:vast|great|overwhelming) majority of (?:the |our |all |those )?(?:{_COUNTED}|who)",
    r"an? (?:huge|massive|dramatic|drastic|sharp|enormous|tremendous) "
    r"(?:increase|decrease|rise|drop|fall|decline|reduction|growth)",
    r"the (?:difference|increase|decrease|gap|rise|drop|change|improvement|savings?|loss(?:es)?) (?:was"
    r"|were|is|are)"
    r" (?:massive|huge|enormous|dramatic|considerable|substantial|immense|tremendous)",
    r"(?:saved?|saves|lost|loses?|earned|cost|costs) (?:huge|enormous|vast|massive) (?:sums|amounts)",
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
