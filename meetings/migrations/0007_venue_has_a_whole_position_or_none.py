from django.db import migrations, models

_WHOLE = models.Q(
    ("latitude__range", (-90, 90)),
    ("longitude__range", (-180, 180)),
    ("latitude__isnull", False),
    ("longitude__isnull", False),
)
_NONE = models.Q(latitude__isnull=True, longitude__isnull=True)


class Migration(migrations.Migration):
    """Half a position passed, since a comparison with NULL is no violation."""

    dependencies = [
        ("groups", "0002_longer_names_of_approaches"),
        ("meetings", "0006_messages"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="venue", name="venue_position_on_earth"),
        migrations.RunSQL(
            "UPDATE meetings_venue SET latitude = NULL, longitude = NULL WHERE latitude IS NULL OR longitude IS NULL",
            migrations.RunSQL.noop,
        ),
        # PostgreSQL settles what the update set off before it changes the table again.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="venue",
            constraint=models.CheckConstraint(condition=_WHOLE | _NONE, name="venue_position_on_earth"),
        ),
    ]
