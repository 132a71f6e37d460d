"""A meeting that reports put in doubt, or no longer do, reads otherwise in calendars."""

from django.db import migrations

FOLLOW = """
CREATE TRIGGER meetings_calendar_doubted AFTER UPDATE ON meetings_meeting FOR EACH ROW
WHEN ((OLD.doubted_at IS NULL) <> (NEW.doubted_at IS NULL))
EXECUTE FUNCTION meetings_calendar_of_meeting('0');
"""
FOLLOW_NO_MORE = "DROP TRIGGER meetings_calendar_doubted ON meetings_meeting;"


class Migration(migrations.Migration):
    dependencies = [("meetings", "0011_readings_of_feeds")]

    operations = [migrations.RunSQL(FOLLOW, FOLLOW_NO_MORE)]
