"""The two pipelines that are compared, as Rasa configurations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

OURS, DEFAULT = "ours", "default"


def ours() -> dict[str, Any]:
    """Returns the guide's tokenizer and its classifier by words and meaning."""
    return {
        "recipe": "default.v1",
        "assistant_id": "benchmark",
        "language": "en",
        "pipeline": [
            {"name": "bot.nlu.tokenizer.BilingualTokenizer"},
            {"name": "bot.nlu.meaning_classifier.MeaningIntentClassifier"},
        ],
        "policies": [],
    }


def default(epochs: int | None = None) -> dict[str, Any]:
    """Returns what Rasa trains where `rasa init` left the pipeline empty, read from the installed Rasa itself.

    Args:
        epochs: so many instead of the pipeline's own 100.
    """
    import rasa

    path = Path(rasa.__file__).parent / "engine" / "recipes" / "config_files" / "default_config.yml"
    config: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for component in config["pipeline"]:
        if epochs is not None and "epochs" in component:
            component["epochs"] = epochs
    return {**config, "assistant_id": "benchmark", "policies": []}
