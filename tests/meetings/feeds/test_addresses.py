import pytest

from meetings.feeds import addresses
from meetings.feeds.addresses import Address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("1600 Dell Ave, Campbell, CA 95008, USA", Address("1600 Dell Ave", "Campbell", "CA", "95008", "US")),
        ("Santa Clara, CA, USA", Address("", "Santa Clara", "CA", "", "US")),
        ("Wilmington, DE", Address("", "Wilmington", "DE", "", "US")),
        ("Hauptstr. 5, 10827 Berlin, Germany", Address("Hauptstr. 5", "Berlin", "", "10827", "DE")),
        ("10 High St, London SW1A 2AA, UK", Address("10 High St", "London", "", "SW1A 2AA", "GB")),
        (
            "8318 104 St, Edmonton, Alberta, T6E 4E8, Canada",
            Address("8318 104 St", "Edmonton", "AB", "T6E 4E8", "CA"),
        ),
        ("Edmonton, Alberta, Canada", Address("", "Edmonton", "AB", "", "CA")),
        ("5 George St, Sydney NSW 2000, Australia", Address("5 George St", "Sydney", "NSW", "2000", "AU")),
        ("12 rue X, 75011 Paris, France", Address("12 rue X", "Paris", "", "75011", "FR")),
        ("New York, NY, USA", Address("", "New York", "NY", "", "US")),
        ("New York", Address("", "New York", "", "", "")),
        ("123 Main St", Address("123 Main St", "", "", "", "")),
        ("12 Elm St, Boston, MA @ the corner, USA", Address("12 Elm St", "Boston", "MA", "", "US")),
        ("", Address()),
    ],
)
def test_an_address_is_taken_apart_from_its_end(text, address):
    assert addresses.read(text) == address


@pytest.mark.parametrize(
    ("given", "side", "kept"),
    [("1001", "US", "01001"), ("2138.0", "US", "02138"), ("1001", "NL", "1001"), ("t6e 4e8", "CA", "T6E 4E8")],
)
def test_zeros_that_a_spreadsheet_lost_come_back_in_the_usa(given, side, kept):
    assert addresses.postcode(given, side) == kept
