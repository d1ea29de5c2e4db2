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
