from __future__ import annotations

import pytest

from bot.store.switches import LiveSwitches, SwitchStore


@pytest.fixture
def switches(url):
    with SwitchStore(url) as opened:
        yield opened


@pytest.fixture
def counted(monkeypatch):
    """What a running guide reads of the database."""
    read = []
    for name in ("number", "switched_off"):
        original = getattr(SwitchStore, name)

        def noted(self, name=name, original=original):
            read.append(name)
            return original(self)

        monkeypatch.setattr(SwitchStore, name, noted)
    return read


def test_switches_off_and_on(switches):
    assert switches.switched_off() == {}
    assert switches.off("growth.costs", "ada")
    assert not switches.off("growth.costs", "bob")
    assert switches.switched_off()["growth.costs"].by == "ada"
    assert switches.on("growth.costs", "bob")
    assert not switches.on("growth.costs", "bob")
    assert switches.switched_off() == {}


def test_counts_every_change(switches):
    numbers = [switches.number()]
    for change in (switches.off, switches.on, switches.off):
        change("growth.costs", "ada")
        numbers.append(switches.number())
    assert len(set(numbers)) == 4
    switches.off("growth.costs", "ada")
    assert switches.number() == numbers[-1]


def test_shows_a_change_to_a_running_guide_within_a_second(switches, url, clock):
    live = LiveSwitches(SwitchStore(url), clock)
    assert live.off() == set()
    switches.off("growth.costs", "ada")
    assert live.off() == set()
    clock.now += 1
    assert live.off() == {"growth.costs"}
    switches.on("growth.costs", "ada")
    clock.now += 1
    assert live.off() == set()
    live.close()


def test_reads_a_number_once_a_second_and_the_list_when_it_has_changed(switches, url, clock, counted):
    live = LiveSwitches(SwitchStore(url), clock)
    for _ in range(3):
        live.off()
    assert counted == ["number", "switched_off"]
    clock.now += 1
    live.off()
    assert counted == ["number", "switched_off", "number"]
    live.close()


def test_goes_on_with_what_it_knows_while_the_database_is_away(tmp_path, clock):
    path = tmp_path / "guide.db"
    with SwitchStore(f"sqlite:///{path}") as switches:
        switches.off("growth.costs", "ada")
    live = LiveSwitches(SwitchStore(f"sqlite:///{path}"), clock)
    live.off()
    path.unlink()
    path.mkdir()
    clock.now += 1
    assert live.off() == {"growth.costs"}
    live.close()
