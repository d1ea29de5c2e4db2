from __future__ import annotations

import contextlib
import io
import os
import re
import threading
import uuid
from collections.abc import Awaitable, Callable

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from rich.cells import cell_len
from rich.console import Console

from bot.channels.plain import plain_text
from bot.channels.terminal import COMMANDS, Terminal, rendered
from bot.channels.terminal_requests import Requests
from bot.dialogue.door import Dialogue, Message
from bot.reply import Attachment, Choice, Citation, Reply
from bot.store.correspondence import Correspondence
from bot.store.models import Enquiry
from bot.store.statements import EnquiryFilter


class Talk:
    """One person's conversation without a screen."""

    def __init__(self, dialogue: Dialogue, language: str = "") -> None:
        self._dialogue = dialogue
        self._name = uuid.uuid4().hex
        self._language = language

    async def lines(self, *lines: str) -> str:
        """Returns everything that was printed in answer to some lines."""
        output = io.StringIO()
        with Correspondence.opened(self._dialogue.settings) as correspondence:
            requests = Requests(self._dialogue, correspondence, self._name)
            await Terminal(self._dialogue, self._name, requests, self._language).run_plain(lines, output)
        return output.getvalue()

    def rows(self) -> list[Enquiry]:
        """Returns the logged rows, oldest first."""
        return list(self._dialogue.store.iterate(EnquiryFilter(conversation=self._name)))


@pytest.fixture
def talk(dialogue: Dialogue) -> Talk:
    return Talk(dialogue)


@pytest.fixture
def phrase(dialogue: Dialogue) -> Callable[..., str]:
    """Returns the beginning of a phrase, up to what is filled in."""

    def get(name: str, language: str = "en") -> str:
        return dialogue.phrases.texts[language][name].partition("{")[0].strip()

    return get


@pytest.mark.model
async def test_answers_each_line_in_its_language(talk):
    printed = await talk.lines("What is principle 7?", "原则8是什么？")
    titles = [row.shown.partition("\n")[0] for row in talk.rows()]
    assert [row.entry for row in talk.rows()] == ["ten_principles.principle_7", "ten_principles.principle_8"]
    assert [row.language for row in talk.rows()] == ["en", "zh"]
    assert printed.startswith(titles[0])
    assert f"\n\n{titles[1]}\n" in printed


@pytest.mark.model
async def test_prints_what_is_logged_as_shown_and_as_delivered(talk):
    printed = await talk.lines("What is principle 7?")
    (row,) = talk.rows()
    assert printed.startswith(f"{row.shown}\n\n1. ")
    assert printed.endswith("\n\n")
    assert (row.channel, row.delivery) == ("terminal", "sent")


@pytest.mark.model
@pytest.mark.parametrize("blank", ["", "   ", "\t"])
async def test_takes_no_notice_of_blank_lines(talk, blank):
    assert await talk.lines(blank) == ""
    assert talk.rows() == []


@pytest.mark.model
@pytest.mark.parametrize("word", ["/quit", "/exit", "/q", " /QUIT "])
async def test_stops_when_told(talk, word):
    assert await talk.lines(word, "What is principle 7?") == ""
    assert talk.rows() == []


@pytest.mark.model
async def test_opens_a_choice_by_its_number(talk, dialogue):
    first = (await talk.lines("What is principle 7?", "1")).split("\n\n1. ", 1)[1].partition("\n")[0]
    assert talk.rows()[1].shown.partition("\n")[0] == first
    assert talk.rows()[1].text == first


@pytest.mark.model
@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("/help", "help"),
        ("/HELP", "help"),
        ("  /topics  ", "topics"),
        ("/source", "source_none"),
        ("/more", "more_nothing"),
        ("/person", "person_contact"),
        ("/privacy", "privacy"),
        ("/forget", "deletion_offer"),
        ("/language", "language_unknown"),
        ("/language fr", "language_unknown"),
        ("/language zh en", "language_unknown"),
        ("/nonsense", "command_unknown"),
        ("/", "command_unknown"),
        ("/restart", "command_unknown"),
        ('/show_entry{"entry": "ten_principles.principle_7"}', "command_unknown"),
        ("/confirm_deletion", "command_unknown"),
    ],
)
async def test_does_what_a_command_says(talk, phrase, command, name):
    assert (await talk.lines(command)).startswith(phrase(name))


@pytest.mark.model
@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"quit"}))
async def test_knows_every_command_that_it_names(talk, phrase, name):
    assert not (await talk.lines(f"/{name}")).startswith(phrase("command_unknown"))


@pytest.mark.model
async def test_names_the_commands_that_exist(talk):
    printed = await talk.lines("/nonsense")
    assert [name for name in COMMANDS if f"/{name}" not in printed] == []


@pytest.mark.model
@pytest.mark.parametrize(("wanted", "said"), [("zh", "/help"), ("ZH", "/help"), ("zh", "/nonsense")])
async def test_goes_on_in_the_language_that_was_chosen(talk, dialogue, wanted, said):
    await talk.lines(f"/language {wanted}", said)
    assert [row.language for row in talk.rows()] == ["zh", "zh"]


@pytest.mark.model
async def test_says_the_last_answer_again_in_another_language(talk):
    await talk.lines("What is principle 7?", "/language zh")
    assert [(row.entry, row.language) for row in talk.rows()] == [
        ("ten_principles.principle_7", "en"),
        ("ten_principles.principle_7", "zh"),
    ]


@pytest.mark.model
async def test_begins_in_the_language_of_the_command_line(dialogue):
    talk = Talk(dialogue, "zh")
    await talk.lines("/help", "/nonsense", "What is principle 7?")
    assert [row.language for row in talk.rows()] == ["zh", "zh", "en"]


@pytest.mark.model
async def test_logs_a_command_by_what_was_typed(talk):
    await talk.lines("/help", "/language zh", "/nonsense one two")
    assert [row.text for row in talk.rows()] == ["/help", "/language zh", "/nonsense one two"]


@pytest.mark.model
async def test_repeats_little_of_a_long_unknown_command(talk):
    printed = await talk.lines("/" + "x" * 500)
    assert "x" * 29 in printed
    assert "x" * 30 not in printed


@pytest.fixture
def type_on_screen(dialogue: Dialogue) -> Callable[..., Awaitable[str]]:
    """Types keys on a screen of its own and returns everything that was drawn until the conversation ended."""

    async def run(keys: str) -> str:
        master, slave = os.openpty()
        drawn: list[bytes] = []

        def read() -> None:
            with contextlib.suppress(OSError):  # how a terminal says that its other side is closed
                while data := os.read(master, 4096):
                    drawn.append(data)

        reader = threading.Thread(target=read)
        reader.start()
        keyboard = create_pipe_input()
        keyboard.send_text(keys)
        name = uuid.uuid4().hex
        with (
            os.fdopen(slave, "w") as output,
            create_app_session(input=keyboard),
            Correspondence.opened(dialogue.settings) as correspondence,
        ):
            await Terminal(dialogue, name, Requests(dialogue, correspondence, name)).run_screen(output)
        reader.join()
        os.close(master)
        keyboard.close()
        return b"".join(drawn).decode()

    return run


@pytest.mark.model
@pytest.mark.parametrize("keys", ["\x04", "/quit\r", "half a question\x03"])
async def test_says_goodbye_whichever_way_the_screen_is_left(type_on_screen, phrase, keys):
    drawn = await type_on_screen(keys)
    assert drawn.count("╭") == 2
    assert phrase("goodbye").split(",")[0] in drawn.rpartition("╭")[2]


@pytest.mark.model
async def test_believes_the_window_before_the_environment(type_on_screen, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    drawn = await type_on_screen("/quit\r")
    frames = re.findall("╭[^╮]*╮", re.sub(r"\x1b\[[\d;]*m", "", drawn))
    assert [cell_len(frame) for frame in frames] == [80, 80]


@pytest.mark.model
async def test_takes_no_notice_of_blank_lines_on_the_screen(type_on_screen):
    assert (await type_on_screen("\r  \r/quit\r")).count("╭") == 2


def _lines(reply: Reply, width: int = 80) -> list[str]:
    """Returns the lines of a drawn reply, without styles."""
    console = Console(file=io.StringIO(), width=width)
    console.print(rendered(reply))
    return console.file.getvalue().splitlines()


def _inside(reply: Reply, width: int = 80) -> list[str]:
    """Returns the lines inside the frame that hold something."""
    inside = (line.strip("│").strip() for line in _lines(reply, width)[1:-1])
    return [line for line in inside if line]


REPLY = Reply(
    "answer",
    "en",
    title="A title",
    body=("A paragraph.", "- one\n- two"),
    notes=("As of 2021.",),
    sources_line="Source: A/76/319 para. 20 (https://example.org/a); UNGC principle 7; A/62/341 box 6 (https://example.org/b)",
    citations=(
        Citation("A/76/319", ("20",), "https://example.org/a"),
        Citation("UNGC", ("principle 7",)),
        Citation("A/62/341", ("box 6",), "https://example.org/b"),
    ),
    choices=tuple(Choice(f"Choice {number}", f"/c{number}") for number in range(1, 11)),
)


def test_draws_title_paragraphs_lists_notes_sources_and_numbers_in_this_order():
    assert _lines(REPLY)[0].startswith("╭─ A title ─")
    assert _inside(REPLY) == [
        "A paragraph.",
        "• one",
        "• two",
        "As of 2021.",
        "Source: A/76/319 para. 20; UNGC principle 7; A/62/341 box 6",
        *(f"{number} Choice {number}" for number in range(1, 11)),
    ]


def test_draws_the_labels_of_choices_below_one_another():
    assert len({line.index("Choice") for line in _lines(REPLY) if "Choice" in line}) == 1


def test_puts_each_address_behind_its_source():
    console = Console(file=io.StringIO(), width=80, force_terminal=True)
    console.print(rendered(REPLY))
    links = re.findall(r"\x1b]8;[^;]*;(https[^\x1b]*)\x1b\\(?:\x1b\[[\d;]*m)?([^\x1b]*)", console.file.getvalue())
    assert links == [
        ("https://example.org/a", "A/76/319 para. 20"),
        ("https://example.org/b", "A/62/341 box 6"),
    ]


@pytest.mark.parametrize(
    "text", ["[bold]not markup[/bold]", "[/]", "a [link=https://x]link[/link]", "100 % [sic]", ":smile:"]
)
def test_draws_text_as_it_is(text):
    reply = Reply("answer", "en", title=text, body=(text,), notes=(text,), choices=(Choice(text, "/x"),))
    assert sum(text in line for line in _lines(reply)) == 4


def test_draws_a_reply_of_one_line():
    assert _inside(Reply("notice", "zh", body=("再见。",))) == ["再见。"]


@pytest.mark.parametrize("width", [20, 40, 100])
def test_keeps_the_frame_whole_at_any_width(width):
    reply = Reply(
        "answer", "zh", title="联合国有多少企业伙伴关系", body=("总部和外地所有实体的最终数据很难收齐。" * 5,)
    )
    assert {cell_len(line) for line in _lines(reply, width)} == {width}


def test_links_a_picture_to_its_file():
    picture = Attachment("image", "staffing.png", "Staff", "/a folder/staffing.en.png")
    console = Console(file=io.StringIO(), force_terminal=True, width=80, legacy_windows=False)
    console.print(rendered(Reply("answer", "en", body=("Body.",), attachments=(picture,))))
    drawn = console.file.getvalue()
    assert "file:///a%20folder/staffing.en.png" in drawn
    assert "[staffing.png] /a folder/staffing.en.png" in re.sub(r"\x1b\]8;[^\x1b]*\x1b\\\\|\x1b\[[\d;]*m", "", drawn)


@pytest.mark.model
async def test_says_on_the_screen_what_it_says_without_one(dialogue):
    answer = await dialogue.ask(Message(uuid.uuid4().hex, "jsonl", text="What is principle 7?"))
    lines = " ".join(_lines(answer.reply))
    words = plain_text(answer.reply).split("Source: ")[0].split()
    assert [word for word in words if word not in lines] == []
