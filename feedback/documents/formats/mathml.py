"""Formulas of OpenDocument (MathML) as one readable line, in the same form as Word's equations."""

from __future__ import annotations

from collections.abc import Callable

from feedback.documents.characters.raised import Rise, written

from .safe_xml import Element
from .word.omml import bounded, divisor, grouped, ungrouped

_OUTSIDE = frozenset({"annotation", "annotation-xml"})  # the same formula in another language
_SUMS = frozenset("∑∏∫∬∭∮⋃⋂")
_ACCENTS = {
    "^": "hat",
    "ˆ": "hat",
    "~": "tilde",
    "˜": "tilde",
    "¯": "bar",
    "‾": "bar",
    "→": "vec",
    "˙": "dot",
}


def formula(root: Element) -> str:
    """A math element as text."""
    return " ".join(_inside(root).split())


def _inside(element: Element) -> str:
    return "".join(_written(child) for child in element if child.tag not in _OUTSIDE)


def _written(element: Element) -> str:
    if element.tag in {"mi", "mn", "ms"}:
        return (element.text or "").strip()
    if element.tag == "mtext":
        return f" {(element.text or '').strip()} "
    if element.tag == "mo":
        return _operator((element.text or "").strip())
    if element.tag == "mspace":
        return " "
    write = _WRITERS.get(element.tag)
    return write(element) if write else _inside(element)


def _operator(sign: str) -> str:
    return f" {sign} " if sign in {"=", "≠", "≈", "<", ">", "≤", "≥", "→", "⇒", "∈"} else sign


def _parts(element: Element) -> list[str]:
    return [_written(child).strip() for child in element if child.tag not in _OUTSIDE]


def _fraction(element: Element) -> str:
    parts = [*_parts(element), "", ""]
    if element.get("linethickness", "") in {"0", "0pt"}:
        return f"({parts[0]} choose {parts[1]})"
    return f"{grouped(parts[0])}/{divisor(parts[1])}"


def _root(element: Element) -> str:
    return f"√({ungrouped(_inside(element).strip())})"


def _degree_root(element: Element) -> str:
    inner, degree = [*_parts(element), "", ""][:2]
    sign = {"3": "∛", "4": "∜"}.get(degree)
    return f"{sign}({ungrouped(inner)})" if sign else f"root({degree}; {inner})"


def _raised(element: Element) -> str:
    base, above = [*_parts(element), "", ""][:2]
    return _bounded(base, "", above)


def _lowered(element: Element) -> str:
    base, below = [*_parts(element), "", ""][:2]
    return _bounded(base, below, "")


def _both(element: Element) -> str:
    return _bounded(*[*_parts(element), "", "", ""][:3])


def _bounded(base: str, below: str, above: str) -> str:
    if base.strip() in _SUMS:
        return f"{bounded(base.strip(), below, above)} "
    return grouped(base) + written(ungrouped(below), Rise.SUB) + written(ungrouped(above), Rise.SUPER)


def _over(element: Element) -> str:
    base, above = [*_parts(element), "", ""][:2]
    return f"{_ACCENTS[above]}({base})" if above in _ACCENTS else _bounded(base, "", above)


def _fenced(element: Element) -> str:
    inner = f"{element.get('separators', ',')[:1]} ".join(_parts(element))
    return f"{element.get('open', '(')}{inner}{element.get('close', ')')}"


def _table(element: Element) -> str:
    return "; ".join(", ".join(_parts(row)) for row in element.iter("mtr"))


_WRITERS: dict[str, Callable[[Element], str]] = {
    "mfrac": _fraction, "msqrt": _root, "mroot": _degree_root, "msup": _raised, "msub": _lowered,
    "msubsup": _both, "munder": _lowered, "munderover": _both, "mover": _over, "mfenced": _fenced,
    "mtable": _table,
}  # fmt: skip
