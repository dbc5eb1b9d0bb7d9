"""What stands above, below or in another font in a Word document keeps its meaning as text."""

from __future__ import annotations

import pytest

from feedback.documents.formats import read
from feedback.documents.structure.model import Limits
from feedback.messages.words import in_english
from tests.factories import documents as files
from tests.factories.documents import word_paragraph as paragraph
from tests.factories.documents import word_run as run


def text_of(*inner: str, **parts: str) -> str:
    return read(files.word_body(paragraph(*inner), **parts), ".docx", Limits()).text


def raised(text: str) -> str:
    return run(text, '<w:vertAlign w:val="superscript"/>')


def lowered(text: str) -> str:
    return run(text, '<w:vertAlign w:val="subscript"/>')


@pytest.mark.parametrize(
    ("inner", "reads"),
    [
        ([run("10"), raised("5"), run(" cells")], "10⁵ cells"),
        ([run("10"), raised("−"), raised("3")], "10⁻³"),
        ([run("40 m"), raised("2"), run(" of floor")], "40 m² of floor"),
        ([run("CO"), lowered("2"), run(" and x"), lowered("1")], "CO₂ and x₁"),
        ([run("e"), raised("x+1"), run(" and x"), raised("n")], "e^(x+1) and xⁿ"),
        ([run("v"), lowered("max"), run(" and v"), lowered("i,j")], "v_max and v_(i,j)"),
        ([run("the 19"), raised("th"), run(" century, XIX"), raised("e")], "the 19th century, XIXe"),
        ([run("M"), raised("me"), run(" Bovary, 30 "), run("at 30"), raised("o"), run("C")],
         "Mme Bovary, 30 at 30°C"),
        ([run("Acme"), raised("TM"), run(" sells"), raised("®")], "Acme™ sells®"),
        ([run("as shown."), raised("1,2"), run(" Then"), raised("[3]")], "as shown.¹,² Then[3]"),
        ([run("10"), run("5", '<w:position w:val="8"/>')], "10⁵"),
        ([raised("all of it is set small here")], "all of it is set small here"),
    ],
)  # fmt: skip
def test_raised_and_lowered_text_is_never_run_into_its_base(inner: list[str], reads: str) -> None:
    assert text_of(*inner) == reads


@pytest.mark.parametrize(
    ("initial", "rest", "reads"),
    [("T", "he harbour", "The harbour"), ("A", " harbour", "A harbour"), ("“W", "hen", "“When")],
)
@pytest.mark.parametrize("kind", ["drop", "margin"])
def test_a_large_initial_joins_its_word(kind: str, initial: str, rest: str, reads: str) -> None:
    frame = f'<w:framePr w:dropCap="{kind}" w:lines="3" w:wrap="around"/>'
    body = paragraph(run(initial, '<w:sz w:val="116"/>'), properties=frame) + paragraph(run(rest))
    document = read(files.word_body(body), ".docx", Limits())
    assert document.text == reads
    assert document.headings == ()


def test_a_character_style_raises_too() -> None:
    styles = (
        '<w:style w:type="character" w:styleId="p"><w:name w:val="Power"/>'
        '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
    )
    assert text_of(run("10"), run("5", '<w:rStyle w:val="p"/>'), styles=styles) == "10⁵"


def sign(font: str, code: str) -> str:
    return f'<w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>'


@pytest.mark.parametrize(
    ("inner", "reads"),
    [
        ([run("5 "), sign("Symbol", "F06D"), run("l")], "5 µl"),
        ([run("p "), sign("Symbol", "F0A3"), run(" 0.05")], "p ≤ 0.05"),
        ([sign("Wingdings", "F0E0"), run(" so")], "→ so"),
        ([sign("Wingdings", "FC"), run(" done")], "✓ done"),
        ([sign("Webdings", "F061"), run(" done")], "✓ done"),
        ([run("angle "), run("q", '<w:rFonts w:ascii="Symbol" w:hAnsi="Symbol"/>')], "angle θ"),
        ([run("a \uf0ce A, a \uf0b3 b")], "a ∈ A, a ≥ b"),
        ([run("\uf0fe yes", '<w:rFonts w:ascii="Wingdings"/>')], "☑ ⌃♏⬧"),
    ],
)
def test_letters_of_picture_fonts_are_the_signs_that_they_show(inner: list[str], reads: str) -> None:
    assert text_of(*inner) == reads


def test_a_sign_that_nothing_is_known_of_is_named() -> None:
    document = read(files.word_body(paragraph(run("A "), sign("Webdings", "F0C1"))), ".docx", Limits())
    assert document.text == "A \ufffd"
    assert tuple(map(in_english, document.warnings)) == (
        "One sign could not be read; “\ufffd” stands in its place.",
    )


# Equations ------------------------------------------------------------------------------------


def m(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def e(inner: str) -> str:
    return f"<m:e>{inner}</m:e>"


def fraction(over: str, under: str, form: str = "bar") -> str:
    properties = f'<m:fPr><m:type m:val="{form}"/></m:fPr>'
    return f"<m:f>{properties}<m:num>{over}</m:num><m:den>{under}</m:den></m:f>"


def power(base: str, exponent: str) -> str:
    return f"<m:sSup>{e(base)}<m:sup>{exponent}</m:sup></m:sSup>"


def index(base: str, below: str) -> str:
    return f"<m:sSub>{e(base)}<m:sub>{below}</m:sub></m:sSub>"


def matrix(*rows: str) -> str:
    cells = "".join(f"<m:mr>{''.join(e(m(cell)) for cell in row.split())}</m:mr>" for row in rows)
    return f"<m:m>{cells}</m:m>"


def brackets(inner: str, opened: str = "(", closed: str = ")") -> str:
    properties = f'<m:dPr><m:begChr m:val="{opened}"/><m:endChr m:val="{closed}"/></m:dPr>'
    return f"<m:d>{properties}{e(inner)}</m:d>"


def function(name: str, inner: str) -> str:
    return f"<m:func><m:fName>{name}</m:fName>{e(inner)}</m:func>"


SUM = (
    '<m:nary><m:naryPr><m:chr m:val="∑"/></m:naryPr>'
    f"<m:sub>{m('i=1')}</m:sub><m:sup>{m('n')}</m:sup>{e(index(m('a'), m('i')))}</m:nary>"
)
ROOT = "<m:rad><m:radPr/><m:deg>{degree}</m:deg>{inner}</m:rad>"


@pytest.mark.parametrize(
    ("inner", "reads"),
    [
        (fraction(m("a+b"), m("2")), "(a+b)/2"),
        (fraction(m("1"), power(m("x"), m("2"))), "1/x²"),
        (fraction(m("a"), m("2c")), "a/(2c)"),
        (fraction(m("E"), m("m") + power(m("c"), m("2"))), "E/(mc²)"),
        (fraction(m("2c"), m("10")), "2c/10"),
        (fraction(m("distance"), m("time")), "distance/time"),
        (m("x=") + ROOT.format(degree="", inner=e(m("2y"))), "x = √(2y)"),
        (ROOT.format(degree=m("3"), inner=e(m("8"))), "∛(8)"),
        (ROOT.format(degree=m("n"), inner=e(m("8"))), "root(n; 8)"),
        (power(m("10"), m("5")), "10⁵"),
        (power(brackets(m("a+b")), m("n+1")), "(a+b)ⁿ⁺¹"),
        (power(m("a+b"), m("2")), "(a+b)²"),
        (index(m("x"), m("1")), "x₁"),
        (f"<m:sSubSup>{e(m('x'))}<m:sub>{m('i')}</m:sub><m:sup>{m('2')}</m:sup></m:sSubSup>", "x_i²"),
        (f"<m:sPre><m:sub>{m('6')}</m:sub><m:sup>{m('14')}</m:sup>{e(m('C'))}</m:sPre>", "¹⁴₆C"),
        (SUM, "∑_(i=1)^n a_i"),
        ("<m:nary><m:naryPr/><m:sub/><m:sup/>" + e(m("f dx")) + "</m:nary>", "∫ f dx"),
        (brackets(matrix("1 2", "3 4"), "[", "]"), "[1, 2; 3, 4]"),
        (brackets(matrix("1 2", "3 4")), "(1, 2; 3, 4)"),
        (brackets(fraction(m("n"), m("k"), "noBar")), "(n choose k)"),
        (brackets(m("x"), "|", "|"), "|x|"),
        (function(m("sin"), m("x")), "sin x"),
        (function(m("log"), m("a+b")), "log (a+b)"),
        (function(f"<m:limLow>{e(m('lim'))}<m:lim>{m('x→0')}</m:lim></m:limLow>", m("x")), "lim_(x→0) x"),
        (f"<m:acc>{e(m('x'))}</m:acc>", "x\u0302"),
        (f'<m:acc><m:accPr><m:chr m:val="⃗"/></m:accPr>{e(m("AB"))}</m:acc>', "vec(AB)"),
        (f'<m:bar><m:barPr><m:pos m:val="top"/></m:barPr>{e(m("AB"))}</m:bar>', "bar(AB)"),
        (f"<m:eqArr>{e(m('a&amp;=1'))}{e(m('b&amp;=2'))}</m:eqArr>", "a=1; b=2"),
        (m("𝑥≤𝟐"), "x ≤ 2"),
        (fraction(m("∂f"), m("∂x")) + m("=") + fraction(m("1"), m("2")), "(∂f)/(∂x) = 1/2"),
        (f"<m:groupChr>{e(m('a+b'))}</m:groupChr>", "a+b"),
        (f'<m:phant><m:phantPr><m:show m:val="0"/></m:phantPr>{e(m("a"))}</m:phant>' + m("b"), "b"),
        (f"<m:phant>{e(m('a'))}</m:phant>" + m("b"), "ab"),
    ],
)
def test_an_equation_is_one_readable_line(inner: str, reads: str) -> None:
    assert text_of(f"<m:oMath>{inner}</m:oMath>") == reads


def test_an_equation_never_runs_into_the_words_beside_it() -> None:
    equation = f"<m:oMath>{power(m('x'), m('2'))}</m:oMath>"
    assert text_of(run("where"), equation, run("is")) == "where x² is"
    assert text_of(run("(see "), equation, run(").")) == "(see x²)."


def test_equations_of_their_own_stand_on_lines_of_their_own() -> None:
    equations = "".join(f"<m:oMath>{m(each)}</m:oMath>" for each in ("a=1", "b=2"))
    assert text_of(f"<m:oMathPara>{equations}</m:oMathPara>") == "a = 1\nb = 2"


def test_an_equation_that_is_kept_as_a_picture_is_named() -> None:
    picture = (
        '<w:r><w:object><v:shape><v:imagedata r:id="a"/></v:shape>'
        '<o:OLEObject ProgID="Equation.3"/></w:object></w:r>'
    )
    document = read(files.word_body(paragraph(run("So "), picture)), ".docx", Limits())
    assert tuple(map(in_english, document.warnings)) == (
        "An equation that is kept as a picture could not be read; it is not part of the feedback.",
    )
