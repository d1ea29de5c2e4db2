from __future__ import annotations

import json

import pytest

from benchmarks.nlu.sets import Example, SetError, banking77, banking77_ten, bilingual, clinc150


def _write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def data(tmp_path):
    _write(tmp_path / "banking77/train.csv", 'text,category\n"Where, please,\nis my card?",card_arrival\n')
    _write(tmp_path / "banking77/test.csv", "text,category\nHow do I locate my card?,card_arrival\n")
    ten = tmp_path / "few_shot_splits/BANKING77/train_10"
    _write(ten / "seq.in", "my refund is not here yet\nwhere is my card\n")
    _write(ten / "label", "refund\ncard_arrival\n")
    rows = [[f"translate {n}", "translate"] for n in range(100)] + [["what is my balance", "balance"]]
    content = {
        "train": rows,
        "test": [["say hello", "translate"]],
        "oos_test": [["who won", "oos"]],
        "oos_train": [["x", "oos"]],
    }
    _write(tmp_path / "clinc150/data_full.json", json.dumps(content))
    folder = tmp_path / "bilingual_faq20"
    for name in ("bi_en", "bi_en_test", "bi_mix_test"):
        _write(folder / f"{name}.tsv", "where is my card\tcard_arrival\n\n")
    for name in ("bi_zh", "bi_zh_test"):
        _write(folder / f"{name}.tsv", "我的卡在哪\tcard_arrival\n")
    return tmp_path


def test_reads_messages_that_run_over_lines(data):
    found = banking77(data)
    assert found.train == [Example("Where, please,\nis my card?", "card_arrival")]
    assert found.tests == {"test": [Example("How do I locate my card?", "card_arrival")]}
    assert found.outside == []


def test_puts_few_examples_to_the_full_test(data):
    found = banking77_ten(data)
    assert found.train == [Example("my refund is not here yet", "refund"), Example("where is my card", "card_arrival")]
    assert found.tests == banking77(data).tests


def test_takes_every_other_example_and_nothing_out_of_scope_to_learn_from(data):
    found = clinc150(data)
    assert [e.text for e in found.train if e.label == "translate"] == [f"translate {n}" for n in range(0, 100, 2)]
    assert {e.label for e in found.train} == {"translate", "balance"}
    assert found.outside == ["who won"]


def test_asks_each_language_by_itself(data):
    found = bilingual(data)
    assert len(found.train) == 2
    assert {name: rows[0].text for name, rows in found.tests.items()} == {
        "en": "where is my card",
        "zh": "我的卡在哪",
        "code-mixed": "where is my card",
    }


def test_says_what_is_missing_or_of_another_shape(data):
    with pytest.raises(SetError, match=r"--data names the folder"):
        banking77(data / "nowhere")
    _write(data / "banking77/train.csv", "question,intent\na,b\n")
    with pytest.raises(SetError, match=r"no column 'text'"):
        banking77(data)
    _write(data / "few_shot_splits/BANKING77/train_10/label", "refund\n")
    with pytest.raises(SetError, match=r"seq.in has 2 lines, label 1"):
        banking77_ten(data)
    _write(data / "clinc150/data_full.json", "[]")
    with pytest.raises(SetError, match=r"not the file of CLINC150"):
        clinc150(data)
    _write(data / "bilingual_faq20/bi_zh.tsv", "我的卡在哪 card_arrival\n")
    with pytest.raises(SetError, match=r"bi_zh.tsv: line 1"):
        bilingual(data)
