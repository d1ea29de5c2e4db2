"""The pipeline's last word: which knowledge entry answers the message, and how sure that is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.knowledge.loader import load
from bot.nlu import fusion
from bot.nlu.component import TrainedComponent
from bot.nlu.evidence import FAQ, Evidence, Profile, entry_documents, profiles
from bot.nlu.fusion import Fusion
from bot.nlu.intent_classifier import LABEL_SCORES, examples_of, linear_settings, set_intent
from bot.nlu.lexicon import build
from bot.nlu.linear import LinearSettings
from bot.nlu.paths import project_path
from bot.nlu.recognition import Recogniser

#: The key of the selector's output in the parsed message.
SELECTION = "selection"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EntrySelector(TrainedComponent):
    """Ranks the entries by all the evidence and corrects the intent accordingly.

    The output holds, under `selection`, the likeliest entries with their shares, and `confidence`: the chance that the
    first choice among all labels is right. What to do with it is decided by the action, which knows the conversation.
    """

    _evidence: Evidence
    _fusion: Fusion

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """See parent class. `ranking` is the number of entries in the output; the rest is for the action."""
        return {
            "knowledge": "knowledge",
            "nlu_data": "nlu_data",
            "knowledge_version": "",
            "penalty": LinearSettings().penalty,
            "ranking": 12,
            "answer_from": 0.2,
            "choices_from": 0.09,
            "choice_share": 0.15,
            "answer_lead": 2.0,
            "in_scope_from": 0.6,
            "out_of_scope_below": 0.5,
            "known_from": 0.3,
        }

    def learn(self, training_data: TrainingData, folder: Path) -> None:
        """Fits the weights of the evidence and stores them with the texts to search in."""
        knowledge = load(project_path(self._config["knowledge"]))
        recogniser = Recogniser(build(knowledge, project_path(self._config["nlu_data"])))
        texts, targets = examples_of(training_data)
        labels = sorted(set(targets))
        number = {label: i for i, label in enumerate(labels)}
        about = profiles(labels, knowledge, recogniser)
        answers = entry_documents(labels, knowledge)
        weights = fusion.fit(
            texts,
            targets,
            [[(e.entity, e.value) for e in recogniser.find(text)] for text in texts],
            dict(zip(labels, about, strict=True)),
            [(labels[i], text) for i, text in answers],
            linear_settings(self._config),
        )
        data = {
            "labels": labels,
            "about": [profile.to_list() for profile in about],
            "questions": [[number[target], text] for text, target in zip(texts, targets, strict=True)],
            "answers": [[i, text] for i, text in answers],
            "weights": list(weights.weights),
            "trust": list(weights.trust),
        }
        (folder / "selector.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """See parent class."""
        data = json.loads((folder / "selector.json").read_text(encoding="utf-8"))
        self._evidence = Evidence(
            data["labels"],
            [Profile.from_list(profile) for profile in data["about"]],
            [(int(i), text) for i, text in data["questions"]],
            [(int(i), text) for i, text in data["answers"]],
        )
        self._fusion = Fusion(tuple(data["weights"]), tuple(data["trust"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets intent, ranking and selection of each message."""
        for message in messages:
            text = message.get(TEXT) or ""
            labels, scores, nearest = message.get(LABEL_SCORES)
            entities = [(e["entity"], e["value"]) for e in message.get("entities", [])]
            features = self._evidence.features(text, entities, scores, nearest)
            fused = self._fusion.log_probabilities(features)
            set_intent(message, labels, np.exp(fused))
            order = [int(i) for i in np.argsort(-fused, kind="stable") if labels[i].startswith(FAQ)]
            coverage = self._evidence.coverage(text)
            chances = np.exp(fused)
            selection = {
                "in_scope": round(float(sum(chances[i] for i in order)), 4),
                "confidence": round(self._fusion.confidence(fused, features, self._evidence.groups, coverage), 4),
                "thresholds": {
                    "answer": self._config["answer_from"],
                    "choices": self._config["choices_from"],
                    "choice_share": self._config["choice_share"],
                    "lead": self._config["answer_lead"],
                    "in_scope": self._config["in_scope_from"],
                    "out_of_scope": self._config["out_of_scope_below"],
                    "known": self._config["known_from"],
                },
                "coverage": [round(share, 4) for share in coverage],
                "ranking": [
                    {"entry": labels[i].removeprefix(FAQ), "share": round(float(np.exp(fused[i])), 6)}
                    for i in order[: self._config["ranking"]]
                ],
            }
            message.set(SELECTION, selection, add_to_output=True)
            message.data.pop(LABEL_SCORES, None)
        return messages
