"""The small project with a configuration of its own, so that it can be trained; as a program: trains it, then dies.

The program trains once and prints the model's version; a second training is killed when its archive has been written
and nothing yet says so.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from bot.dialogue import training
from bot.settings import Settings
from tests.bot import small_base


def write(root: Path) -> Settings:
    """Writes the project into `root` and returns its settings."""
    small_base.write(root)
    folders = {"knowledge": str(root / "knowledge"), "nlu_data": str(root / "nlu_data")}
    config = {
        "recipe": "default.v1",
        "assistant_id": "small",
        "language": "en",
        "importers": [{"name": "bot.nlu.importer.KnowledgeImporter", "knowledge": folders["knowledge"]}],
        "pipeline": [
            {"name": "bot.nlu.tokenizer.BilingualTokenizer"},
            {"name": "bot.nlu.entity_recogniser.EntityRecogniser", **folders},
            {"name": "bot.nlu.example_classifier.ExampleClassifier"},
            {"name": "bot.nlu.entry_selector.EntrySelector", **folders},
        ],
        "policies": [{"name": "RulePolicy"}],
    }
    small_base.dump(root / "config.yml", config)
    for code in ("bot/nlu/importer.py", "bot/text/terms.py", "bot/dialogue/door.py", "actions/answer.py", "README.md"):
        (root / code).parent.mkdir(parents=True, exist_ok=True)
        (root / code).touch()
    return settings(root)


def settings(root: Path) -> Settings:
    return Settings(root=root, var=root / "var", database_url=f"sqlite:///{root / 'var' / 'guide.db'}")


def _train_and_die(root: Path) -> None:
    record = training.train(settings(root))
    sys.stdout.write(record.version)
    sys.stdout.flush()
    training._record = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    training.train(settings(root))


if __name__ == "__main__":
    _train_and_die(Path(sys.argv[1]))
