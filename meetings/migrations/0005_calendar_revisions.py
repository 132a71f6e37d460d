"""Counts what calendars have to know of: SEQUENCE and LAST-MODIFIED of meetings and of dates."""

import django.db.models.deletion
from django.db import migrations, models

# A change is counted by the database, whoever makes it: pages, the admin, imports, SQL.
# Nothing is counted for new meetings: they are as they were made.
COUNT = """
CREATE FUNCTION meetings_calendar_changed(of_meeting bigint, of_date date, by integer) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO meetings_calendarrevision AS r (meeting_id, original_on, sequence, changed_at)
    VALUES (of_meeting, of_date, by, now())
    ON CONFLICT (meeting_id, original_on)
    DO UPDATE SET sequence = r.sequence + by, changed_at = excluded.changed_at
$$;

CREATE FUNCTION meetings_calendar_of_meeting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM meetings_calendar_changed(NEW.id, NULL, TG_ARGV[0]::integer);
    RETURN NULL;
END $$;

-- When, where and whether it takes place.
CREATE TRIGGER meetings_calendar_moved AFTER UPDATE ON meetings_meeting FOR EACH ROW
WHEN ((OLD.rrule, OLD.first_on, OLD.last_on, OLD.start_time, OLD.duration, OLD.time_zone, OLD.state,
       OLD.venue_id, OLD.in_person, OLD.online, OLD.by_phone, OLD.join_url, OLD.join_phone, OLD.is_teen_consented)
      IS DISTINCT FROM
      (NEW.rrule, NEW.first_on, NEW.last_on, NEW.start_time, NEW.duration, NEW.time_zone, NEW.state,
       NEW.venue_id, NEW.in_person, NEW.online, NEW.by_phone, NEW.join_url, NEW.join_phone, NEW.is_teen_consented))
EXECUTE FUNCTION meetings_calendar_of_meeting('1');

-- Other words of it.
CREATE TRIGGER meetings_calendar_reworded AFTER UPDATE ON meetings_meeting FOR EACH ROW
WHEN ((OLD.name, OLD.slug, OLD.join_passcode, OLD.join_notes, OLD.join_phone_notes, OLD.join_visibility)
      IS DISTINCT FROM
      (NEW.name, NEW.slug, NEW.join_passcode, NEW.join_notes, NEW.join_phone_notes, NEW.join_visibility))
EXECUTE FUNCTION meetings_calendar_of_meeting('0');

CREATE FUNCTION meetings_calendar_of_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM meetings_calendarrevision WHERE meeting_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER meetings_calendar_gone AFTER DELETE ON meetings_meeting FOR EACH ROW
EXECUTE FUNCTION meetings_calendar_of_gone();

CREATE FUNCTION meetings_calendar_of_pause() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM meetings_calendar_changed(OLD.meeting_id, NULL, 1);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND NEW.meeting_id <> OLD.meeting_id) THEN
        PERFORM meetings_calendar_changed(NEW.meeting_id, NULL, 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER meetings_calendar_paused AFTER INSERT OR DELETE ON meetings_pause FOR EACH ROW
EXECUTE FUNCTION meetings_calendar_of_pause();
CREATE TRIGGER meetings_calendar_pause_moved AFTER UPDATE ON meetings_pause FOR EACH ROW
WHEN ((OLD.meeting_id, OLD.first_on, OLD.last_on) IS DISTINCT FROM (NEW.meeting_id, NEW.first_on, NEW.last_on))
EXECUTE FUNCTION meetings_calendar_of_pause();

CREATE FUNCTION meetings_calendar_of_date() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM meetings_calendar_changed(OLD.meeting_id, OLD.original_on, 1);
    END IF;
    IF TG_OP = 'INSERT' OR (TG_OP = 'UPDATE' AND
        (NEW.meeting_id, NEW.original_on) IS DISTINCT FROM (OLD.meeting_id, OLD.original_on)) THEN
        PERFORM meetings_calendar_changed(NEW.meeting_id, NEW.original_on, 1);
    END IF;
    RETURN NULL;
END $$;
-- A date that people come to has a row, and may be as by the rule all the same: that is no change.
CREATE TRIGGER meetings_calendar_date_differs AFTER INSERT ON meetings_occurrence FOR EACH ROW
WHEN (NEW.cancelled_at IS NOT NULL OR NEW.moved_to IS NOT NULL OR NEW.duration IS NOT NULL
      OR NEW.venue_id IS NOT NULL OR NEW.is_online_only OR NEW.note <> '')
EXECUTE FUNCTION meetings_calendar_of_date();
CREATE TRIGGER meetings_calendar_date_changed AFTER UPDATE ON meetings_occurrence FOR EACH ROW
WHEN ((OLD.meeting_id, OLD.original_on, OLD.cancelled_at IS NULL, OLD.cancelled_reason, OLD.moved_to, OLD.duration,
       OLD.venue_id, OLD.is_online_only, OLD.note)
      IS DISTINCT FROM
      (NEW.meeting_id, NEW.original_on, NEW.cancelled_at IS NULL, NEW.cancelled_reason, NEW.moved_to, NEW.duration,
       NEW.venue_id, NEW.is_online_only, NEW.note))
EXECUTE FUNCTION meetings_calendar_of_date();
CREATE TRIGGER meetings_calendar_date_gone AFTER DELETE ON meetings_occurrence FOR EACH ROW
WHEN (OLD.cancelled_at IS NOT NULL OR OLD.moved_to IS NOT NULL OR OLD.duration IS NOT NULL
      OR OLD.venue_id IS NOT NULL OR OLD.is_online_only OR OLD.note <> '')
EXECUTE FUNCTION meetings_calendar_of_date();

CREATE FUNCTION meetings_calendar_of_venue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM meetings_calendar_changed(m.id, NULL, 1)
    FROM (SELECT id FROM meetings_meeting WHERE venue_id = NEW.id ORDER BY id) m;
    PERFORM meetings_calendar_changed(o.meeting_id, o.original_on, 1)
    FROM (SELECT meeting_id, original_on FROM meetings_occurrence WHERE venue_id = NEW.id ORDER BY id) o;
    RETURN NULL;
END $$;
CREATE TRIGGER meetings_calendar_venue_changed AFTER UPDATE ON meetings_venue FOR EACH ROW
WHEN ((OLD.name, OLD.street, OLD.town, OLD.region, OLD.postcode, OLD.is_private_home)
      IS DISTINCT FROM (NEW.name, NEW.street, NEW.town, NEW.region, NEW.postcode, NEW.is_private_home))
EXECUTE FUNCTION meetings_calendar_of_venue();
"""

COUNT_NO_MORE = """
DROP TRIGGER meetings_calendar_venue_changed ON meetings_venue;
DROP TRIGGER meetings_calendar_date_gone ON meetings_occurrence;
DROP TRIGGER meetings_calendar_date_changed ON meetings_occurrence;
DROP TRIGGER meetings_calendar_date_differs ON meetings_occurrence;
DROP TRIGGER meetings_calendar_pause_moved ON meetings_pause;
DROP TRIGGER meetings_calendar_paused ON meetings_pause;
DROP TRIGGER meetings_calendar_gone ON meetings_meeting;
DROP TRIGGER meetings_calendar_reworded ON meetings_meeting;
DROP TRIGGER meetings_calendar_moved ON meetings_meeting;
DROP FUNCTION meetings_calendar_of_venue();
DROP FUNCTION meetings_calendar_of_date();
DROP FUNCTION meetings_calendar_of_pause();
DROP FUNCTION meetings_calendar_of_gone();
DROP FUNCTION meetings_calendar_of_meeting();
DROP FUNCTION meetings_calendar_changed(bigint, date, integer);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('meetings', '0004_rsvps'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('original_on', models.DateField(editable=False, help_text='Empty: the meeting as a whole', null=True)),
                ('sequence', models.PositiveIntegerField(default=0, editable=False)),
                ('changed_at', models.DateTimeField(editable=False)),
                ('meeting', models.ForeignKey(db_constraint=False, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='calendar_revisions', to='meetings.meeting')),
            ],
            options={
                'verbose_name': 'calendar revision',
                'verbose_name_plural': 'calendar revisions',
                'ordering': ['meeting', 'original_on', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('meeting', 'original_on'), name='calendarrevision_once_per_date', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('sequence__gte', 0)), name='calendarrevision_counts_up')],
            },
        ),
        migrations.RunSQL(COUNT, COUNT_NO_MORE),
    ]
