from __future__ import annotations

import subprocess

import pytest

from bot.cli import _review_worker, _sending, review
from bot.errors import ChannelError
from bot.store.contacts import ContactStore
from bot.store.jobs import JobStore
from bot.store.lessons import LessonStore
from bot.store.secrets import secret
from bot.store.threads import ThreadStore


@pytest.fixture
def lessons(settings):
    with LessonStore.from_settings(settings) as store:
        yield store


def test_exports_lessons_and_marks_what_the_checkout_holds(call, project, settings, lessons, tmp_path):
    lessons.add("example", "faq/growth.costs", "en", "what do jabs cost", "ada")
    dry = call(review, "export", "--dry-run")
    assert "+    - what do jabs cost" in dry.out
    assert dry.err == "partnerguide: 1 lessons and 0 switched-off entries in 1 files\n"
    assert lessons.counts()["confirmed"] == 1
    patch = tmp_path / "lessons.patch"
    call(review, "export", "--output", str(patch))
    assert lessons.counts()["exported"] == 1
    assert "0 lessons" in call(review, "import").out
    subprocess.run(["git", "apply", str(patch)], cwd=project, check=True)
    assert call(review, "import").out.startswith("1 lessons, 0 drafts and 0 switched-off entries stand in")


def test_names_what_it_leaves_out(call, project, lessons):
    lessons.add("example", "faq/gone.entry", "en", "what do jabs cost", "ada")
    assert "left out faq/gone.entry: is no entry" in call(review, "export").err


def test_writes_the_digest(call, project, tmp_path):
    assert call(review, "digest", "--language", "en").out.startswith("The partnership guide, the week in short\n")
    file = tmp_path / "digest.html"
    call(review, "digest", "--format", "html", "--output", str(file))
    assert "一周简报" in file.read_text()
    assert call(review, "digest", "--format", "mail", "--to", "a@b.org").out.startswith("Subject: ")
    with pytest.raises(SystemExit):
        call(review, "digest", "--language", "xx")


def test_works_once(call, project, settings, own_logging):
    with JobStore.from_settings(settings) as jobs:
        back = jobs.add("activate", {"back": True})
        call(review, "worker", "--once", "--kinds", "activate,discard")
        assert (jobs.get(back).state, jobs.get(back).problem) == ("failed", "there is no model to go back to")
    with pytest.raises(SystemExit):
        call(review, "worker", "--kinds", "bake")


# Replies to people


@pytest.fixture
def request_(settings):
    """An open request with a reply that waits to be sent."""
    key = secret(settings)
    with ContactStore(settings.database_url, key) as contacts, ThreadStore(settings.database_url, key) as threads:
        drafted = contacts.draft("c0ffee", "en", "who can help")
        contacts.consent(drafted.reference, "c0ffee", "4711")
        note = threads.add(drafted.reference, "reply", "ada", "we can")
        yield contacts, threads, drafted.reference, note


@pytest.fixture
def send(settings, request_):
    """Carries out the job that the console writes for a reply."""
    _, _, reference, note = request_

    def run():
        with JobStore.from_settings(settings) as jobs:
            jobs.add("send", {"reference": reference, "note": note})
            return _sending.sending(settings).run(jobs.take(), lambda share, step: None)

    return run


def test_marks_a_reply_as_sent(monkeypatch, request_, send):
    contacts, threads, reference, note = request_
    told = []
    monkeypatch.setattr(_sending, "_deliver", lambda settings, contact, text: told.append((contact.address, text)))
    assert send() == {"reference": reference}
    assert told == [("4711", "we can")]
    assert (threads.get(note).state, contacts.get(reference).state) == ("sent", "answered")


def test_marks_a_reply_that_could_not_be_sent(monkeypatch, request_, send):
    def refuse(settings, contact, text):
        raise ChannelError("the person has blocked the bot")

    contacts, threads, reference, note = request_
    monkeypatch.setattr(_sending, "_deliver", refuse)
    with pytest.raises(ChannelError):
        send()
    assert (threads.get(note).state, threads.get(note).problem) == ("failed", "the person has blocked the bot")
    assert contacts.get(reference).state == "open"


def test_sends_nothing_for_a_closed_request(request_, send):
    contacts, _, reference, _ = request_
    contacts.close_request(reference)
    with pytest.raises(ChannelError, match="closed before the reply was sent"):
        send()


def test_tells_that_a_reply_may_have_left(settings, request_):
    _, threads, reference, note = request_
    with JobStore.from_settings(settings) as jobs:
        jobs.add("send", {"reference": reference, "note": note})
        jobs.take(lease_s=-1)
        worker = _review_worker._worker(jobs, settings, ["send"])
        assert not worker.run_once()
    assert threads.get(note).state == "failed"
    assert "not known" in threads.get(note).problem
