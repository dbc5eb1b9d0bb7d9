"""Each rule, with a text that it must notice and one that it must leave alone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from feedback.providers.base import Task
from feedback.providers.offline.rules import RULES

from .offline_reading import ACADEMIC, PLAIN, noticed


@dataclass(frozen=True)
class Case:
    rule: str
    text: str
    task: Task = PLAIN
    heading: str = ""


_FULL = "The bridge was closed in March, and the traders on both banks lost their customers within a week. "
_LONG = (
    "The council that met in the old hall by the river on the first Monday of every month decided, after "
    "three "
    "hours in which nobody left the room and in which the mayor spoke twice, that the bridge would stay "
    "open while "
    "the engineers looked at the cracks"
)

CASES_NOTICED = (
    Case("long-sentence", _LONG + "."),
    Case("giant-paragraph", _FULL * 16),
    Case(
        "readability",
        "Understandably, administrators appreciate transparency and predictability in regulation. "
        "Institutional accountability necessitates comprehensive documentation of organisational "
        "responsibilities. "
        "Multidimensional characterisation of environmental sustainability requires interdisciplinary "
        "collaboration. "
        "Contemporary administrative infrastructures systematically underestimate the methodological "
        "complexities "
        "accompanying longitudinal investigations of communicative interactions, particularly "
        "internationally. "
        "Consequently, technological standardisation indisputably facilitates interoperability "
        "considerations. "
        "Hypothetical generalisations occasionally misrepresent heterogeneous populations unintentionally. "
        "Unsurprisingly, philosophical disagreements regarding epistemological justification remain "
        "unresolved, "
        "notwithstanding considerable intellectual investment by universities everywhere.",
        Task(audience="children in primary school"),
    ),
    Case(
        "passive-run",
        "The samples were heated. The tubes were cleaned by hand. The results were written down.",
    ),
    Case("unclear-opening", "Rents rose and shops closed. This shows that the plan failed."),
    Case("unclear-opening", "The rents rose.\n\nIt means that families moved away."),
    Case("doubled-hedge", "Perhaps the rule might possibly help a few of them."),
    Case("doubled-hedge", "It is possible that the river may rise."),
    Case("doubled-hedge", "I think that the rule seems to be somewhat new, perhaps."),
    Case("grammar", "We walked to the the station."),
    Case("grammar", "We walked to the\nthe station."),
    Case("spelling", "The goverment was late."),
    Case("spelling", "Das ist vieleicht ein Haus, das wir in der letzten Woche auf dem Berg gesehen haben."),
    Case("grammar", "He have an idea."),
    Case("grammar", "There house was bigger then ours."),
    Case("grammar", "We need alot of time."),
    Case("capital-letter", "We met on a Monday. then i went home."),
    Case("repeated-word", "The important rule is an important part of an important plan."),
    Case("repeated-opening", "They left early. They took the bus. They never came back."),
    Case("filler", "He left due to the fact that it rained."),
    Case("filler", "In order\nto win, they trained."),
    Case("cliche", "At the end of the day, the plan failed."),
    Case("cliche", "In today’s society, phones matter."),
    Case("weak-verb", "The board made a decision to close the pool."),
    Case("weak-verb", "There are many teachers who disagree."),
    Case("nominalisation", "The implementation of the plan and the reduction of waste took a year."),
    Case("noun-stack", "They met the student assessment feedback policy in May."),
    Case("claimed-evidence", "Studies show that sleep helps memory."),
    Case("claimed-evidence", "Everyone knows that maps lie."),
    Case("claimed-evidence", "It is widely accepted that fees deter students."),
    Case(
        "quotation-without-source", 'The report says that the plan "was a bold step into the dark".', ACADEMIC
    ),
    Case("quotation-without-source", "“You look as though you are crying,” says the lord.", ACADEMIC),
    Case("claimed-evidence", "As is generally acknowledged, salt helps."),
    Case("claimed-evidence", "Psychologists tell us that fear makes silent."),
    Case("claimed-evidence", "There is a consensus among economists that prices work."),
    Case("claimed-evidence", "Other towns have had excellent results with it."),
    Case("change-without-figure", "The number of visits has exploded."),
    Case("change-without-figure", "The difference was massive."),
    Case("sweeping-claim", "Anyone who is filmed becomes a liar."),
    Case("sweeping-claim", "Power makes everybody cruel."),
    Case("sweeping-claim", "Those who park here have no respect for others."),
    Case("sweeping-claim", "It is impossible that anything else played a role."),
    Case("sweeping-claim", "Children never admit that they are lost.", ACADEMIC),
    Case("proof-claimed", "This is proof that light stops growth."),
    Case("doubled-hedge", "Presumably the lamp might have been too warm."),
    Case("doubled-hedge", "It may be that cameras could perhaps help."),
    Case("claimed-evidence", "Many critics believe that the scene is about class."),
    Case("claimed-evidence", "Experience in other towns proves that markets pay."),
    Case("change-without-figure", "Sales increased significantly."),
    Case("change-without-figure", "A large proportion of the households came."),
    Case("sweeping-claim", "All students want shorter lessons."),
    Case("sweeping-claim", "Now I know that every poor farmer is honest."),
    Case("sweeping-claim", "Nobody can work in such a room."),
    Case("sweeping-claim", "Young people never buy vegetables.", ACADEMIC),
    Case("sweeping-claim", "Homes near the sea will therefore never be able to sell.", ACADEMIC),
    Case("sweeping-claim", "The only way to win is to be loud."),
    Case("sweeping-claim", "This is the best cup in the world."),
    Case("sweeping-claim", "Pupils throw food away because they have no respect."),
    Case("proof-claimed", "This proves that the rule is wrong."),
    Case("contraction", "The plan doesn't work.", ACADEMIC),
    Case("contraction", "It’s a plan that works.", ACADEMIC),
    Case("claimed-evidence", "Studies show that a room of 40 m² is enough."),
    Case("informal-word", "A lot of plans fail.", ACADEMIC),
    Case("mixed-spelling", "The colour of the harbor changed."),
    Case("ise-ize", "They organised the day and realized the risk."),
    Case("mixed-hyphenation", "We value decision-making. Their decision making was slow."),
    Case(
        "mixed-capitals",
        "We read about the Internet there. On the internet, and with the internet, news is free.",
    ),
    Case(
        "missing-transition",
        "Rents rose in the north. Families moved away from the river.\n\n"
        "Whales sing in winter. Sailors hear them at night.",
    ),
    Case("short-paragraph", f"{_FULL * 3}\n\nShops also suffered badly.\n\n{_FULL * 3}"),
    Case(
        "topic-sentence",
        "For example, a baker moved. Shops closed. Streets emptied. Nobody came on Sundays any more.",
    ),
    Case(
        "topic-sentence",
        f"{_FULL}\n\nMaria got up at five. She baked until noon. She sold little. So the street needed a "
        "market.",
    ),
    Case(
        "strong-opening",
        "At 23:40 the last bus leaves Harlow. Nine people sit in it. They all wear uniforms.",
    ),
    Case(
        "cited-evidence", "In northern cities more than half of the passengers were cleaners (Okafor, 2019)."
    ),
    Case("cited-evidence", "Most of the enzyme was lost within a day of heating in both trials [2]."),
    Case("objection-met", "Critics argue that the money would do more by day."),
    Case("limits-named", "One limitation is the small sample."),
    Case("precise-figure", "The volume rose from 4.1 ml at 10 °C to 13.6 ml at 40 °C."),
    Case("definition", "By night service I mean any bus after ten."),
    Case("signposting", "This essay argues that the loss was moved, not removed."),
    Case(
        "varied-rhythm",
        f"{_FULL}Nobody had warned them. {_FULL}{_FULL}Then the river rose. {_FULL}The council met.",
    ),
)

CASES_LEFT_ALONE = (
    Case("long-sentence", "Rain fell. The council met and decided, as it had the year before, to wait."),
    Case("giant-paragraph", _FULL * 8),
    Case("readability", _FULL * 6, ACADEMIC),
    Case("passive-run", "The samples were heated. I cleaned the tubes. The results were written down."),
    Case("passive-run", "She was tired. They were interested in it. He was worried about the bridge."),
    Case(
        "passive-run",
        "The samples were heated. The tubes were cleaned by hand. The results were written down.",
        heading="Materials and Method",
    ),
    Case("unclear-opening", "Rents rose. This rise shows that the plan failed."),
    Case("unclear-opening", "Rents rose. That is why they moved."),
    Case("unclear-opening", "Rents rose.\n\nIt is clear that the plan failed."),
    Case("doubled-hedge", "The rule may help those who live near the river."),
    Case("doubled-hedge", "No other road could possibly hold so many cars."),
    Case("grammar", "He had had enough. She said that that was that."),
    Case("grammar", 'He sang "the the" twice. It was in Walla Walla.'),
    Case("repeated-word", "The important rule is an old one, and the plan that came of it was decisive."),
    Case(
        "repeated-word",
        "Catalase is lost. Catalase from potato and catalase from liver differ: catalase in cells, "
        "catalase in tubes, and one catalase more than any other catalase.",
        heading="Catalase",
    ),
    Case("repeated-opening", "The bus left. The driver waved. Rain fell."),
    Case("filler", "He left because it rained."),
    Case("filler", 'He wrote "due to the fact that it rained".'),
    Case("cliche", "By five o'clock the plan had failed."),
    Case("weak-verb", "The board decided to close the pool. There was a pool that week."),
    Case("weak-verb", "There are still things that I like."),
    Case("nominalisation", "The introduction of the plan took a year."),
    Case("noun-stack", "The student wrote about the policy of the school and its teachers."),
    Case("claimed-evidence", "Studies show that sleep helps memory (Okafor, 2019)."),
    Case("claimed-evidence", "Studies show that sleep helps memory. Okafor (2019) measured it for a year."),
    Case("claimed-evidence", "Critics argue that the plan is dear."),
    Case("quotation-without-source", 'The plan is "a bold step into the dark" (Hall, 2015, p. 3).', ACADEMIC),
    Case("quotation-without-source", 'They call it "bold".', ACADEMIC),
    Case("quotation-without-source", '"You have a very tidy account now," he said, and went home.'),
    Case("claimed-evidence", "The researchers found that it helps. These statistics show that it does."),
    Case("change-without-figure", "Sales increased significantly, by 9 %."),
    Case("change-without-figure", "Sales increased significantly (Hall, 2015)."),
    Case("change-without-figure", "Sales increased significantly. They rose from 4 to 9 tons."),
    Case("change-without-figure", "I have grown considerably. Sales would have increased dramatically."),
    Case("sweeping-claim", "The plan failed because nobody had asked the traders."),
    Case("sweeping-claim", "All students want shorter lessons, because they are tired."),
    Case("sweeping-claim", "All students want shorter lessons. For example, mine asked for them."),
    Case(
        "sweeping-claim", "Isaac never calls. He is always late. Texts of that kind are never kept.", ACADEMIC
    ),
    Case("sweeping-claim", "A guard never sleeps."),
    Case("proof-claimed", "We set out to prove that it holds. Nobody can prove that he was there."),
    Case("proof-claimed", "Critics say that this proves that he lied."),
    Case(
        "spelling",
        "Nguyen, Oluwaseun and Björk programmed the colour and the color of the aluminium theatre.",
    ),
    Case("spelling", "The flurbicles grew. A flurbicles is a plant."),
    Case("spelling", "They call it “definately”, as does www.goverment.example."),
    Case("spelling", "Der umweltfreundliche Kraftfahrzeugbau ist nach dem Gesetz für die Stadt nicht nötig."),
    Case("grammar", "He has an idea, and their house is bigger than ours. Its roof is red."),
    Case("grammar", "We need a lot of time, and some one-way streets."),
    Case("capital-letter", "We met e.g. on Monday, i.e. late. Let i be the index. iPhones ring."),
    Case("contraction", "The plan doesn't work."),
    Case("contraction", 'The clerk said: "It doesn\'t work."', ACADEMIC),
    Case("informal-word", "A lot of plans fail."),
    Case("mixed-spelling", "The colour of the harbour changed in the centre."),
    Case("mixed-spelling", "The computer program in the centre checked a meter."),
    Case("ise-ize", "They organised an exercise, advised us, and seized the prize."),
    Case("contraction", "It's reputation suffered, and it's walls were grey.", ACADEMIC),
    Case("sweeping-claim", "Leaders do not always succeed, and not every student passes.", ACADEMIC),
    Case("sweeping-claim", "Critics argue that all students want shorter lessons."),
    Case("sweeping-claim", "Do all students want shorter lessons?"),
    Case("doubled-hedge", "From the hill they could see the river, and she could swim to it rather quickly."),
    Case("doubled-hedge", "In May the river rose, and it seemed higher than ever."),
    Case("quotation-without-source", "As Hamlet says, “to be or not to be is the question” (3.1).", ACADEMIC),
    Case("quotation-without-source", "Orwell calls it “a bold step into the dark”.", ACADEMIC),
    Case("quotation-without-source", "He wrote a proverb: “the best man is always the last”.", ACADEMIC),
    Case("quotation-without-source", "“Will you come home with me now?” he asked. “No,” she said.", ACADEMIC),
    Case("claimed-evidence", "Not everyone agrees that maps lie. Bornstein’s research shows that they do."),
    Case("sweeping-claim", "Disabled people will not have to depend on anyone."),
    Case("sweeping-claim", "Anyone who wants to apply must write a letter."),
    Case("doubled-hedge", "He had a position that he could conceivably use."),
    Case("long-sentence", f"“{_FULL * 3}” he said, and sat down."),
    Case("mixed-hyphenation", "A decision-making process needs time for decision making."),
    Case("mixed-hyphenation", "A long-term plan pays off in the long term."),
    Case(
        "mixed-capitals",
        "See Table 1 and the table below. The tables at the University of Leeds, a university, fell.",
    ),
    Case(
        "missing-transition",
        "Rents rose in the north. Families moved away.\n\nAs a result, schools closed. Teachers left.",
    ),
    Case(
        "missing-transition",
        "Rents rose in the north. Families left.\n\nThe families went south. They stayed.",
    ),
    Case(
        "missing-transition",
        "Rents rose in the north. Families left.\n\nTwo objections remain. Whales sing in winter.",
    ),
    Case("short-paragraph", "Rain fell.\n\nThe river rose in the night.\n\nThe bridge was closed."),
    Case(
        "topic-sentence", "Rents emptied the streets. A baker moved. Shops closed. So the streets were dark."
    ),
    Case("strong-opening", "In today's society, buses play a vital role. People use them. They are slow."),
    Case("cited-evidence", "The bridge was closed in March because of cracks in both of its piers."),
    Case("objection-met", "The plan was dear, and nobody asked for it."),
    Case("limits-named", "The plan has no limits that we know of."),
    Case("precise-figure", "It would cost 3 m more than 5 km of road."),
    Case("definition", "The bus came after ten."),
    Case("signposting", "The bus came after ten, and the river rose."),
    Case(
        "varied-rhythm",
        "The bus came. The river rose. The rain fell. The man left. The dog ran. The cat sat.",
    ),
)


def _name(case: Case) -> str:
    return f"{case.rule}: {case.text[:40]}"


@pytest.mark.parametrize("case", CASES_NOTICED, ids=_name)
def test_a_rule_notices_what_it_is_for(case: Case) -> None:
    remarks = noticed(case.rule, case.text, task=case.task, heading=case.heading)

    assert remarks
    assert all(0 <= remark.start < remark.end <= len(case.text) for remark in remarks)


@pytest.mark.parametrize("case", CASES_LEFT_ALONE, ids=_name)
def test_a_rule_leaves_good_writing_alone(case: Case) -> None:
    assert noticed(case.rule, case.text, task=case.task, heading=case.heading) == []


def test_every_rule_is_tried_on_both() -> None:
    assert {case.rule for case in CASES_NOTICED} == set(RULES)
    assert {case.rule for case in CASES_LEFT_ALONE} == set(RULES)


def test_every_point_comes_with_something_to_do() -> None:
    points = [case for case in CASES_NOTICED if not RULES[case.rule].praise]

    for case in points:
        assert RULES[case.rule].advice
        for remark in noticed(case.rule, case.text, task=case.task, heading=case.heading):
            assert remark.suggestion
