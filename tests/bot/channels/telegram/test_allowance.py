from bot.channels.telegram import allowance as allowance_module
from bot.channels.telegram.allowance import Allowance


def test_admits_a_burst_and_then_so_many_a_minute():
    now = [0.0]
    allowance = Allowance(3, 60, clock=lambda: now[0])
    assert [allowance.admits("ada") for _ in range(4)] == [True, True, True, False]
    assert allowance.admits("bo")
    now[0] = 1.0
    assert [allowance.admits("ada") for _ in range(2)] == [True, False]


def test_tells_once_until_something_is_answered_again():
    now = [0.0]
    allowance = Allowance(1, 60, clock=lambda: now[0])
    allowance.admits("ada")
    assert not allowance.admits("ada")
    assert [allowance.should_tell("ada") for _ in range(2)] == [True, False]
    now[0] = 1.0
    assert allowance.admits("ada")
    assert not allowance.admits("ada")
    assert allowance.should_tell("ada")


def test_serves_a_thousand_people_whatever_one_of_them_floods():
    allowance = Allowance(3, 60, clock=lambda: 0.0)
    assert sum(allowance.admits("eve") for _ in range(5_000)) == 3
    assert all(allowance.admits(f"person {n}") for n in range(1_000))
    assert not allowance.admits("eve")


def test_remembers_no_more_people_than_fit():
    allowance = Allowance(3, 60, clock=lambda: 0.0)
    for n in range(allowance_module._REMEMBERED + 500):
        allowance.admits(f"person {n}")
    assert len(allowance._purses) == allowance_module._REMEMBERED
