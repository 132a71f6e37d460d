import io

import pytest

from meetings.feeds import meeting_guide, tables
from meetings.feeds.rows import Reading, UnusableFeed

TEMPLATE = (
    '"Time","End Time","Day","Name","Location","Address","Region","Types","Timezone","Conference URL",'
    '"Slug","Updated"\n'
    '"6:00 PM",,"Monday","After Work","Hall","2 Elm Ave, Boston, MA 02101, USA","Boston","Open, Wheelchair Access",'
    '"America/New_York",,"after-work","2020-04-0416:50:58"\n'
    '"7:00 PM","8:30 PM","Sunday","Book, Study","Church","3 Oak St, Boston, MA 02101, USA","Boston",'
    '"Big Book, Men, Online Meeting, Open, Temporary Closure","America/New_York","https://zoom.us/j/1","book-study",\n'
)


def _rows(text):
    return [
        meeting_guide.read(record, Reading("aa"), types_are_names=True)
        for _n, _raw, record in tables.records(io.StringIO(text, newline=None))
    ]


def test_the_template_is_read_with_names_for_types():
    first, second = _rows(TEMPLATE)

    assert (first.meeting["rrule"], first.meeting["start_time"]) == ("FREQ=WEEKLY;BYDAY=MO", "18:00:00")
    assert (first.meeting["open_to"], first.traits) == ("anyone", {"access/wheelchair": "yes"})
    assert (first.venue["street"], first.venue["town"]) == ("2 Elm Ave", "Boston")
    assert first.updated_at == "2020-04-04T16:50:58+00:00"
    assert (second.meeting["name"], second.meeting["duration"]) == ("Book, Study", "01:30:00")
    assert (second.meeting["in_person"], second.meeting["online"]) == ("suspended", "open")
    assert second.unknown_codes == []


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_columns_have_other_names_and_marks_between_them(mark):
    header = ["Meeting Name", "Weekday", "Start Time", "Street Address", "City", "State", "Zip Code", "ID"]
    cells = ["Hope", "Friday", "7 pm", "1 A St", "Boston", "MA", "2101", "h1"]

    (row,) = _rows(f"{mark.join(header)}\n{mark.join(cells)}\n\n{mark * 7}\n")

    assert (row.meeting["name"], row.meeting["rrule"]) == ("Hope", "FREQ=WEEKLY;BYDAY=FR")
    assert (row.venue["street"], row.venue["town"], row.venue["postcode"]) == ("1 A St", "Boston", "02101")


def test_numbers_leave_empty_lines_out():
    numbered = [(n, r["slug"]) for n, _raw, r in tables.records(io.StringIO("Name,Slug,Day\nA,a,1\n,,\nB,b,2\n"))]

    assert numbered == [(1, "a"), (2, "b")]


def test_a_table_of_something_else_is_refused():
    with pytest.raises(UnusableFeed, match="no columns of meetings"):
        list(tables.records(io.StringIO("price,stock\n1,2\n")))


@pytest.mark.parametrize("quoted", ['"by the side', '"3 Oak'], ids=["notes", "street"])
def test_a_table_that_breaks_off_inside_a_cell_is_refused(quoted):
    whole = f'Name,Slug,Day,Notes\nA,a,1,"a ""quoted"" word"\nB,b,2,{quoted}"'

    assert [record["slug"] for _n, _raw, record in tables.records(io.StringIO(whole))] == ["a", "b"]
    with pytest.raises(UnusableFeed, match="the table is broken"):
        list(tables.records(io.StringIO(whole[:-1])))


def test_empty_lines_before_the_header_are_no_header():
    text = "\n;;;\nName;Slug;Day;Notes\nA;a;1;x\n"

    assert [(n, record["slug"]) for n, _raw, record in tables.records(io.StringIO(text))] == [(1, "a")]
