"""The house rules: rooms, direction of imports, size of modules, docstrings, light start."""

import ast
import importlib
import shutil
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("data", "models", "training", "sweeps", "analysis", "figures", "teaching", "cli")  # imports point leftwards
MODULES = sorted((ROOT / "course_lib").rglob("*.py"))
TOP_FOLDERS = {"course_lib", "notebooks", "data", "tests"}


def room_of(dotted):
    parts = dotted.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else None


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: write imports in full"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def wrong_imports(path, dotted):
    here = room_of(dotted)
    for name in imports_of(path):
        there = room_of(name) if name.startswith("course_lib.") else None
        if there and (here is None or ROOMS.index(there) > ROOMS.index(here)):  # what is in no room serves them all
            yield f"{dotted} imports {name}"


def test_imports_point_one_way():
    wrong = [
        problem
        for path in MODULES
        for problem in wrong_imports(path, ".".join(path.relative_to(ROOT).with_suffix("").parts))
    ]
    assert wrong == []


def test_the_direction_test_can_fail(tmp_path):
    path = tmp_path / "bad.py"
    path.write_text("def f():\n    from course_lib.sweeps import ledger\n")
    assert list(wrong_imports(path, "course_lib.training.bad"))
    assert list(wrong_imports(path, "course_lib.bad"))


def find_circle(root):
    """Names of modules of `root`/course_lib that import one another in a circle, lazy imports included; or None."""
    modules = {}
    for path in sorted((root / "course_lib").rglob("*.py")):
        modules[".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")] = path
    graph = {name: set(imports_of(path)) & modules.keys() - {name} for name, path in modules.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return None


def test_no_module_imports_itself_through_others():
    assert find_circle(ROOT) is None


def test_the_test_of_circles_can_fail(tmp_path):
    room = tmp_path / "course_lib" / "sweeps"
    room.mkdir(parents=True)
    (room / "one.py").write_text("import course_lib.sweeps.two\n")
    (room / "two.py").write_text("def f():\n    from course_lib.sweeps import three\n")
    (room / "three.py").write_text("")
    assert find_circle(tmp_path) is None
    (room / "three.py").write_text("from course_lib.sweeps.one import name\n")
    assert set(find_circle(tmp_path)) == {f"course_lib.sweeps.{name}" for name in ("one", "two", "three")}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_is_short_and_documented(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < 300
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module says what it holds"
    public = (ast.FunctionDef, ast.ClassDef)
    bare = [n.name for n in tree.body if isinstance(n, public) and n.name[0] != "_" and not ast.get_docstring(n)]
    assert bare == []


def test_no_bare_assert_in_the_library():
    assert [
        f"{path.name}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ] == []


def exists(module, name):
    """Whether ``from module import name`` works."""
    if hasattr(importlib.import_module(module), name):
        return True
    try:
        importlib.import_module(f"{module}.{name}")
    except ModuleNotFoundError:
        return False
    return True


def test_what_the_lessons_import_exists():
    """A renamed function is found here in a second, and not after an hour of lessons."""
    missing = []
    for path in sorted((ROOT / "notebooks" / "source").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("course_lib"):
                names = [alias.name for alias in node.names]
                missing += [f"{path.name}: {node.module}.{name}" for name in names if not exists(node.module, name)]
    assert missing == []
    assert not exists("course_lib.training", "no_such_thing")


def test_no_other_top_level_folder():
    parts = [path.relative_to(ROOT).parts for path in tracked_files()]
    folders = {first for first, *rest in parts if rest and not first.startswith(".")}
    assert folders == TOP_FOLDERS


def tracked_files():
    """Paths of all tracked files; skips outside a git checkout."""
    git = shutil.which("git")
    listed = git and subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout
    if not listed:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_files_are_small():
    """250 KB a file, but for the lock and what the course's own commands made; weights 2 MB each, 24 MB together."""
    made = {ROOT / "data" / "weights", ROOT / "data" / "results"}
    others = [f for f in tracked_files() if made.isdisjoint(f.parents) and f.name != "uv.lock"]
    large = [f for f in others if f.stat().st_size > 250_000]
    assert large == []
    weights = [f.stat().st_size for f in (ROOT / "data" / "weights").glob("*.safetensors")]
    assert weights
    assert max(weights) <= 2 * 2**20
    assert sum(weights) <= 24 * 2**20


@pytest.mark.parametrize("command", [["--help"], ["data", "list"], ["train", "--help"]], ids=" ".join)
def test_the_command_answers_before_torch_is_imported(command):
    code = (
        "import sys; from course_lib.cli import main\n"
        f"try: main({command!r})\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'torch', 'torchvision', 'matplotlib', 'pandas', 'sklearn', 'scipy'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy or code else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
