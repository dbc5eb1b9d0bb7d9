"""Characters of the picture fonts of Windows (Symbol, Wingdings, Webdings) as the Unicode that they show.

Such a font draws another sign in the place of a letter: an "m" in Symbol is a "µ", and by its code alone it
would be read as "m". Sources: Adobe's Symbol encoding and glyph list; Unicode 7.0, which has Wingdings.
"""

from __future__ import annotations

import re

UNKNOWN = "\ufffd"  # a sign of a picture font that nothing is known of

_PRIVATE = re.compile("[\uf020-\uf0ff]")  # where Word keeps the codes 20 to FF of a picture font


def _row(first: int, signs: str) -> dict[int, str]:
    return {first + offset: sign for offset, sign in enumerate(signs) if sign != UNKNOWN}


_SYMBOL = {
    **_row(0x20, " !∀#∃%&∋()∗+,−./0123456789:;<=>?"),
    **_row(0x40, "≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_"),
    **_row(0x60, "‾αβχδεφγηιϕκλ\xb5νοπθρστυϖωξψζ{|}∼"),
    **_row(0xA0, "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…|—↵"),
    **_row(0xC0, "ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓"),
    **_row(0xE0, "◊⟨®©™∑((([[[{{{|"),
    **_row(0xF1, "⟩∫∫∫∫)))]]]}}}"),
}
_WINGDINGS = {
    **_row(0x20, " ✏✂✁👓🔔📖🕯☎✆✉📩📪📫📬📭📁📂📄📄📄🗄⌛⌨🖱🖲💻🖴💾💾✇✍"),
    **_row(0x40, "✎✌👌👍👎☜☞☝☟✋☺😐☹💣☠⚐⚑✈☼💧❄✝✞✝✠✡☪☯ॐ☸♈♉"),
    **_row(0x60, "♊♋♌♍♎♏♐♑♒♓&&●❍■□□❑❒⬧⧫◆❖⬥⌧⌃⌘❀✿❝❞"),
    **_row(0x80, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿❧❧❧❧❧❧❧❧·•"),
    **_row(0xA0, "▪○○○◉◎○▪□✦✦★✶✴✹✵⊕⌖⟡⌑✧✪✰🕐🕑🕒🕓🕔🕕🕖🕗🕘"),
    **_row(0xC0, "🕙🕚🕛↰↱↲↳↴↵↶↷❧❧❧❧❧❧❧❧❧❧⌫⌦➢➢➢➢←→↑↓←"),
    **_row(0xE0, "→↑↓↖↗↙↘←→↑↓↖↗↙↘⇦⇨⇧⇩⇔⇕⇖⇗⇙⇘▭▫✗✓☒☑"),
}
_WINGDINGS_2 = {
    **_row(0x4F, "✗✓☒☑☒☒⊗⊗⊘⊘&&&?"),
    **_row(0x69, "⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿"),
    **_row(0x95, "·•●●○○○◎◉○▪■■□□□□▪▪◆◇◆"),
    **_row(0xDF, "*✱✲✳✴✶✹★"),
}
_WINGDINGS_3 = {
    **_row(0x21, "←→↑↓↖↗↙↘↔↕"),
    **_row(0x66, "←→↑↓↖↗↘↙↔↕▲▼△▽◀▶◁▷◣◢◤◥◀▶▲▼"),
}
_WEBDINGS = {
    **_row(0x33, "◀▶▲▼⏪⏩⏮⏭⏸⏹⏺"),
    0x20: " ", 0x3D: "¶", 0x59: "♥", 0x61: "✓", 0x63: "□", 0x67: "■", 0x69: "ℹ", 0x6E: "●", 0x72: "✗",
    0x73: "?", 0x78: "⊠", 0x9F: "•", 0xD5: "✓", 0xEA: "♦", 0xEB: "★",
}  # fmt: skip
_FONTS = {
    "symbol": _SYMBOL,
    "standard symbols l": _SYMBOL,
    "standard symbols ps": _SYMBOL,
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": _WINGDINGS_3,
    "webdings": _WEBDINGS,
}


def is_picture_font(name: str) -> bool:
    """Whether the letters of this font are pictures."""
    return name.strip().lower() in _FONTS


def shown(text: str, font: str) -> str:
    """What a text in a picture font shows; a sign that is not known is UNKNOWN."""
    signs = _FONTS[font.strip().lower()]
    return "".join(character if character.isspace() else _sign(character, signs) for character in text)


def without_private(text: str) -> str:
    """The text with what stands in Word's private area as Symbol shows it, as most such text is of it."""
    return _PRIVATE.sub(lambda found: _sign(found[0], _SYMBOL), text)


def _sign(character: str, signs: dict[int, str]) -> str:
    code = ord(character)
    if 0xF000 <= code <= 0xF0FF:
        code -= 0xF000
    elif code > 0xFF:  # the font has no such letter: another one shows it
        return character
    return signs.get(code, UNKNOWN)
