"""More exact words for the general ones that drafts lean on."""

from __future__ import annotations

GENERAL = {
    "important": "central, decisive, necessary, or say what depends on it",
    "significant": "large, lasting, measurable, or give the figure",
    "show": "suggest, reveal, confirm, illustrate", "shows": "suggests, reveals, confirms, illustrates",
    "showed": "suggested, revealed, confirmed",
    "people": "residents, readers, voters, or whoever they are here",
    "things": "the things themselves, by name", "thing": "the thing itself, by name",
    "good": "accurate, fair, cheap, or in what way it is good",
    "bad": "unfair, costly, unsafe, or in what way it is bad",
    "problem": "difficulty, cost, delay, or the problem by name",
    "problems": "difficulties, costs, or each by name",
    "different": "separate, unlike, several, or say how they differ",
    "great": "large, strong, or in what way", "really": "nothing: the sentence is often stronger without it",
    "make": "a verb of its own: build, cause, allow", "makes": "a verb of its own: builds, causes, allows",
    "change": "rise, fall, shift, reform", "changes": "rises, falls, shifts",
    "issue": "question, dispute, or the issue by name", "issues": "questions, disputes, or each by name",
    "effect": "result, change, cost, benefit", "impact": "result, change, cost, benefit",
    "aspect": "part, side, or the aspect by name",
    "society": "neighbours, voters, employers, or whoever is meant",
    "better": "faster, fairer, cheaper, or in what way", "help": "allow, support, speed up",
    "helps": "allows, supports, speeds up", "factor": "cause, reason, condition",
    "factors": "causes, reasons, conditions", "large": "the size itself", "increase": "rise, growth, gain",
    "increased": "rose, grew, gained", "learned": "noticed, understood, practised",
    "felt": "the feeling itself, by name or by what you did",
    "experience": "the event itself: the lesson, the shift, the conversation",
    "students": "they, learners, the class, or which students",
}  # fmt: skip
