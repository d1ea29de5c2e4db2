from __future__ import annotations

import functools
from pathlib import Path

import pytest

from actions._answering import answer_entry
from actions._base import TOPICS_PAYLOAD, Guide
from actions._turn import turn_of
from actions.show_chart import ActionShowChart
from bot.charts import fonts
from tests.actions import small_services
from tests.bot import small_charts
from tests.bot.small_base import ROOT


@pytest.fixture
def small(tmp_path):
    with small_services.in_use(tmp_path, knowledge=small_charts.write(tmp_path / "project")) as small:
        yield small


@pytest.fixture
def run(small):
    return functools.partial(small_services.run, ActionShowChart(), small)


def _button(entry_id):
    return {"text": f'/show_chart{{"entry": "{entry_id}"}}', "entities": (("entry", entry_id),)}


@pytest.mark.parametrize(
    ("hint", "title", "caption"),
    [
        ("en", "Partnerships then and now", "Source: A/76/319 para. 20; data of 2007, 2021"),
        ("zh", "伙伴关系的今昔", "出处：A/76/319 第20段；数据年份：2007、2021"),
    ],
)
async def test_shows_the_chart_of_the_button(run, hint, title, caption):
    metadata = {"language_hint": hint, "label": "Chart"}
    done = await run("show_chart", **_button("growth.number"), metadata=metadata)
    reply = done.reply
    assert (reply.outcome, reply.entry, reply.title, reply.intent) == ("answer", "growth.number", title, "ask_chart")
    assert [(c.source, c.locators) for c in reply.citations] == [("A/76/319", ("20",))]
    assert done.slots["last_entry"] == "growth.number"
    assert done.row.text == "Chart"
    (attachment,) = reply.attachments
    assert (attachment.kind, attachment.name) == ("image", "growth_bars.png")
    assert attachment.caption.startswith(f"{title}\n{caption}")
    assert Path(attachment.path).read_bytes().startswith(b"\x89PNG")


async def test_says_the_values_in_words_too(run):
    reply = (await run("show_chart", **_button("growth.number"))).reply
    assert "over 3,200 – 2021" in reply.text
    assert "Number of partnerships; data of 2007, 2021" in reply.text
    assert "https://undocs.org/en/A/76/319" in reply.text


@pytest.mark.parametrize(("text", "intent"), [("chart please", "ask_chart"), ("/show_chart", "show_chart")])
async def test_shows_the_chart_of_the_last_answer(run, text, intent):
    done = await run(intent, text, slots={"last_entry": "growth.costs"})
    assert (done.reply.entry, done.reply.attachments[0].name) == ("growth.costs", "costs_groups.png")


@pytest.mark.parametrize(
    ("ranking", "shown"),
    [
        ((("growth.number", 0.002), ("growth.costs", 0.001)), "growth.number"),
        ((("duties.gone", 0.004), ("growth.number", 0.002)), "growth.number"),  # the likeliest that has a chart
        ((("duties.gone", 0.9), ("growth.number", 0.1)), "growth.costs"),  # "chart please" resembles anything a little
        ((("growth.number", 0.0),), "growth.costs"),
    ],
)
async def test_shows_the_chart_of_what_is_named_else_of_the_last_answer(run, ranking, shown):
    done = await run("ask_chart", "chart of partnerships", slots={"last_entry": "growth.costs"}, ranking=ranking)
    assert done.reply.entry == shown


async def test_does_not_take_the_last_answer_for_what_is_named(run):
    named = {"entities": (("organisation", "who"),), "ranking": (("duties.gone", 0.9),)}
    done = await run("ask_chart", "chart of WHO", slots={"last_entry": "growth.costs"}, **named)
    assert (done.reply.outcome, done.reply.attachments) == ("notice", ())


async def test_offers_first_what_the_words_resemble(run):
    ranking = (("duties.gone", 0.9), ("duties.invitation", 0.05))
    done = await run("ask_chart", "chart of staff", ranking=ranking)
    assert done.reply.choices[0].payload == '/show_chart{"entry": "duties.invitation"}'


async def test_offers_charts_where_nothing_has_been_said(run):
    done = await run("ask_chart", "有图吗")
    assert (done.reply.outcome, done.reply.attachments) == ("notice", ())
    assert [choice.label for choice in done.reply.choices][:2] == ["图表：疫苗项目的花费", "图表：伙伴关系的今昔"]
    assert "last_entry" not in done.slots


@pytest.mark.parametrize("entry", ["growth.gone", ""])
async def test_offers_charts_where_a_button_names_nothing(run, entry):
    done = await run("show_chart", "/show_chart", entities=(("entry", entry),))
    assert done.reply.outcome == "notice"
    assert len(done.reply.choices) == 4


@pytest.fixture
def without_bars(tmp_path):
    knowledge = small_charts.write(tmp_path / "project")
    (knowledge / "charts" / "growth_bars.yml").unlink()
    with small_services.in_use(tmp_path, knowledge=knowledge) as small:
        yield small


@pytest.mark.parametrize(("hint", "said"), [("en", "How many partnerships there are"), ("zh", "伙伴关系的数量")])
async def test_offers_the_charts_of_the_topic_where_an_entry_has_none(without_bars, hint, said):
    metadata = {"language_hint": hint}
    button = _button("growth.number")
    done = await small_services.run(ActionShowChart(), without_bars, "show_chart", **button, metadata=metadata)
    assert (done.reply.outcome, done.reply.attachments) == ("notice", ())
    assert said in done.reply.text
    assert done.payloads == ['/show_chart{"entry": "growth.costs"}', TOPICS_PAYLOAD]


async def test_gives_the_values_where_the_picture_cannot_be_written(run, small):
    small.settings.var.mkdir(exist_ok=True)
    (small.settings.var / "charts").write_text("a file where the folder should be")
    reply = (await run("show_chart", **_button("growth.number"))).reply
    assert (reply.outcome, reply.attachments) == ("answer", ())
    assert reply.notes == (small.phrases.get("chart_no_picture", "en"),)
    assert "over 3,200 – 2021" in reply.text


async def test_says_when_the_picture_is_in_another_language(run, small, monkeypatch):
    monkeypatch.setattr(fonts, "system_fonts", list)  # a machine without a font for Chinese
    reply = (await run("show_chart", **_button("growth.number"), metadata={"language_hint": "zh"})).reply
    note = small.phrases.get("chart_other_language", "zh", language="English", wanted="中文")
    assert reply.notes == (note,)
    assert reply.title == "伙伴关系的今昔"
    assert note in reply.attachments[0].caption
    assert reply.attachments[0].path.endswith("growth_bars.en.png")


@pytest.mark.parametrize(("entry", "has_button"), [("growth.number", True), ("growth.costs", False)])
def test_offers_a_chart_with_an_answer_that_has_one(small, entry, has_button):
    charts = {name: chart for name, chart in small.knowledge.charts.items() if chart.entry == "growth.number"}
    small.knowledge.charts.clear()
    small.knowledge.charts.update(charts)
    guide = Guide(small, turn_of(small_services.tracker("faq", "a question that stands on its own feet")))
    payloads = [choice.payload for choice in answer_entry(guide, entry, confidence=1.0).reply.choices]
    assert (f'/show_chart{{"entry": "{entry}"}}' in payloads) is has_button


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with small_services.in_use(tmp_path_factory.mktemp("product"), knowledge=ROOT / "knowledge") as product:
        yield product


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_shows_every_chart_of_the_product(product, language):
    wrong = []
    for entry_id in [entry_id for chart in product.knowledge.charts.values() for entry_id in chart.entries]:
        done = await small_services.run(
            ActionShowChart(), product, "show_chart", **_button(entry_id), metadata={"language_hint": language}
        )
        reply = done.reply
        is_right = (
            (reply.outcome, reply.entry, reply.language) == ("answer", entry_id, language)
            and reply.citations
            and len(reply.text) < 1600
            and len(reply.attachments) == 1
            and len(reply.attachments[0].caption) < 1024  # what Telegram takes
        )
        if not is_right:
            wrong.append((entry_id, reply.outcome, reply.entry, len(reply.text), len(reply.attachments)))
    assert wrong == []
