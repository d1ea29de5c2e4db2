from __future__ import annotations

from decimal import Decimal

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.loader import folder_hash, load, normal_question, read_yaml
from bot.knowledge.models import Figure, Reference
from tests.bot import small_base, small_charts


def test_loads_facts_and_words_of_an_entry(small):
    entry = small.entries["growth.costs"]
    assert (entry.topic, entry.kind, entry.as_of) == ("growth", "case", None)
    assert entry.references == (Reference("A/76/319", ("21", "annex")), Reference("A/RES/64/223", ("9",)))
    assert entry.figures == {"budget": Figure(Decimal(1000000), "usd", 2021, "A/76/319", "21")}
    assert entry.related == ("growth.number", "duties.precaution")
    assert entry.entities == {"organisation": ("who",)}
    assert sorted(entry.texts) == ["en", "zh"]
    assert entry.texts["zh"].title == "疫苗项目的花费"
    assert entry.texts["en"].audience == {
        "company": "Companies bear their own part.",
        "un_staff": "Staff plan it early.",
    }


def test_loads_sources_languages_and_organisations(small):
    assert small.sources["A/76/319"].places["20"] == {Decimal(3), Decimal(3200), Decimal(2021)}
    assert small.sources["A/76/319"].url_in("zh") == "https://undocs.org/zh/A/76/319"
    assert small.languages["zh"].scales[2] == (Decimal(10**6), Decimal(10**4), "万")
    assert small.languages["en"].topic_titles == {"growth": "Growth", "duties": "Duties"}
    assert small.organisations["who"] == {"en": ("WHO", "World Health Organization"), "zh": ("世卫组织", "WHO")}


def test_keeps_topics_in_the_order_of_their_files(small):
    assert small.topics == ["duties", "growth"]


def test_names_the_narrowest_entry_that_cites_a_place_first(small):
    assert [e.id for e in small.citing("A/RES/64/223", "9")] == ["duties.invitation", "growth.costs"]
    assert small.citing("A/RES/64/223", "11") == []
    assert small.citing("A/RES/64/999", "9") == []


def _make_term(folder):
    with small_base.edit(folder / "entries" / "growth.yml") as data:
        data["entries"]["number"]["kind"] = "term"


def test_knows_a_term_by_its_names_and_the_usual_questions(folder):
    _make_term(folder)
    with small_base.edit(folder / "texts" / "en" / "growth.yml") as data:
        data["entries"]["number"]["questions"] = ["my own question?"]
    terms = load(folder).terms
    for question in (
        "partnership count",
        "How many partnerships there are",
        "WHAT IS partnership count",
        "define how many partnerships there are!",
        "伙伴关系总数是什么",
        "什么是伙伴关系的数量？",
        "my own question",
        "合作项目有几个",
    ):
        assert terms[normal_question(question)] == "growth.number", question


def test_knows_no_entry_but_terms_by_its_name(small):
    assert small.terms == {}


def test_lets_a_term_do_without_questions(folder):
    _make_term(folder)
    with small_base.edit(folder / "texts" / "en" / "growth.yml") as data:
        del data["entries"]["number"]["questions"]
    assert load(folder).entries["growth.number"].texts["en"].questions == ()


def test_takes_a_term_in_a_language_without_a_file(folder):
    _make_term(folder)
    (folder / "languages" / "zh.yml").unlink()
    assert normal_question("什么是伙伴关系的数量") not in load(folder).terms


def test_names_a_term_last_among_the_entries_on_a_place(folder):
    with small_base.edit(folder / "entries" / "duties.yml") as data:
        data["entries"]["invitation"]["kind"] = "term"
    assert [e.id for e in load(folder).citing("A/RES/64/223", "9")] == ["growth.costs", "duties.invitation"]


def test_changes_its_version_with_any_word(folder):
    before = load(folder).version
    assert load(folder).version == before
    with small_base.edit(folder / "texts" / "zh" / "duties.yml") as data:
        data["entries"]["precaution"]["answer"] += "！"
    assert load(folder).version != before


@pytest.mark.parametrize("change", ["rename", "add", "remove"])
def test_hashes_names_of_files_too(folder, change):
    before = folder_hash(folder)
    path = folder / "sources" / "compact.yml"
    if change == "rename":
        path.rename(path.with_name("other.yml"))
    elif change == "add":
        (folder / "sources" / "new.yml").write_text("")
    else:
        path.unlink()
    assert folder_hash(folder) != before


def test_says_when_the_folder_is_missing(tmp_path):
    with pytest.raises(KnowledgeError, match="full checkout"):
        load(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"- a\n- b\n", "must hold a mapping at its top"),
        (b"", "must hold a mapping at its top"),
        (b"a: 1\nb: [\n", "line 3"),
        (b"a: 1\na: 2\n", "line 2: key 'a' stands twice"),
        (b"a:\n  b: 1\n  c: 2\n  b: 3\n", "line 4: key 'b' stands twice"),
        (b"a: \xff\n", r"is not UTF-8 text \(byte 3\)"),
        (b"a: !!python/object:os.system {}\n", "could not determine a constructor"),
    ],
)
def test_refuses_a_file_that_is_not_plain_yaml(tmp_path, content, problem):
    path = tmp_path / "a.yml"
    path.write_bytes(content)
    with pytest.raises(KnowledgeError, match=problem) as caught:
        read_yaml(path)
    assert caught.value.path == str(path)
    assert "\n" not in str(caught.value)


def test_says_which_file_cannot_be_read(tmp_path):
    (tmp_path / "a.yml").mkdir()
    with pytest.raises(KnowledgeError, match=r"a.yml: cannot be read \(Is a directory\)"):
        read_yaml(tmp_path / "a.yml")


def _drop(*keys):
    def change(data):
        for key in keys[:-1]:
            data = data[key]
        del data[keys[-1]]

    return change


def _put(value, *keys):
    def change(data):
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("entries/growth.yml", _drop("entries")),
        ("entries/growth.yml", _put([], "entries")),
        ("entries/growth.yml", _put("text", "entries", "number")),
        ("entries/growth.yml", _put(None, "entries", "number")),
        ("entries/growth.yml", _drop("entries", "number", "kind")),
        ("entries/growth.yml", _put([{"source": "A/76/319"}], "entries", "number", "references")),
        ("entries/growth.yml", _put("many", "entries", "number", "figures", "partnerships", "value")),
        ("texts/en/growth.yml", _put(5, "entries", "number")),
        ("texts/en/growth.yml", _drop("entries", "number", "answer")),
        ("texts/en/growth.yml", _put(5, "entries", "number", "answer")),
        ("sources/report.yml", _drop("places")),
        ("sources/report.yml", _put(["words"], "places", "20")),
        ("languages/en.yml", _drop("numbers", "units")),
        ("languages/en.yml", _put(["“"], "quote_marks")),
        ("organisations/en.yml", _put("UNDP", "organisations")),
        ("organisations/en.yml", _put(7, "organisations", "undp")),
    ],
)
def test_names_the_file_that_lacks_what_it_needs(folder, file, change):
    with small_base.edit(folder / file) as data:
        change(data)
    with pytest.raises(KnowledgeError) as caught:
        load(folder)
    assert caught.value.path == str(folder / file)


@pytest.mark.parametrize(
    ("one", "other"),
    [("What is it?", "what  is it"), ("什么是ＵＮＧＣ？", "什么是UNGC"), ("P-7!", "p7")],
)
def test_compares_questions_without_case_width_and_signs(one, other):
    assert normal_question(one) == normal_question(other)


def test_tells_questions_apart():
    assert normal_question("principle 1") != normal_question("principle 2")


# Switched off


def test_leaves_out_what_is_switched_off_and_nothing_else(small):
    left = small.without(frozenset({"growth.costs", "no.such"}))
    assert set(small.entries) - set(left.entries) == {"growth.costs"}
    assert left.version == small.version
    assert small.without(frozenset({"growth.costs"})) is left  # made once
    assert small.without() is small


def test_leaves_out_the_terms_and_charts_of_what_is_switched_off(folder):
    _make_term(folder)
    small_charts.add_charts(folder.parent)
    whole = load(folder)
    left = whole.without(frozenset({"growth.number"}))
    assert "growth.number" in whole.terms.values()
    assert "growth.number" not in left.terms.values()
    touched = {name for name, chart in whole.charts.items() if any(v.entry == "growth.number" for v in chart.values)}
    assert touched
    assert set(left.charts) == set(whole.charts) - touched


def test_leaves_out_what_its_file_switches_off(folder):
    with small_base.edit(folder / "entries" / "growth.yml") as data:
        data["entries"]["costs"]["switched_off"] = True
    whole = load(folder)
    assert whole.switched_off == {"growth.costs"}
    assert "growth.costs" in whole.entries
    assert "growth.costs" not in whole.without().entries
