"""Rasa as it comes: what `rasa init` leaves to whoever writes the same knowledge into its files.

Pipeline and policies are Rasa's own defaults; an entry is an intent with its titles and example questions in both
languages, a response with its English answer, and a rule. It is served by `rasa run` alone, without custom actions.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import yaml

from benchmarks.nlu import pipelines
from benchmarks.nlu.heldout import knowledge_set
from benchmarks.nlu.running import rasa_label, training_file
from benchmarks.speed.children import RASA, environment, timed
from benchmarks.speed.serving import ROWS, measured, serving
from bot.knowledge.loader import KnowledgeBase, load
from bot.knowledge.render import fill
from bot.settings import Settings

#: The same components and policies run for a reply as after the hundred of the default, whose training takes hours.
EPOCHS = 1
#: What Rasa's documentation has a bot say where the pipeline's fallback is unsure; without it the bot says nothing.
UNSURE = "I'm sorry, I didn't quite understand that. Could you rephrase?"
_FALLBACK = "nlu_fallback"


def compared(
    settings: Settings, people: tuple[int, ...], count: int, rounds: int, *, most: int | None = None
) -> dict[str, Any]:
    """Returns what the training took, and the figures of both rows by the number of people.

    Args:
        most: so many entries instead of all, for a trial.

    Raises:
        BotError: it could not be trained, or does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="partnerguide-bench") as name:
        place = Path(name)
        size = write_project(place, load(settings.knowledge), most=most)
        # Outside the guide's own folder, so that nothing of the guide is found and loaded.
        environ = environment(place)
        words = [RASA, "train", "--data", "data", "--out", "models", "--fixed-model-name", "model"]
        took = timed([str(word) for word in words], place, environ)
        model = place / "models" / "model.tar.gz"
        training = {"epochs": EPOCHS, **took, "model_bytes": model.stat().st_size, **size}
        rows = {}
        for row in ROWS:
            with serving(model, row, place, environ) as served:
                rows[row] = measured(served, people, count, rounds, unsure=UNSURE)
    return {"training": training, "rows": rows}


def write_project(place: Path, knowledge: KnowledgeBase, *, most: int | None = None) -> dict[str, int]:
    """Writes the files of a Rasa project into `place`, and returns how many entries and examples it has."""
    examples = knowledge_set(knowledge, []).train
    entries = list(dict.fromkeys(example.label for example in examples))[:most]
    examples = [example for example in examples if example.label in set(entries)]
    english = knowledge.languages["en"]
    responses = {
        f"utter_{rasa_label(each)}": fill(knowledge.entries[each].texts["en"].answer, knowledge.entries[each], english)
        for each in entries
    }
    responses["utter_please_rephrase"] = UNSURE
    wanted = {rasa_label(each): f"utter_{rasa_label(each)}" for each in entries}
    rules = [
        {"rule": intent, "steps": [{"intent": intent}, {"action": response}]}
        for intent, response in {**wanted, _FALLBACK: "utter_please_rephrase"}.items()
    ]
    domain = {
        "version": "3.1",
        "intents": list(wanted),
        "responses": {name: [{"text": text}] for name, text in responses.items()},
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }
    # Named are the components only for the number of epochs; the policies learn nothing from rules and stay unnamed.
    config = {**pipelines.default(EPOCHS), "policies": None}
    (place / "data").mkdir()
    _write(place / "config.yml", config)
    _write(place / "domain.yml", domain)
    _write(place / "data" / "rules.yml", {"version": "3.1", "rules": rules})
    (place / "data" / "nlu.json").write_text(training_file(examples), encoding="utf-8")
    return {"entries": len(entries), "examples": len(examples)}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
