"""Where the components find the data they are trained on: beside `config.yml`, wherever Rasa was started."""

from __future__ import annotations

from pathlib import Path

from bot.settings import PROJECT_ROOT


def project_path(configured: str) -> Path:
    """Returns a configured path, relative ones counted from the project's root."""
    path = Path(configured)
    return path if path.is_absolute() else PROJECT_ROOT / path
