from apollonia.work.backoff import Backoff


def test_backoff_doubles_up_to_half_a_minute_and_starts_again() -> None:
    backoff = Backoff(lambda _, longest: longest)
    assert [backoff.next() for _ in range(9)] == [0.25, 0.5, 1, 2, 4, 5, 5, 5, 5]
    backoff.reset()
    assert backoff.next() == 0.25


def test_backoff_draws_from_the_whole_range_but_never_spins() -> None:
    backoff = Backoff()
    drawn = [backoff.next() for _ in range(200)]
    assert min(drawn) >= 0.05
    assert max(drawn) <= 5
    assert len(set(drawn)) > 100
