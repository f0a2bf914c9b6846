"""Times of calls that take turns."""

from course_lib.training.timing import take_turns


def test_the_shortest_round_counts():
    clock = iter([0, 5, 10, 11, 20, 22, 30, 33])
    calls = []
    ways = {name: lambda name=name: calls.append(name) for name in "ab"}
    assert take_turns(ways, 2, lambda: next(clock)) == {"a": 2, "b": 1}
    assert calls == ["a", "b"] * 3
