"""Small tasks of real images: their sizes without any file, and, where the images are, what a split makes of them."""

import subprocess
import sys

import pytest

from course_lib.data import cifar, pacs, prepare
from course_lib.data.real_tasks import REAL_TASKS, task_of


def test_tasks_are_small_different_and_of_both_sources():
    assert len(REAL_TASKS) >= 10
    assert len({task.name for task in REAL_TASKS}) == len({task_key(task) for task in REAL_TASKS}) == len(REAL_TASKS)
    assert {task.source.partition(":")[0] for task in REAL_TASKS} == {"cifar100", "pacs"}
    for task in REAL_TASKS:
        assert 80 <= 1.25 * task.num_train <= 300
        assert task.num_images - 1.25 * task.num_train > 300


def task_key(task):
    return task.source, task.classes, task.per_class


def test_a_task_is_found_by_its_data():
    for task in REAL_TASKS:
        data = task.data(size=64, seed=1)
        assert task_of(data.source, data.classes, data.per_class) is task
    with pytest.raises(ValueError, match="no real task has 3 images of each of dog of 'pacs:photo'"):
        task_of("pacs:photo", ("dog",), 3)


def test_importing_the_tasks_imports_no_torch():
    check = "import sys; from course_lib.data import REAL_TASKS; assert REAL_TASKS; assert 'torch' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.real
@pytest.mark.parametrize("task", REAL_TASKS, ids=lambda task: task.name)
def test_a_fifth_validates_and_all_others_test(task, real_cartoons):
    if not (cifar.find_cifar() and pacs.find_domain("photo")):
        pytest.skip("COURSE_REAL_DATA has no CIFAR-100 or no photos of PACS")
    parts = [prepare(task.data(size=8, seed=seed)) for seed in (0, 1)]
    for splits in parts:
        assert set(splits.train.class_counts().values()) == {task.per_class}
        assert len(splits.train) + len(splits.val) + len(splits.test) == task.num_images
        assert len(splits.val) == pytest.approx(task.num_train / 4, abs=2)
        assert splits.class_names == task.classes
    assert set(parts[0].train.names) != set(parts[1].train.names)
