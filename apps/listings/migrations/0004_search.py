import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from kernel.text import sql_folding

FOLDING = """
CREATE FUNCTION search_folded(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN regexp_replace(
        lower(translate(normalize(translate(words, {given} || {unseen}, {taken}), NFKC), {given} || {unseen}, {taken})),
        '-+', '-', 'g'
    );
"""
"""The key that `kernel.text.folded` makes, with the blanks left in."""


def _folding() -> str:
    quoted = [f"'{part.replace(chr(39), chr(39) * 2)}'" for part in sql_folding()]
    return FOLDING.format(given=quoted[0], taken=quoted[1], unseen=quoted[2])


FUNCTIONS = r"""

CREATE FUNCTION search_quoted(gram text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN '''' || replace(replace(gram, '\', '\\'), '''', '''''') || '''';

CREATE FUNCTION search_grams(VARIADIC fields text[]) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(string_agg(search_quoted(sign || following) || ':' || place, ' '), '')::tsvector
    FROM (
        SELECT sign, place, lead(sign, 1, '') OVER (ORDER BY place) AS following
        FROM string_to_table(regexp_replace(search_folded(array_to_string(fields, E'\x1f')), '\s+', '', 'g'), NULL)
            WITH ORDINALITY AS signs (sign, place)
    ) AS grams;
END;

CREATE FUNCTION search_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
BEGIN ATOMIC
    SELECT string_agg(phrase, ' & ')::tsquery
    FROM (
        SELECT CASE
            WHEN length(word) = 1 THEN search_quoted(word) || ':*'
            ELSE (
                SELECT string_agg(search_quoted(substr(word, place, 2)), ' <-> ' ORDER BY place)
                FROM generate_series(1, length(word) - 1) AS place
            )
        END AS phrase
        FROM regexp_split_to_table(search_folded(words), '\s+') AS word
        WHERE word <> ''
    ) AS phrases;
END;
"""
"""Every sign with the one that follows it, in places that count up, so that `<->` finds exact substrings."""

KEEPING = """
CREATE FUNCTION listings_keep_words(found bigint[]) RETURNS void LANGUAGE sql
BEGIN ATOMIC
    INSERT INTO listings_listingwords (listing_id, grams)
    SELECT lot.id, search_grams(coalesce(lot.number, ''), lot.title, seller.name, region.name)
    FROM listings_listing lot
        JOIN parties_organisation seller ON seller.id = lot.seller_id
        JOIN parties_region region ON region.code = seller.region_id
    WHERE lot.id = ANY (found)
    ON CONFLICT (listing_id) DO UPDATE SET grams = EXCLUDED.grams;
END;

CREATE FUNCTION listings_words_of_listing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_keep_words(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE FUNCTION listings_words_of_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_keep_words(ARRAY(SELECT id FROM listings_listing WHERE seller_id = NEW.id));
    RETURN NULL;
END $$;
CREATE FUNCTION listings_words_of_region() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM listings_keep_words(ARRAY(
        SELECT lot.id FROM listings_listing lot
            JOIN parties_organisation seller ON seller.id = lot.seller_id
        WHERE seller.region_id = NEW.code));
    RETURN NULL;
END $$;

CREATE TRIGGER listings_words_new AFTER INSERT ON listings_listing
    FOR EACH ROW EXECUTE FUNCTION listings_words_of_listing();
CREATE TRIGGER listings_words_changed AFTER UPDATE OF number, title, seller_id ON listings_listing
    FOR EACH ROW WHEN ((OLD.number, OLD.title, OLD.seller_id) IS DISTINCT FROM (NEW.number, NEW.title, NEW.seller_id))
    EXECUTE FUNCTION listings_words_of_listing();
CREATE TRIGGER listings_words_changed AFTER UPDATE OF name, region_id ON parties_organisation
    FOR EACH ROW WHEN ((OLD.name, OLD.region_id) IS DISTINCT FROM (NEW.name, NEW.region_id))
    EXECUTE FUNCTION listings_words_of_seller();
CREATE TRIGGER listings_words_changed AFTER UPDATE OF name ON parties_region
    FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION listings_words_of_region();

SELECT listings_keep_words(ARRAY(SELECT id FROM listings_listing));
"""

FORGETTING = """
DROP TRIGGER listings_words_new ON listings_listing;
DROP TRIGGER listings_words_changed ON listings_listing;
DROP TRIGGER listings_words_changed ON parties_organisation;
DROP TRIGGER listings_words_changed ON parties_region;
DROP FUNCTION listings_words_of_listing();
DROP FUNCTION listings_words_of_seller();
DROP FUNCTION listings_words_of_region();
DROP FUNCTION listings_keep_words(bigint[]);
"""

NO_FUNCTIONS = """
DROP FUNCTION search_query(text);
DROP FUNCTION search_grams(text[]);
DROP FUNCTION search_quoted(text);
DROP FUNCTION search_folded(text);
"""


class Migration(migrations.Migration):
    dependencies = [("listings", "0003_moves"), ("parties", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ListingWords",
            fields=[
                (
                    "listing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="listings.listing",
                    ),
                ),
                ("grams", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "ordering": ["listing_id"],
                "indexes": [django.contrib.postgres.indexes.GinIndex("grams", name="listing_by_words")],
            },
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                F("announced_at").desc(),
                F("id").desc(),
                condition=Q(announced_at__isnull=False),
                name="listing_by_announcement",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                F("status"),
                F("announced_at").desc(),
                F("id").desc(),
                condition=Q(announced_at__isnull=False),
                name="listing_by_status_announced",
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                F("closes_at"), F("id"), condition=Q(announced_at__isnull=False), name="listing_by_close"
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                F("starting_total"), F("id"), condition=Q(announced_at__isnull=False), name="listing_by_total"
            ),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                F("closed_at").desc(),
                F("id").desc(),
                condition=Q(closed_at__isnull=False),
                name="listing_by_result",
            ),
        ),
        migrations.RunSQL([(_folding(), None), (FUNCTIONS, None)], NO_FUNCTIONS),
        migrations.RunSQL(KEEPING, FORGETTING),
    ]
