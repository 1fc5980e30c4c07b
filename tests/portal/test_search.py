"""Search by substrings: the database finds exactly what Python's `in` finds."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from apps.listings.models import Listing, ListingWords
from apps.listings.queries import holding, published
from apps.parties.models import Organisation, Region
from tests.factories.deal import Deal

pytestmark = pytest.mark.django_db

SIGNS = "通许县补充耕地指标批号〔2026〕01aB'\\\":&|!<->()*"
TEXTS = st.text(st.sampled_from(SIGNS + " "), max_size=40)
WORDS = st.lists(st.text(st.sampled_from(SIGNS), min_size=1, max_size=6), min_size=1, max_size=3)


def _announced() -> Listing:
    deal = Deal.begun()
    deal.announce()
    return deal.listing


def _found(fields: list[str], words: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT search_grams(VARIADIC %s::text[]) @@ search_query(%s)", [fields, words])
        return bool(cursor.fetchone()[0])


@given(st.lists(TEXTS, min_size=1, max_size=4), WORDS)
def test_every_word_must_occur_in_one_of_the_fields(fields: list[str], words: list[str]) -> None:
    expected = all(any(word.lower() in field.lower() for field in fields) for word in words)
    assert _found(fields, " ".join(words)) is expected


@given(TEXTS.filter(str.strip), st.data())
def test_every_part_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    part = text[start:end].strip()
    assert not part or _found(["别的", text], part)


def test_words_do_not_run_from_one_field_into_the_next() -> None:
    assert not _found(["通许", "县府"], "许县")


def test_full_width_and_capitals_do_not_matter() -> None:
    assert _found(["豫Ab〔2026〕001号"], "ａＢ　００1")


def test_a_lot_is_found_by_title_number_seller_and_county() -> None:
    listing = _announced()
    number = listing.number or ""
    for text in ("补充", "耕", "耕地指标", number, number[-4:], "通许县人民", "通许县 指标", "  "):
        assert list(holding(published(), text)) == [listing], text
    for text in ("新郑", "标指", f"{number}0", "通许县 新郑"):
        assert not holding(published(), text).exists(), text


def test_a_lot_is_found_by_what_its_seller_and_county_are_called_now() -> None:
    listing = _announced()
    Organisation.objects.filter(pk=listing.seller_id).update(name="咸平县人民政府")
    assert holding(published(), "咸平").exists()
    assert not holding(published(), "许县人民").exists()
    Region.objects.filter(pk="410222").update(name="启封县")
    assert holding(published(), "启封").exists()
    Organisation.objects.filter(pk=listing.seller_id).update(region_id="410184")
    assert not holding(published(), "启封").exists()
    assert holding(published(), "新郑").exists()


def test_a_lot_that_changes_its_title_is_found_by_the_new_one() -> None:
    listing = Deal.begun().listing
    Listing.objects.filter(pk=listing.pk).update(title="改过的名称")
    assert ListingWords.objects.filter(listing=listing).exists()
    assert holding(Listing.objects.all(), "改过").exists()
    assert not holding(Listing.objects.all(), "充耕地").exists()


def test_search_in_the_database_is_by_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'listing_by_words'")
        assert "USING gin (grams)" in cursor.fetchone()[0]


def test_the_database_keeps_a_thousand_frequencies_of_pairs_of_signs() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstattarget FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'grams'",
            [ListingWords._meta.db_table],
        )
        assert cursor.fetchone() == (1000,)
