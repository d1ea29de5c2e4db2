from __future__ import annotations

import pytest

from bot.dialogue.opening import dialogue_url
from bot.settings import Settings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:////srv/guide.db", "sqlite:////tmp/var/dialogue.db"),
        ("postgresql://guide@localhost/guide", "postgresql://guide@localhost/guide"),
    ],
)
def test_keeps_lasting_state_beside_the_log(tmp_path, url, expected):
    settings = Settings(root=tmp_path, var=type(tmp_path)("/tmp/var"), database_url=url)
    assert dialogue_url(settings) == expected
