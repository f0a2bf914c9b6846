"""The room and its lists of names must answer before torch is imported."""

import subprocess
import sys

import pytest

LIGHT = [
    "import course_lib.models",
    "from course_lib.models import list_architectures, NORMALISATION_MODES; assert 'resnet18' in list_architectures()",
    "from course_lib.models import list_weights; list_weights()",
]


@pytest.mark.parametrize("code", LIGHT)
def test_does_not_import_torch(code):
    check = f"import sys; {code}; assert 'torch' not in sys.modules, 'torch was imported'"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_exported_name_exists():
    import course_lib.models as room

    for name in room.__all__:
        assert getattr(room, name) is not None
