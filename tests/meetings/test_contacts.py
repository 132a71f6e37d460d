import pytest
from cryptography.fernet import Fernet

from meetings import contacts

CONTACT = {"email": "pat@example.org", "people": [{"name": "Päť"}]}


def test_what_is_encrypted_can_be_read_back_and_not_without_the_key(settings):
    token = contacts.encrypt(CONTACT)

    assert contacts.decrypt(token) == CONTACT
    assert b"pat@example.org" not in token
    settings.CONTACT_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(contacts.UnreadableContact):
        contacts.decrypt(token)


def test_a_new_key_in_front_leaves_old_contacts_readable_and_hashes_as_they_were(settings):
    token, mark = contacts.encrypt(CONTACT), contacts.keyed_hash("pat@example.org")
    old = list(settings.CONTACT_KEYS)

    settings.CONTACT_KEYS = [Fernet.generate_key().decode(), *old]

    assert contacts.decrypt(token) == CONTACT
    assert contacts.keyed_hash("pat@example.org") == mark
    settings.CONTACT_KEYS = settings.CONTACT_KEYS[:1] + old
    renewed = contacts.renewed(token)
    settings.CONTACT_KEYS = settings.CONTACT_KEYS[:1]
    assert contacts.decrypt(renewed) == CONTACT


def test_keyed_hashes_match_equal_texts_only_and_need_the_key(settings):
    mark = contacts.keyed_hash("pat@example.org")

    assert contacts.keyed_hash("pat@example.org") == mark
    assert contacts.keyed_hash("Pat@example.org") != mark
    settings.CONTACT_KEYS = [Fernet.generate_key().decode()]
    assert contacts.keyed_hash("pat@example.org") != mark


def test_a_damaged_contact_says_so():
    with pytest.raises(contacts.UnreadableContact):
        contacts.decrypt(b"nonsense")
