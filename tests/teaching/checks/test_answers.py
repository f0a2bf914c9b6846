"""Every check with the lesson's own answer, with wrong ones, and with the exercise untouched."""

from course_lib.teaching.checks import list_checks

UNTOUCHED = "returns nothing yet: replace the dots by your lines"


def run(exercise, answer, request):
    """The verdict of an exercise's check on an answer."""
    return list_checks()[exercise.check](answer, *exercise.needs(request.getfixturevalue))


def test_the_reference_passes(exercise, reference, request, capsys):
    assert run(exercise, reference(exercise.lesson, exercise.name), request) is True
    assert capsys.readouterr().out.startswith(f"✔ {exercise.name}: ")


def test_a_right_answer_passes_in_any_style(exercise, right, request, capsys):
    assert run(exercise, right, request) is True, capsys.readouterr().out


def test_a_wrong_answer_is_told_its_mistake(exercise, wrong, culprit, request, capsys):
    assert run(exercise, wrong, request) is False
    printed = capsys.readouterr().out
    assert printed.startswith(f"✘ {exercise.name}: ")
    assert culprit in printed


def test_the_untouched_stub_gets_a_hint(exercise, stub, request, capsys):
    assert run(exercise, stub(exercise.lesson, exercise.name), request) is False
    assert (exercise.hint or UNTOUCHED) in capsys.readouterr().out


def test_many_answers_are_tried(num_answers):
    few = {check: counts for check, counts in num_answers.items() if counts[0] < 8 or counts[1] < 6}
    assert few == {}
    takes_a_model = {"check_frozen"}  # test_freezing.py tries it
    assert set(list_checks()) - set(num_answers) == takes_a_model
    assert sum(map(sum, num_answers.values())) >= 300
