"""Finds what Rasa's own validation is silent on: one-sided languages, shared utterances, actions without a class."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.errors import KnowledgeError
from bot.knowledge.loader import KnowledgeBase, normal_question, read_yaml
from bot.phrases import check_phrases, load_phrases

#: Intents that only our own buttons and commands send: nobody says them.
PAYLOAD_INTENTS = frozenset(
    {"show_entry", "show_chart", "show_text", "show_topic", "confirm_person", "confirm_deletion", "answer_flow"}
)
# Rasa's own action, which a rule may end with.
_LISTEN = "action_listen"
#: The intent of every content question; its examples stand in the knowledge base.
FAQ_INTENT = "faq"


def check_data(root: Path, knowledge: KnowledgeBase) -> list[str]:
    """Returns every problem in the training data, rules and actions under `root`, as `path: what is wrong`, sorted."""
    nlu_data = root / "nlu_data"
    complete = [code for code, language in knowledge.languages.items() if language.status == "complete"]
    domain = [read_yaml(path) for path in sorted((nlu_data / "domain").glob("*.yml"))]
    intents = {_name(intent) for part in domain for intent in part.get("intents", ())}
    actions = {action for part in domain for action in part.get("actions", ())}
    forms = {form for part in domain for form in part.get("forms", ())}
    said, problems = _said(nlu_data, list(knowledge.languages))
    problems += [*_examples(said, complete, intents), *_files(nlu_data, complete)]
    problems += _clashes(said, knowledge)
    problems += _rules(nlu_data, intents, {*actions, *forms, _LISTEN})
    problems += _classes(root / "actions", actions)
    try:
        present = [code for code in complete if (nlu_data / code / "phrases.yml").exists()]
        problems += check_phrases(load_phrases(nlu_data, present))
    except KnowledgeError as error:
        problems.append(_told(error, nlu_data))
    return sorted(problems)


def examples(path: Path) -> dict[str, list[str]]:
    """Returns the utterances of a training file, by intent.

    Raises:
        KnowledgeError: the file cannot be read, is no YAML, or a part of it is no intent with examples.
    """
    found: dict[str, list[str]] = {}
    for block in read_yaml(path).get("nlu") or ():
        if not isinstance(block, dict) or not isinstance(block.get("intent"), str):
            raise KnowledgeError(path, "`nlu` must be a list of intents with their examples")
        if not isinstance(block.get("examples"), str):
            raise KnowledgeError(path, f"{block['intent']}: `examples` is missing or no text")
        lines = [line[2:].strip() for line in block["examples"].splitlines() if line.startswith("- ")]
        found.setdefault(block["intent"], []).extend(lines)
    return found


def _said(nlu_data: Path, languages: list[str]) -> tuple[dict[Path, dict[str, list[str]]], list[str]]:
    """Returns the utterances of every training file, by intent, and what is wrong with files that cannot be read."""
    said: dict[Path, dict[str, list[str]]] = {}
    problems = []
    for path in (path for code in languages for path in _training_files(nlu_data, code)):
        try:
            said[path] = examples(path)
        except KnowledgeError as error:
            problems.append(_told(error, nlu_data))
    return said, problems


def _told(error: KnowledgeError, nlu_data: Path) -> str:
    return f"{Path(error.path).relative_to(nlu_data.parent)}: {error.problem}"


def _name(intent: Any) -> str:
    return next(iter(intent)) if isinstance(intent, dict) else str(intent)


def _training_files(nlu_data: Path, code: str) -> list[Path]:
    return [path for path in sorted((nlu_data / code).glob("*.yml")) if path.stem not in ("lookups", "phrases")]


def _examples(said: dict[Path, dict[str, list[str]]], languages: list[str], intents: set[str]) -> Iterator[str]:
    for code in languages:
        heard = {intent for path, by_intent in said.items() if path.parent.name == code for intent in by_intent}
        for intent in sorted(intents - heard - PAYLOAD_INTENTS - {FAQ_INTENT}):
            yield f"nlu_data/{code}: intent {intent}: has no examples"
        for intent in sorted(heard - intents):
            yield f"nlu_data/{code}: intent {intent}: stands in no domain file"


def _files(nlu_data: Path, languages: list[str]) -> Iterator[str]:
    every = {path.name for code in languages for path in (nlu_data / code).glob("*.yml")}
    for code in languages:
        for name in sorted(every - {path.name for path in (nlu_data / code).glob("*.yml")}):
            yield f"nlu_data/{code}/{name}: missing, another language has it"


def _clashes(said: dict[Path, dict[str, list[str]]], knowledge: KnowledgeBase) -> Iterator[str]:
    owners: dict[str, str] = {}
    for entry in knowledge.entries.values():
        for text in entry.texts.values():
            for question in text.questions:
                owners[normal_question(question)] = f"a question of {entry.id}"
    for path, by_intent in said.items():
        for intent, utterances in by_intent.items():
            for utterance in utterances:
                key = normal_question(utterance)
                owner = owners.setdefault(key, f"an example of {intent}")
                if key and owner != f"an example of {intent}":
                    yield f"nlu_data/{path.parent.name}/{path.name}: {intent}: {utterance!r} is also {owner}"


def _rules(nlu_data: Path, intents: set[str], actions: set[str]) -> Iterator[str]:
    led = set()
    for path in sorted((nlu_data / "rules").glob("*.yml")):
        for rule in read_yaml(path).get("rules", ()):
            for step in rule["steps"]:
                if "intent" in step:
                    led.add(step["intent"])
                    if step["intent"] not in intents:
                        yield f"nlu_data/rules/{path.name}: {rule['rule']}: no intent {step['intent']}"
                elif "action" in step and step["action"] not in actions:
                    yield f"nlu_data/rules/{path.name}: {rule['rule']}: no action {step.get('action')}"
    for intent in sorted(intents - led):
        yield f"nlu_data/rules: no rule begins with the intent {intent}"


def _classes(folder: Path, actions: set[str]) -> Iterator[str]:
    """Reads the names that the action classes return; importing them would build their services."""
    named: dict[str, str] = {}
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == "name":
                returned = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
                named |= {str(v.value): path.name for v in returned if isinstance(v, ast.Constant)}
    for action in sorted(actions - set(named)):
        yield f"nlu_data/domain: action {action}: no class in actions/ has this name"
    for action in sorted(set(named) - actions):
        yield f"actions/{named[action]}: {action}: stands in no domain file"
