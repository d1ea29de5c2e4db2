from __future__ import annotations

from dataclasses import replace

from bot.store.switches import LiveSwitches, SwitchStore
from tests.actions import small_services


def test_answers_people_from_what_is_switched_on(tmp_path):
    with small_services.in_use(tmp_path / "project") as small:
        url = small.settings.database_url
        with SwitchStore(url) as switches:
            switches.off("growth.costs", "ada")
        live = LiveSwitches(SwitchStore(url))
        assert set(small.knowledge.entries) - set(replace(small, switches=live).present_knowledge().entries) == {
            "growth.costs"
        }
        live.close()
