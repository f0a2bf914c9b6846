"""The strict reading of lesson sources: one tiny lesson for each way to go wrong."""

import pytest

from course_lib.teaching.source import STUB, read_source


def problems_of(tmp_path, text):
    path = tmp_path / "01_good.py"
    path.write_text(text, encoding="utf-8")
    return list(read_source(path).problems)


def test_the_sample_is_in_order(sample, tmp_path):
    assert problems_of(tmp_path, sample.GOOD) == []


MARKERS = "    # solution\n    secret_total = a + b\n    return secret_total\n    # end solution\n"
LONG = "\n".join(f"x{i} = {i}" for i in range(26))


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("    # end solution\n", "", 17, "without an '# end solution'"),
        ("    # solution\n", "", 19, "without a '# solution'"),
        ("    # solution\n", "    # solution\n    # solution\n", 18, "again before"),
        (MARKERS, "    return a + b\n", 14, "exercise without a solution"),
        (MARKERS, "    # solution\n    # end solution\n    return 1\n", 18, "nothing between"),
        ("    # solution\n", "    # Solution:\n", 17, "looks like a marker"),
        ("    # end solution\n", "    #end of solution\n", 20, "looks like a marker"),
        ('# %% tags=["exercise"]', "# %%", 17, "outside an exercise"),
        ('["exercise"]', '["exercize"]', 14, "unknown tag 'exercize'"),
        ('["solution-only"]', '["solutions-only"]', 27, "unknown tag"),
        ('print("one")', LONG, 24, "27 lines, at most 25"),
        ('print("one")', "print('one'", 24, "not valid Python"),
        ("    # solution\n", "    x = [\n    # solution\n", 17, "not valid Python"),
        ('["parameters"]', '["report"]', 1, "0 cells tagged 'parameters'"),
        ('["exercise"]', '["exercise", "parameters"]', 15, "2 cells tagged 'parameters'"),
        ("seeds = [0, 1]\n", "", 6, "does not set seeds"),
        ("rate = 0.1", "rate = 0.1 * len(data)", 9, "literal values"),
        ('["parameters"]', '["parameters", "solution-only"]', 5, "students need it"),
        ("print(type(add(1, 1)).__name__)\n\n# %%\n", 'print("""\n# %%\n""")\n\n# %%\n', 1, "inside a string"),
        ("# # A good lesson", "# A good lesson", 1, "not a title"),
        ('# %% tags=["checked"]\nprint("one")', '# %%\nprint("one")', 1, "1 cells tagged 'checked'"),
        ("# Write the sum.\n", "\n", 11, "empty cell"),
    ],
)
def test_a_fault_is_refused_with_its_line(sample, tmp_path, old, new, line, message):
    assert old in sample.GOOD
    found = problems_of(tmp_path, sample.GOOD.replace(old, new, 1))
    assert any(text.startswith(f"01_good.py:{line}: ") and message in text for text in found), found


ASKS = 'guess = Prediction("sum", None, reveal=reveal)'
NO_PARAMETER = "01_good.py:6: the lesson asks for a guess, so its parameters cell needs: reveal = False"
NO_ARGUMENT = "01_good.py:25: a Prediction without reveal=reveal: add it"


@pytest.mark.parametrize(
    ("parameters", "asks", "messages"),
    [
        ("rate = 0.1\nreveal = False", ASKS, []),
        ("rate = 0.1\nreveal = False  # True: shown", f"%matplotlib inline\n{ASKS}", []),
        (
            "rate = 0.1",
            ASKS,
            [NO_PARAMETER],
        ),
        ("rate = 0.1\nreveal = True", ASKS, [NO_PARAMETER]),
        (
            "rate = 0.1\nreveal = False",
            'guess = Prediction("sum")',
            [NO_ARGUMENT],
        ),
        ("rate = 0.1", "print('no guess')", []),
    ],
)
def test_a_lesson_that_asks_for_guesses_can_reveal_the_answers(sample, tmp_path, parameters, asks, messages):
    text = sample.GOOD.replace("rate = 0.1", parameters).replace('print("one")', asks)
    found = problems_of(tmp_path, text)
    assert found == messages


def test_only_solutions_reveal(sample, tmp_path):
    path = tmp_path / "01_good.py"
    path.write_text(sample.GOOD.replace("rate = 0.1", "rate = 0.1\nreveal = False  # True: shown"), encoding="utf-8")
    cell = next(cell for cell in read_source(path).cells if "parameters" in cell.tags)
    assert cell.student_text() == cell.text
    assert cell.solution_text() == cell.text.replace("reveal = False  # True", "reveal = True  # True")
    assert cell.solution_text() != cell.text


def test_half_a_statement_as_solution_is_refused(sample, tmp_path):
    half = (
        "    if a:\n        # solution\n        c = 1\n    else:\n        # end solution\n        c = 2\n    return c\n"
    )
    fine = (
        "    if a:\n        # solution\n        c = 1\n        # end solution\n    else:\n        c = 2\n    return c\n"
    )
    assert problems_of(tmp_path, sample.GOOD.replace(MARKERS, fine)) == []
    assert problems_of(tmp_path, sample.GOOD.replace(MARKERS, half)) == []  # `if a: ...; c = 2` is Python, too
    broken = "    x = [\n        # solution\n        1]\n        # end solution\n    return x\n"
    assert "mark whole statements" in problems_of(tmp_path, sample.GOOD.replace(MARKERS, broken))[0]


def test_every_fault_is_reported_not_the_first(sample, tmp_path):
    text = sample.GOOD.replace("    # end solution\n", "").replace('print("one")', LONG).replace("# # A", "# A", 1)
    assert len(problems_of(tmp_path, text)) == 3


def test_several_solutions_in_a_cell_each_leave_a_stub(sample, tmp_path):
    text = sample.GOOD.replace(MARKERS, MARKERS + "\nif True:\n    # solution\n    c = 1\n    # end solution\nd = 2\n")
    path = tmp_path / "01_good.py"
    path.write_text(text, encoding="utf-8")
    source = read_source(path)
    cell = next(cell for cell in source.cells if "exercise" in cell.tags)
    stub = cell.student_text().split("\n")
    assert [line for line in stub if STUB in line] == ["    " + STUB] * 2
    assert all(line in cell.lines for line in stub if line.strip() != STUB)
    assert "d = 2" in stub
    assert "secret_total" not in cell.student_text()


def test_a_missing_source_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="01_none"):
        read_source(tmp_path / "01_none.py")
