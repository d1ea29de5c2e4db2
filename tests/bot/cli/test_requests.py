from __future__ import annotations

import pytest

from bot.cli import requests
from bot.errors import ChannelError, SettingsError, StoreError
from bot.store.contacts import AT_NEXT_VISIT, ContactStore


@pytest.fixture
def request_of_ada(settings):
    with ContactStore.from_settings(settings) as store:
        draft = store.draft("c0ffee", "en", "Who can help us in Kenya?")
        return store.consent(draft.reference, "c0ffee", "7310000004711")


def test_lists_shows_and_closes_a_request(call, request_of_ada):
    reference = request_of_ada.reference
    assert "Kenya" in call(requests, "list").out
    shown = call(requests, "show", reference.lower()).out
    assert "Kenya" in shown
    assert "7310000004711" not in shown
    assert call(requests, "close", reference).out == f"{reference}: closed, question and address erased\n"
    assert call(requests, "list").out == "No requests wait.\n"
    assert "(erased)" in call(requests, "show", reference).out


def test_does_not_answer_a_closed_request(call, request_of_ada):
    call(requests, "close", request_of_ada.reference)
    with pytest.raises(StoreError, match="no address"):
        call(requests, "answer", request_of_ada.reference, "Here you are.")
    with pytest.raises(StoreError, match="cannot be closed"):
        call(requests, "close", request_of_ada.reference)


def test_says_where_the_requests_are(call):
    with pytest.raises(StoreError, match="requests list"):
        call(requests, "show", "ABCD1234")


@pytest.mark.parametrize(
    ("token", "error"), [("", SettingsError), ("7000000001:" + "x" * 35, ChannelError)], ids=["no token", "no server"]
)
def test_leaves_a_request_open_whose_answer_could_not_be_sent(call, request_of_ada, project, settings, token, error):
    values = {"telegram_token": token, "telegram_api_url": "http://127.0.0.1:1"}
    phrases = "{telegram_person_answer: '{answer}', telegram_person_somebody: a person, telegram_button_reply: Answer}"
    project.joinpath("nlu_data/en/phrases.yml").write_text(f"phrases: {phrases}")
    with pytest.raises(error):
        call(requests, "answer", request_of_ada.reference, "Here you are.", **values)
    with ContactStore.from_settings(settings) as store:
        assert store.get(request_of_ada.reference).state == "open"
    assert "reply command line failed\nHere you are." in call(requests, "show", request_of_ada.reference).out


def test_keeps_an_answer_for_somebody_who_will_come_back(call, settings):
    with ContactStore.from_settings(settings) as store:
        drafted = store.draft("c0ffee", "en", "Who can help us in Kenya?")
        store.consent(drafted.reference, "c0ffee", AT_NEXT_VISIT)
    assert "is shown at the person's next visit" in call(requests, "answer", drafted.reference, "Here you are.").out
    assert "reply command line waiting\nHere you are." in call(requests, "show", drafted.reference).out
