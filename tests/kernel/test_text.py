"""Text as it is kept and compared: what no sink can take is named, what looks the same has one key."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from config.management.commands.printable_signs import signs_of_fonts
from kernel import text
from kernel.fonts import printable_signs
from kernel.text import folded, kept_line, kept_lines, kept_number, legible, nearly, same, why_not_text

ANY = st.text(st.characters(codec="utf-8"), max_size=20)


def test_the_characters_that_can_be_printed_are_those_of_the_fonts() -> None:
    assert printable_signs() == signs_of_fonts()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("例验〔2026〕1号", "例验[2026]1号"),
        ("例验〔2026〕1号", "例验【2026】1 号"),
        ("例验〔2026〕1号", "例验﹝２０２６﹞１号"),
        ("例验〔2026〕1号", "例验〔2026〕\u200b1号\ufeff"),
        ("例验〔2026〕1号", "例验（2026）\u30001号"),
        ("例（集团）有限公司", "例(集团)有限公司"),
        ("A-1", "Ａ—１"),
        ("A–1", "a－1"),
        ("䶮水厂", "\ue863水厂"),
        ("⼟地整理", "土地整理"),
        ("二〇二六年", "二○二六年"),
        ("阿·凡提", "阿•凡提"),
        ("“示例”公司", '"示例"公司'),
        ("АВС公司", "ABC公司"),
        ("神\ufe00社", "神社"),
    ],
)
def test_texts_that_look_the_same_have_one_key(one: str, other: str) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("例验〔2026〕1号", "例验〔2026〕11号"), ("新郑市", "新密市"), ("一号", "-号"), ("A1", "A l")],
)
def test_texts_that_differ_keep_their_keys_apart(one: str, other: str) -> None:
    assert not same(one, other)


@given(ANY)
def test_a_key_is_its_own_key(given_text: str) -> None:
    assert folded(folded(given_text)) == folded(given_text)


@given(
    ANY,
    st.sampled_from(["\u200b", "\ufeff", " ", "\u3000", "\u00ad", "\u2060", "\ufe0f"]),
    st.integers(0, 20),
)
def test_unseen_signs_and_blanks_make_no_difference(given_text: str, sign: str, place: int) -> None:
    stands_alone = unicodedata.combining(given_text[place]) == 0 if place < len(given_text) else True
    if stands_alone:
        assert folded(given_text[:place] + sign + given_text[place:]) == folded(given_text) or not (
            unicodedata.is_normalized("NFKC", given_text)
        )


@pytest.mark.django_db
@given(ANY)
def test_the_database_folds_as_python_does(given_text: str) -> None:
    plain = given_text.replace("\x00", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_folded(%s)", [plain])
        found = "".join(cursor.fetchone()[0].split())
    assert folded(found) == folded(plain)


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("通许县\x0b指标", "U+000B"),
        ("a\x7f", "U+007F"),
        ("\x85", "U+0085"),
        ("a\u202eb", "U+202E"),
        ("\ud800", "U+D800"),
        ("\ufffe", "U+FFFE"),
        ("\ue001县", "U+E001"),
        ("𪚥水厂", "U+2A6A5"),
        ("好😀", "U+1F600"),
        ("\U000f0000", "U+F0000"),
        ("通\ufffd县", "U+FFFD"),
        ("\u0378", "U+0378"),
        ("一\n二", "U+000A"),
        ("一\t二", "U+0009"),
        ("一\u2028二", "U+2028"),
    ],
)
def test_a_sign_that_a_sink_cannot_take_is_named(typed: str, named: str) -> None:
    assert named in why_not_text(typed)
    if typed.strip() != "":
        with pytest.raises(ValueError, match=named.replace("+", r"\+")):
            kept_line(typed)


@pytest.mark.parametrize("typed", ["通许县〔2026〕1号", "𠮷㛃䶮𬭸水厂", "①㎡…—·", "Ａ１", "½ ± ≥ ℃"])
def test_what_can_be_printed_is_kept_as_it_is(typed: str) -> None:
    assert kept_line(f" {typed}\u3000") == typed


def test_unseen_signs_are_left_out_and_private_use_gets_its_character() -> None:
    assert kept_line("\ufeff例\u200b县\u00ad") == "例县"
    assert kept_line("\ue863水厂") == "䶮水厂"


def test_line_ends_of_every_kind_are_one_sign() -> None:
    assert kept_lines("一\r\n二\r三\u2028四\n") == "一\n二\n三\n四"


def test_a_number_has_half_width_digits_and_no_blanks() -> None:
    assert kept_number(" 例验〔２０２６〕 1 号") == "例验〔2026〕1号"
    assert kept_number("０００712345") == "000712345"


@pytest.mark.parametrize(
    ("given_text", "is_damaged"),
    [("2.02611E+16", True), ("2E+16", True), ("2.1e16", True), ("712345.0", True),
     ("202611200001", False), ("2E16", False), ("A1.0", False), ("1.5", False)],
)  # fmt: skip
def test_a_number_that_a_table_program_has_damaged_is_seen(given_text: str, is_damaged: bool) -> None:
    assert text.damaged_number(given_text) is is_damaged


def test_a_banks_name_is_printable_whatever_it_holds() -> None:
    assert legible("\ue001𪚥\ue863公\n司 ") == "〓〓䶮公 司"
    with pytest.raises(ValueError, match=r"U\+0001"):
        legible("a\x01")


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("例（集团）有限公司", "例集团有限公司", True),
        ("中牟县〓水厂项目建设单位", "中牟县䶮水厂项目建设单位", True),
        ("中牟县人民政府", "中牟县人民政府国库处", True),
        ("河南省中牟县供水项目建设单位", "河南省中牟县供水项目建设公司", True),
        ("新郑市人民政府", "新密市人民政府", False),
        ("通许县人民政府", "兰考县人民政府", False),
        ("甲", "", False),
    ],
)
def test_a_name_that_nearly_is_another_is_for_a_person_to_decide(
    one: str, other: str, expected: bool
) -> None:
    assert nearly(one, other) is expected
