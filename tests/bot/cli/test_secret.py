from __future__ import annotations

import os
from dataclasses import replace

import pytest

from bot.cli import secret as command
from bot.store.contacts import ContactStore
from bot.store.secrets import pseudonym, secret


def test_changes_the_secret_in_its_file_and_says_what_to_keep(call, settings):
    own = {"secret": "", "database_url": f"sqlite:///{settings.var / 'own.db'}"}
    before = replace(settings, **own)
    old = secret(before)
    name = pseudonym(old, "terminal", str(os.getuid()))
    with ContactStore.from_settings(before) as contacts:
        contacts.draft(name, "en", "who can help")
    ended = call(command, "rotate", **own)
    assert ended.code == 0
    assert "Encrypted anew: contact 1, thread_part 0, inbox 0, former_key 0." in ended.out
    assert "Backups from before can only be restored with the old secret" in ended.out
    assert secret(before) != old
    assert not [word for word in (old, secret(before)) if word in ended.out + ended.err]


def test_says_which_variable_to_set(call):
    ended = call(command, "rotate", secret="the present one, long enough", new_secret="the next one, long enough")
    assert "Now set PARTNERGUIDE_SECRET to the value of PARTNERGUIDE_NEW_SECRET" in ended.out
    assert "the next one" not in ended.out


def test_needs_an_action(call):
    with pytest.raises(SystemExit):
        call(command)
