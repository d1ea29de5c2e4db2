"""What Rasa's own validation says of our data, held against a list of warnings that are accepted with a reason.

The exit code of `rasa data validate --fail-on-warnings` proves nothing (rasa 3.6.21: 0 on many of its own warnings),
so the warnings themselves are read.
"""

from __future__ import annotations

import logging
import re
import warnings

from bot.settings import Settings

#: Warnings that are no fault of ours, each with its reason.
ACCEPTED = {
    r"duplicated intents have been found across multiple domain files: faq$": (
        "Rasa adds the retrieval intent `faq` to the domain once more while it reads the training data"
    ),
    r"Action 'utter_faq' is listed as a response action": (
        "Rasa expects responses for a retrieval intent; ours is answered by an action from the knowledge base"
    ),
    r"^Slot auto-fill has been removed in 3.0": "Rasa says so whenever it validates slot mappings, whatever they are",
    r"The intent '(show_\w+|confirm_\w+|answer_flow)' is listed in the domain file, but is not": (
        "only our own buttons and commands send this intent"
    ),
}


def unexpected_warnings(settings: Settings) -> list[str]:
    """Returns the warnings of Rasa's validation that are on no list, in the order they came."""
    return [text for text in _warnings(settings) if not any(re.search(pattern, text) for pattern in ACCEPTED)]


def unused_reasons(settings: Settings) -> list[str]:
    """Returns the accepted patterns that no warning matches any more: they hide nothing and should go."""
    said = _warnings(settings)
    return [pattern for pattern in ACCEPTED if not any(re.search(pattern, text) for text in said)]


def _warnings(settings: Settings) -> list[str]:
    from bot.dialogue.postponing import postpone

    postpone()
    from rasa.shared.importers.importer import TrainingDataImporter
    from rasa.validator import Validator

    collector = _Collector()
    rasa_logger = logging.getLogger("rasa")
    level = rasa_logger.level
    rasa_logger.addHandler(collector)
    rasa_logger.setLevel(logging.WARNING)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            importer = TrainingDataImporter.load_from_config(
                str(settings.root / "config.yml"), str(settings.nlu_data / "domain"), [str(settings.nlu_data)]
            )
            validator = Validator.from_importer(importer)
            validator.verify_domain_validity()
            for examine in (
                validator.verify_nlu,
                validator.verify_utterances_in_stories,
                validator.verify_actions_in_stories_rules,
                validator.verify_form_slots,
                validator.verify_slot_mappings,
                validator.verify_story_structure,
            ):
                examine()
    finally:
        rasa_logger.removeHandler(collector)
        rasa_logger.setLevel(level)
    texts = [str(w.message) for w in caught if w.category in (UserWarning, FutureWarning)]
    return list(dict.fromkeys(text.strip() for text in (*texts, *collector.texts)))


class _Collector(logging.Handler):
    """Keeps what Rasa logs as a warning or worse."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """See parent class."""
        self.texts.append(record.getMessage())
