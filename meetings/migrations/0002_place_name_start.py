import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("meetings", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="placename",
            index=models.Index(
                django.db.models.functions.text.Left("folded", 2),
                models.OrderBy(models.F("population"), descending=True),
                name="placename_start",
            ),
        ),
    ]
