"""Claims by area and grade, or capacity; one open at a time, and all refunds of a deal together within its price."""

from django.db import migrations, models

_WITHIN = """
CREATE FUNCTION quality_refunds_within_price() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public AS $$
BEGIN
    PERFORM FROM contract_contract WHERE listing_id = NEW.listing_id FOR UPDATE;
    IF (SELECT sum(refund) FROM transfer_qualityclaim WHERE listing_id = NEW.listing_id)
       > (SELECT total_price FROM contract_contract WHERE listing_id = NEW.listing_id) THEN
        RAISE EXCEPTION 'quality_claim: refunds of listing % exceed its price', NEW.listing_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER quality_refunds_within_price AFTER INSERT OR UPDATE OF refund, listing_id ON transfer_qualityclaim
    FOR EACH ROW EXECUTE FUNCTION quality_refunds_within_price();
"""


def _field(name, field):
    return migrations.AddField(model_name="qualityclaim", name=name, field=field)


def _decimal(places):
    return models.DecimalField(max_digits=16, decimal_places=places, null=True)


class Migration(migrations.Migration):
    dependencies = [
        ("transfer", "0002_append_only"),
        ("contract", "0002_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="qualityclaim", name="one_quality_claim_per_kind"),
        migrations.RemoveConstraint(model_name="qualityclaim", name="quality_claim_is_for_less"),
        _field("sold_area", _decimal(4)),
        _field("sold_grade", models.PositiveSmallIntegerField(null=True)),
        _field("sold_capacity", _decimal(0)),
        _field("area", _decimal(4)),
        _field("grade", models.PositiveSmallIntegerField(null=True)),
        _field("capacity", _decimal(0)),
        migrations.AddField(
            model_name="qualityclaim",
            name="measurer",
            field=models.CharField(max_length=200, default=""),
            preserve_default=False,
        ),
        _field("written_off", models.JSONField(default=dict)),
        migrations.RunSQL(
            sql="""UPDATE transfer_qualityclaim SET
                   sold_capacity = CASE WHEN kind = 'grain_capacity' THEN sold END,
                   capacity = CASE WHEN kind = 'grain_capacity' THEN retested END,
                   sold_area = CASE WHEN kind <> 'grain_capacity' THEN sold END,
                   area = CASE WHEN kind <> 'grain_capacity' THEN retested END""",
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.RemoveField(model_name="qualityclaim", name="kind"),
        migrations.RemoveField(model_name="qualityclaim", name="sold"),
        migrations.RemoveField(model_name="qualityclaim", name="retested"),
        migrations.AddConstraint(
            model_name="qualityclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed_at__isnull", True)),
                fields=("listing",),
                name="one_open_quality_claim_per_lot",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(("refund__gt", 0)), name="quality_refund_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="qualityclaim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("area__gte", 0), ("area__lte", models.F("sold_area")), ("capacity__isnull", True)
                    ),
                    models.Q(
                        ("area__isnull", True),
                        ("capacity__gte", 0),
                        ("capacity__lt", models.F("sold_capacity")),
                    ),
                    _connector="OR",
                ),
                name="quality_claim_is_for_less",
            ),
        ),
        migrations.RunSQL(
            sql=_WITHIN,
            reverse_sql="DROP TRIGGER quality_refunds_within_price ON transfer_qualityclaim;"
            "DROP FUNCTION quality_refunds_within_price();",
        ),
    ]
