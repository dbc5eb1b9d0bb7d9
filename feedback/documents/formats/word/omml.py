"""Word's equations (OMML) as one readable line: (a+b)/2, √(x), x², ∑_(i=1)^n aᵢ as "∑_(i=1)^n a_i".

Nothing in an equation is dropped and nothing runs together: what stands above or below another is marked.
Names of elements: ECMA-376, part 1, chapter 22.1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from feedback.documents.characters.raised import Rise, written
from feedback.documents.formats.safe_xml import Element

_ATOM = re.compile(r"[\w.,]+[′'\u0300-\u036f\u20d0-\u20ff]*|\\?[^\w\s]")
_PRODUCT = re.compile(r"\d[\d.,]*[^\W\d].*|[^\W\d_]{2,}[²³¹⁰-⁹]+.*")  # 2c, mc²
_RELATION = re.compile(r"\s*(:=|[=≠≈≅≡<>≤≥∝∼→⇒⇔↔∈∉⊂⊆])\s*")
_PROPERTIES = re.compile(r".*Pr")
_ACCENTS = {
    "\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot", "\u0308": "ddot",
    "\u030c": "check", "\u20d7": "vec", "\u20d6": "vec", "\u2192": "vec", "\u0306": "breve",
}  # fmt: skip
_ROOTS = {"2": "√", "3": "∛", "4": "∜"}


def linear(equation: Element) -> str:
    """An oMath, or an oMathPara of several, as text; each equation of several on a line of its own."""
    if equation.tag == "oMathPara":
        return "\n".join(filter(None, (linear(child) for child in equation if child.tag == "oMath")))
    return " ".join(_inside(equation, is_outermost=True).split())


def _inside(element: Element | None, *, is_outermost: bool = False) -> str:
    if element is None:
        return ""
    text = ""
    for child in element:
        piece = _element(child)
        if is_outermost and child.tag == "r":
            piece = _RELATION.sub(r" \1 ", piece)
        if text[-1:].isalpha() and piece[:1].isalpha() and _is_name(text, child):
            text += " "
        text += piece
    return text


def _is_name(text: str, child: Element) -> bool:
    """Whether two letters that meet are words or functions, as in "sin x", and no product as in "xy"."""
    return child.tag == "func" or len(re.split(r"\W", text)[-1]) > 2


def _element(element: Element) -> str:
    if element.tag in {"r", "t"}:
        return _letters("".join(text.text or "" for text in element.iter("t")))
    if _PROPERTIES.fullmatch(element.tag) or element.tag in {"delText", "del", "moveFrom"}:
        return ""
    if element.tag == "phant" and _value(element, "phantPr/show", "1") in {"0", "off", "false"}:
        return ""  # it takes room and does not show
    write = _WRITERS.get(element.tag)
    return write(element) if write else _inside(element)


def _letters(text: str) -> str:
    """Letters of mathematics (𝑥, 𝐀) as the letters that they are: everybody can type those."""
    return "".join(
        unicodedata.normalize("NFKC", character) if 0x1D400 <= ord(character) <= 0x1D7FF else character
        for character in text
    )


def _part(element: Element, tag: str) -> str:
    return _inside(element.find(tag)).strip()


def _value(element: Element, path: str, default: str) -> str:
    found = element.find(path)
    return default if found is None else found.get("val", "")


def grouped(text: str) -> str:
    """A part of a formula in brackets, unless it is one thing already."""
    return text if not text or _ATOM.fullmatch(text) or _is_enclosed(text) else f"({text})"


def divisor(text: str) -> str:
    """What is divided by, in brackets where it is a product: a/2c would be half of a, times c."""
    return f"({text})" if _PRODUCT.fullmatch(text) else grouped(text)


def _is_enclosed(text: str) -> bool:
    """Whether one pair of brackets holds it all."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return place == len(text) - 1
    return False


def ungrouped(text: str) -> str:
    """A part of a formula without brackets around all of it."""
    return text[1:-1] if _is_enclosed(text) else text


def bounded(sign: str, below: str, above: str) -> str:
    """A sum, product or integral with its bounds."""
    bounds = (("_", below), ("^", above))
    return sign + "".join(f"{mark}{grouped(bound)}" for mark, bound in bounds if bound)


def _script(text: str, rise: Rise) -> str:
    return written(ungrouped(text), rise)


def _fraction(element: Element) -> str:
    over, under = _part(element, "num"), _part(element, "den")
    if _value(element, "fPr/type", "bar") == "noBar":
        return f"({over} choose {under})"
    return f"{grouped(over)}/{divisor(under)}"


def _root(element: Element) -> str:
    degree, inner = _part(element, "deg"), _part(element, "e")
    if degree and degree not in _ROOTS:
        return f"root({degree}; {inner})"
    return f"{_ROOTS[degree or '2']}({ungrouped(inner)})"


def _scripted(element: Element) -> str:
    base = grouped(_part(element, "e"))
    return base + _script(_part(element, "sub"), Rise.SUB) + _script(_part(element, "sup"), Rise.SUPER)


def _before(element: Element) -> str:
    sub, sup = _part(element, "sub"), _part(element, "sup")
    return _script(sup, Rise.SUPER) + _script(sub, Rise.SUB) + grouped(_part(element, "e"))


def _sum(element: Element) -> str:
    sign = _value(element, "naryPr/chr", "∫")
    bounds = bounded("", _part(element, "sub"), _part(element, "sup"))
    return f"{sign}{bounds} {_part(element, 'e')} ".replace("  ", " ")


def _delimited(element: Element) -> str:
    opened, closed = _value(element, "dPr/begChr", "("), _value(element, "dPr/endChr", ")")
    inner = f" {_value(element, 'dPr/sepChr', '|')} ".join(_inside(each) for each in element.findall("e"))
    is_matrix = inner.startswith("[") and inner.endswith("]") and element.find("e/m") is not None
    if is_matrix or (opened == "(" and _is_enclosed(inner) and "choose" in inner):
        inner = inner[1:-1]
    return f"{opened}{inner.strip()}{closed}"


def _function(element: Element) -> str:
    return f"{_part(element, 'fName')} {grouped(_part(element, 'e'))}"


def _lower(element: Element) -> str:
    return f"{_part(element, 'e')}{_script(_part(element, 'lim'), Rise.SUB)}"


def _upper(element: Element) -> str:
    return f"{_part(element, 'e')}{_script(_part(element, 'lim'), Rise.SUPER)}"


def _accent(element: Element) -> str:
    return _with_accent(_part(element, "e"), _value(element, "accPr/chr", "\u0302"))


def _bar(element: Element) -> str:
    is_over = _value(element, "barPr/pos", "bot") == "top"
    inner = _part(element, "e")
    return _with_accent(inner, "\u0305") if is_over else f"underbar({inner})"


def _with_accent(inner: str, accent: str) -> str:
    if len(inner) == 1 and unicodedata.combining(accent):
        return unicodedata.normalize("NFC", inner + accent)
    return f"{_ACCENTS.get(accent, 'accent')}({inner})"


def _matrix(element: Element) -> str:
    rows = (", ".join(map(_inside, row.findall("e"))) for row in element.findall("mr"))
    return f"[{'; '.join(rows)}]"


def _lines(element: Element) -> str:
    return "; ".join(_inside(line).replace("&", "") for line in element.findall("e"))


_WRITERS: dict[str, Callable[[Element], str]] = {
    "f": _fraction, "rad": _root, "sSup": _scripted, "sSub": _scripted, "sSubSup": _scripted, "sPre": _before,
    "nary": _sum, "d": _delimited, "func": _function, "limLow": _lower, "limUpp": _upper, "acc": _accent,
    "bar": _bar, "m": _matrix, "eqArr": _lines, "oMath": linear, "oMathPara": linear,
}  # fmt: skip
