import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("meetings", "0014_languages_kept")]

    operations = [
        migrations.SeparateDatabaseAndState(
            # The index stays as it is; only how it is written to changes.
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX finderentry_text SET (fastupdate = on, gin_pending_list_limit = 1024)",
                    "ALTER INDEX finderentry_text SET (fastupdate = off)",
                )
            ],
            state_operations=[
                migrations.RemoveIndex(model_name="finderentry", name="finderentry_text"),
                migrations.AddIndex(
                    model_name="finderentry",
                    index=django.contrib.postgres.indexes.GinIndex(
                        fastupdate=True, fields=["text"], gin_pending_list_limit=1024, name="finderentry_text"
                    ),
                ),
            ],
        )
    ]
