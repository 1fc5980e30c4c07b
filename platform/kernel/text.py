"""Text that people and files bring (文字): what no sink can take, how it is kept, and the key that it is compared by.

Every text goes through one gate before it is stored, so that documents, feeds, workbooks, CSV, calendars, e-mail and
logs can be fed from it as it is. Names and numbers are compared by `folded` alone: two texts that a reader cannot tell
apart have one key (Unicode UAX #15, UTS #39; GB 18030-2022 for what older systems wrote in the private use area).
"""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import cache

from kernel.fonts import printable_signs

_LINE_ENDS = re.compile(r"\r\n?|\u0085|\u2028|\u2029")
_BLANK = re.compile(r"\s+")
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Directional formatting characters (UAX #9): they can make a number read backwards."""
_UNSEEN_TOO = frozenset(map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0)))
"""Letters and marks that are drawn as nothing, beside those of category Cf and the variation selectors."""

# What GB 18030-2000 had to write in the private use area and later editions have code points for.
_LATER = {
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6,
    0xE82C: 0x9FB7, 0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F, 0xE843: 0x9FB9, 0xE854: 0x9FBA,
    0xE855: 0x241FE, 0xE864: 0x9FBB,
}  # fmt: skip
_VERTICAL = dict(
    zip(
        (*range(0xE78D, 0xE797), 0xE7C7, 0xE7C8),
        (0xFE10, 0xFE12, 0xFE11, *range(0xFE13, 0xFE1A), 0x1E3F, 0x01F9),
        strict=True,
    )
)
_GETA = "〓"
"""What Chinese print puts where a character is missing."""

_BRACKETS = str.maketrans(
    dict.fromkeys("[{〔【〖〘〚「『〈《⟨⟦﹙﹝⦅❨❲", "(") | dict.fromkeys("]}〕】〗〙〛」』〉》⟩⟧﹚﹞⦆❩❳", ")")
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−⁃─━﹘﹣➖⸺⸻˗", "-"))
_ALIKE = str.maketrans(
    dict.fromkeys("·‧•・･∙⋅•᛫․●", "·")
    | dict.fromkeys("‘’‚‛“”„‟′″`´＇＂「」", '"')
    | dict.fromkeys("○◯⚪", "〇")
    | {"'": '"', "\u3001": ",", "\u3002": "."}
    | dict(zip("АВЕКМНОРСТУХЅІЈаеорсухѕіј", "ABEKMHOPCTYXSIJaeopcyxsij", strict=True))
    | dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϲ", "ABEZHIKMNOPTYXoc", strict=True))
)
_ALWAYS_PRINTABLE = re.compile(r"[ -~\n\u4e00-\u9fa5，。、；：？！（）〔〕《》“”‘’—…·　]*")
_NEAR = 0.84
_LONG_ENOUGH = 10
"""Shorter names that differ in a sign are often two real bodies: 新郑市人民政府, 新密市人民政府."""
_PART_FROM = 6


@cache
def _from_private_use() -> dict[int, str]:
    """Private use code points that have a real one, by number (GB 18030-2022, annex)."""
    found = {number: chr(real) for number, real in (_LATER | _VERTICAL).items()}
    for number in range(0xE815, 0xE865):
        if number not in found:
            place = number - 0xE815
            trail = 0x50 + place if place < 0x2F else 0x51 + place
            sign = bytes((0xFE, trail)).decode("gb18030")
            if not 0xE000 <= ord(sign) <= 0xF8FF:
                found[number] = sign
    return found


def _named(sign: str) -> str:
    number = f"U+{ord(sign):04X}"
    return f"“{sign}”（{number}）" if sign.isprintable() and ord(sign) in printable_signs() else number


def is_unseen(sign: str) -> bool:
    """Whether a sign is drawn as nothing: zero-width ones, variation selectors, byte order marks, fillers."""
    number = ord(sign)
    return (
        unicodedata.category(sign) == "Cf"
        or sign in _UNSEEN_TOO
        or 0xFE00 <= number <= 0xFE0F
        or 0xE0100 <= number <= 0xE01EF
        or 0x180B <= number <= 0x180F
    )


def hidden_sign(text: str) -> str:
    """The first sign that turns, hides or breaks a text wherever it goes, as U+202E; empty when there is none.

    Control characters but tabs and line ends, halves of surrogate pairs, noncharacters, directional signs.
    """
    for sign in text:
        if sign.isascii() and (sign.isprintable() or sign in "\t\n\r"):
            continue
        category = unicodedata.category(sign)
        if sign in _TURNING or category in ("Cc", "Cs") or _is_noncharacter(sign):
            return f"U+{ord(sign):04X}"
    return ""


def _is_noncharacter(sign: str) -> bool:
    number = ord(sign)
    return 0xFDD0 <= number <= 0xFDEF or number & 0xFFFE == 0xFFFE


def why_not_text(text: str, *, lines: bool = False) -> str:
    """Why a text that somebody typed is not kept: a sentence that names the sign, or an empty text.

    Refused is what some sink cannot take or show: control characters, surrogates, directional signs, private use,
    characters that no font of the documents has; in a single line also line ends and tabs.
    """
    if _ALWAYS_PRINTABLE.fullmatch(text) and (lines or "\n" not in text):
        return ""
    if "\ufffd" in text:
        return "含有替换字符（U+FFFD），文字在转码时已丢失，请重新填写或按原编码重新导出。"
    if sign := hidden_sign(text):
        return f"含有不可见的控制符（{sign}），会使文字显示与实际不符，请删除后重新填写。"
    for sign in text:
        if sign in "\n\t\r\u2028\u2029\u0085":
            if not lines:
                return f"只能填写一行，不能含有换行或制表符（U+{ord(sign):04X}），请删除后重新填写。"
        elif not is_unseen(sign) and not _is_printable(sign):
            return f"含有无法显示和打印的字符（{_named(sign)}），请改用规范汉字或通用符号。"
    return ""


def _is_printable(sign: str) -> bool:
    if unicodedata.category(sign) == "Zs":
        return True
    return sign != "\ufffd" and ord(sign) in printable_signs()


def kept_line(text: str) -> str:
    """A single line as it is stored: signs that cannot be seen are left out, blanks at the ends too.

    What older systems wrote in the private use area gets its real code point. `ValueError` with a sentence for what
    `why_not_text` refuses.
    """
    found = _without_unseen(_real(text)).strip()
    if sentence := why_not_text(found):
        raise ValueError(sentence)
    return found


def kept_lines(text: str) -> str:
    """Text of several lines as it is stored: each line end is one sign; otherwise as `kept_line`."""
    found = _without_unseen(_real(_LINE_ENDS.sub("\n", text))).strip()
    if sentence := why_not_text(found, lines=True):
        raise ValueError(sentence)
    return found


def kept_number(text: str) -> str:
    """A document's, certificate's or bank's number as it is stored: a line, in half width, without inner blanks."""
    return _BLANK.sub("", "".join(_half_width(sign) for sign in kept_line(text)))


def _half_width(sign: str) -> str:
    wide = unicodedata.east_asian_width(sign) == "F" and sign not in "（）"
    return unicodedata.normalize("NFKC", sign) if wide else sign


_DAMAGED = re.compile(r"[0-9](?:\.[0-9]+[Ee][+-]?[0-9]{1,3}|[Ee]\+[0-9]{1,3})|[0-9]+\.0+")


DAMAGED = "被表格软件改成了科学计数法或小数，末位已丢失，请将该列设为文本后重新填写。"
"""What is said of such a number."""


def damaged_number(text: str) -> bool:
    """Whether a table program has written a number of many digits in its own way: 2.02611E+16, 712345.0."""
    return _DAMAGED.fullmatch(text) is not None


def legible(text: str) -> str:
    """A name that a bank wrote, as it can be printed: 〓 stands for what no font has a glyph for.

    Money is booked whatever its payer is called. `ValueError` for control characters: then the file is damaged.
    """
    if _ALWAYS_PRINTABLE.fullmatch(text) and "\n" not in text:
        return text.strip()
    found = _without_unseen(_real(_BLANK.sub(" ", text))).strip()
    if sign := hidden_sign(found):
        raise ValueError(f"含有控制字符（{sign}），文件可能已损坏，请向银行重新导出。")
    return "".join(sign if _is_printable(sign) else _GETA for sign in found)


def _real(text: str) -> str:
    return text if text.isascii() else text.translate(_from_private_use())


def _without_unseen(text: str) -> str:
    """Zero-width signs say nothing; directional ones stay, to be refused by name."""
    if text.isascii():
        return text
    return "".join(sign for sign in text if sign in _TURNING or not is_unseen(sign))


def folded(text: str) -> str:
    """The key that names, numbers and searches are compared by: one for all texts that look the same.

    Width, case, kinds of brackets, dashes, quotes and dots, blanks, line ends and unseen signs make no difference; nor
    does whether a rare character is written in the private use area or as a compatibility form.
    """
    found = unicodedata.normalize("NFKC", _alike(_real(text)))
    found = _alike(found)
    found = "".join(sign for sign in found if not (is_unseen(sign) or sign.isspace() or sign in _TURNING))
    return re.sub("-+", "-", unicodedata.normalize("NFC", found.casefold()))


def _alike(text: str) -> str:
    return text.translate(_BRACKETS).translate(_DASHES).translate(_ALIKE)


def sql_folding() -> tuple[str, str, str]:
    """The same for PostgreSQL's `translate`: (from, to, left out), to be applied before and after NFKC, then `lower`.

    Blanks stay: a search parts its words by them.
    """
    table = {chr(number): sign for number, sign in _from_private_use().items()}
    for each in (_BRACKETS, _DASHES, _ALIKE):
        table |= {chr(number): sign for number, sign in each.items()}
    unseen = [
        chr(number) for number in range(0x110000) if not 0xD800 <= number < 0xE000 and is_unseen(chr(number))
    ]
    return "".join(table), "".join(table.values()), "".join(unseen)


def same(one: str, other: str) -> bool:
    """Whether two texts have one key."""
    return folded(one) == folded(other)


def nearly(one: str, other: str, *, ratio: float = _NEAR) -> bool:
    """Whether two names differ so little that a person should look: a sign or two, 〓 for any, or more of one name."""
    first, second = (re.sub(r'[()\-·".,]', "", folded(each)) for each in (one, other))
    if not first or not second:
        return False
    if first == second or (
        min(len(first), len(second)) >= _PART_FROM and (first in second or second in first)
    ):
        return True
    if _GETA in first + second and len(first) == len(second):
        return all(_GETA in pair or pair[0] == pair[1] for pair in zip(first, second, strict=True))
    if ratio == _NEAR and min(len(first), len(second)) < _LONG_ENOUGH:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= ratio
