"""A third language for the small project with the product's own dialogue: French, written as files alone.

`write` makes the project, `add_draft` and `complete` add the files of the language in two steps, as a maintainer would.
What says nothing in a test is not translated but marked: every phrase begins with `MARK`.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from bot.knowledge.loader import read_yaml
from bot.settings import Settings
from tests.bot import small_base, small_flows
from tests.bot.dialogue import small_project
from tests.bot.small_base import ROOT, dump, edit

#: What every French phrase begins with that is only English marked as French.
MARK = "fr: "

LANGUAGE: dict[str, Any] = {
    **small_base.LANGUAGES["fr"],
    "status": "draft",
    "numbers": {
        **small_base.LANGUAGES["fr"]["numbers"],
        "point": ",",
        "names": ["ODD {number}", "Programme {number}"],
    },
    "reference_words": ["et", "alors", "pour", "là", "même"],
    "correction_words": ["non", "je voulais dire"],
    "pronouns": ["il", "elle", "ça"],
    "question_words": ["quand", "qui", "où"],
    "continuation_words": ["et"],
}

#: Beside the texts of the small base: numbers that are names, none of them cited, and questions that can be learned.
DUTIES = {
    **small_base.TEXTS["fr"]["duties"],
    "invitation": {
        **small_base.TEXTS["fr"]["duties"]["invitation"],
        "answer": "L'Assemblée invite les entreprises à agir en conscience (par. 9 ; ODD 17, Programme 2030).",
        "questions": [
            "que demande l'Assemblée générale aux entreprises",
            "à quoi l'Assemblée invite-t-elle le secteur privé",
            "quel appel lancent les États Membres aux entreprises",
            "l'appel de l'Assemblée aux entreprises",
            "la conscience des entreprises selon les États Membres",
            "ce que les gouvernements attendent des entreprises",
        ],
    },
}

FLOW: dict[str, Any] = {
    "title": "Don ou travail ?",
    "summary": "Trouve ce qui convient.",
    "start": [
        "don ou travail, interroge-moi",
        "commencer don ou travail",
        "trouver don ou travail",
        "tester don ou travail",
        "questionnaire don ou travail",
    ],
    "intro": "Quelques questions.",
    "steps": {
        "kind": {
            "short": "Genre",
            "question": "Que donnez-vous ?",
            "why": "Le rapport compte les partenariats.",
            "options": {"money": "De l'argent", "skill": "Des compétences"},
            "typed": {"money": ["liquide"], "name": ["sorte"]},
        },
        "skills": {
            "short": "Compétences",
            "question": "Lesquelles ?",
            "options": {"law": "Le droit", "care": "Les soins", "code": "Les logiciels"},
        },
        "open": {"short": "Ouverture", "question": "Pouvons-nous en parler ?"},
        "words": {"short": "Vos mots", "question": "Avec vos mots ?", "why": "Pour la note."},
    },
    "sections": {
        "fit": {"title": "Ce qui convient", "items": {"gift": "Un don.", "work": "Travailler ensemble."}},
        "next": {"title": "La suite", "items": {"ask": "Demandez à l'entité.", "tell": "Pensez à en parler."}},
    },
    "parts": {"what": "Quoi", "how": "Comment"},
    "document": {"title": "Note sur un don", "lead": "Écrite à la main."},
}

#: So many ways to say each of the product's intents are kept in English and Chinese: training is short.
_FEW = 5
_LABELS = {
    "why": "Pourquoi ?",
    "skip": "Passer",
    "back": "Revenir",
    "cancel": "Annuler",
    "continue": "Continuer",
    "done": "C'est tout",
    "confirm": "Oui, continuer",
    "change": "Changer une réponse",
    "finish": "Terminer",
}
_TYPED = {
    "skip": ["passer", "passe"],
    "back": ["revenir"],
    "cancel": ["annuler"],
    "confirm": ["oui", "d'accord"],
    "change_on": ["changer ma réponse sur"],
    "asking": ["où", "qui", "que", "quel", "comment", "pourquoi"],
    "asking_end": ["?"],
    "between": ["et"],
}
_ANSWERS = {"affirmed": "Oui", "denied": "Non", "unsure": "Pas sûr"}
_SAID = {
    "greet": ["bonjour", "salut à tous", "bonjour à vous"],
    "thank": ["mille mercis", "un grand merci", "merci à vous"],
}


def write(root: Path) -> Settings:
    """Writes the small project with the flow `gift` and the product's dialogue into `root`; returns its settings."""
    settings = small_project.write(root)
    small_flows.add(root)
    for folder in ("domain", "rules"):
        shutil.rmtree(root / "nlu_data" / folder)
    for folder in ("domain", "rules", "en", "zh"):
        shutil.copytree(ROOT / "nlu_data" / folder, root / "nlu_data" / folder, dirs_exist_ok=True)
    for path in (path for code in ("en", "zh") for path in _training_files(root / "nlu_data" / code)):
        dump(path, {"version": "3.1", "nlu": [_said(block, _lines(block)[:_FEW]) for block in _blocks(path)]})
    shutil.copy(ROOT / "nlu_data" / "foreign.yml", root / "nlu_data")
    shutil.rmtree(root / "actions")
    shutil.copytree(ROOT / "actions", root / "actions", ignore=shutil.ignore_patterns("__pycache__"))
    return settings


def add_draft(root: Path) -> None:
    """Adds the language as a draft: its manner, its phrases and words, one of its two topics, no flow."""
    knowledge, nlu_data = root / "knowledge", root / "nlu_data"
    dump(knowledge / "languages" / "fr.yml", LANGUAGE)
    dump(knowledge / "organisations" / "fr.yml", {"language": "fr", "organisations": small_base.ORGANISATIONS["fr"]})
    _add_texts(knowledge, "duties", "Devoirs", DUTIES)
    for path in _training_files(nlu_data / "en"):
        # What is said in French where a test says it; elsewhere words that nobody says.
        nlu = [_said(block, _SAID.get(block["intent"], [f"zut {block['intent']}"])) for block in _blocks(path)]
        dump(nlu_data / "fr" / path.name, {"version": "3.1", "nlu": nlu})
    dump(nlu_data / "fr" / "lookups.yml", {"lookups": small_base.LOOKUPS["fr"]})
    phrases = read_yaml(nlu_data / "en" / "phrases.yml")["phrases"]
    dump(nlu_data / "fr" / "phrases.yml", {"phrases": {name: MARK + text for name, text in phrases.items()}})


def complete(root: Path) -> None:
    """Says that the language is complete, and adds what is then asked for."""
    knowledge = root / "knowledge"
    with edit(knowledge / "languages" / "fr.yml") as language:
        language["status"] = "complete"
    _add_texts(knowledge, "growth", "Croissance", small_base.TEXTS["fr"]["growth"])
    dump(knowledge / "flow_texts" / "fr" / "gift.yml", {"language": "fr", "flow": "gift", **FLOW})
    words = read_yaml(knowledge / "flow_words" / "en.yml")
    words["language"] = "fr"
    words["phrases"] = {name: MARK + text for name, text in words["phrases"].items()} | {"document_locale": "fr-FR"}
    words["labels"] = {name: MARK + text for name, text in words["labels"].items()} | _LABELS
    words["typed"] = {name: [f"fr {said}" for said in typed] for name, typed in words["typed"].items()} | _TYPED
    words["answers"] = _ANSWERS
    words["answers_typed"] = {name: [said.lower()] for name, said in _ANSWERS.items()}
    words["offices"] = {name: MARK + text for name, text in words["offices"].items()}
    dump(knowledge / "flow_words" / "fr.yml", words)


def _add_texts(knowledge: Path, topic: str, title: str, texts: dict[str, Any]) -> None:
    dump(knowledge / "texts" / "fr" / f"{topic}.yml", {"language": "fr", "title": title, "entries": texts})


def _training_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.yml")) if path.stem not in ("phrases", "lookups")]


def _blocks(path: Path) -> list[dict[str, str]]:
    return list(read_yaml(path)["nlu"])


def _lines(block: dict[str, str]) -> list[str]:
    return [line.removeprefix("- ") for line in block["examples"].splitlines()]


def _said(block: dict[str, str], lines: list[str]) -> dict[str, str]:
    return {"intent": block["intent"], "examples": "".join(f"- {line}\n" for line in lines)}
