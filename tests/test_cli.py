"""The command as its users meet it: exit codes, JSON alone on stdout, one sentence for bad input."""

import csv
import json
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import click
import pytest
from PIL import Image

from course_lib.cli import main
from course_lib.teaching import list_lessons
from pictures import write_pngs

README = Path(__file__).resolve().parents[1] / "README.md"


@pytest.fixture(scope="module")
def photos(tmp_path_factory, make_images):
    """A folder of one's own images: three classes of 15."""
    root = tmp_path_factory.mktemp("photos")
    write_pngs(make_images(per_class=15, size=40), root)
    return root


def course(*args, cwd):
    """What the command prints, in a process of its own."""
    call = [sys.executable, "-m", "course_lib.cli", *map(str, args)]
    done = subprocess.run(call, capture_output=True, text=True, cwd=cwd)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def outcome(photos, tmp_path_factory):
    """What `course train --json` prints of a training on the photos."""
    settings = ("--recipe", "full", "--set", "start=mini_resnet18", "--set", "lr=0.001", "--set", "epochs=15", "--json")
    home = tmp_path_factory.mktemp("trained")
    answer = json.loads(course("train", "--data", f"folder:{photos}", *settings, cwd=home))  # nothing else on stdout
    return {**answer, "model": str(home / answer["model"])}


def test_train_then_predict_in_another_process(photos, outcome, tmp_path):
    assert set(outcome) == {
        "status", "best_epoch", "metric", "val_score", "test_score", "val_accuracy", "test_accuracy", "num_test",
        "seconds", "peak_mb", "start", "test", "model", "report",
    }  # fmt: skip
    assert outcome["status"] == "finished"
    assert outcome["num_test"] == 9
    assert outcome["test_score"] == outcome["test_accuracy"] == outcome["test"]["accuracy"] > 0.6  # chance is 0.33
    assert outcome["start"] == "mini_resnet18"
    files = sorted(photos.glob("*/*.png"))[::5]
    lines = course("predict", outcome["model"], *files, cwd=tmp_path).splitlines()
    answers = [json.loads(line) for line in lines]
    assert [a["file"] for a in answers] == [str(f) for f in files]
    for answer in answers:
        assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert max(answer["probabilities"], key=answer["probabilities"].get) == answer["class"]
    right = sum(a["class"] == f.parent.name for a, f in zip(answers, files, strict=True))
    assert right >= 0.6 * len(files)


def test_predict_names_a_damaged_file_and_goes_on(photos, outcome, tmp_path, typed):
    bad, good = tmp_path / "bad.jpg", next(photos.glob("*/*.png"))
    bad.write_bytes(b"\xff\xd8 half a jpeg")
    code, out, err = typed("predict", outcome["model"], bad, good)
    assert code == 1
    assert [json.loads(line)["file"] for line in out.splitlines()] == [str(good)]
    assert "bad.jpg" in err


def test_predict_on_folders_and_patterns_to_csv_and_json(photos, outcome, tmp_path, typed):
    (tmp_path / "mine" / "deep").mkdir(parents=True)
    shutil.copy(photos / "class0/0000.png", tmp_path / "mine/deep/a, b.png")
    shutil.copy(photos / "class1/0015.png", tmp_path / "mine/c.png")
    (tmp_path / "mine/notes.txt").write_text("no image")
    code, out, err = typed("predict", outcome["model"], "mine", "--format", "csv")
    (header, *rows) = csv.reader(out.splitlines())
    assert (code, header) == (0, ["file", "class", "class0", "class1", "class2"])
    assert [row[0] for row in rows] == [str(Path("mine/c.png")), str(Path("mine/deep/a, b.png"))]
    for row in rows:
        shares = dict(zip(header[2:], map(float, row[2:]), strict=True))
        assert sum(shares.values()) == pytest.approx(1, abs=1e-4)
        assert max(shares, key=shares.get) == row[1]
    assert "not images were left out: 1 .txt" in err
    code, out, _ = typed("predict", outcome["model"], "mine/**/*.png", "mine/c.png", "--top", "2", "--out", "top.csv")
    (header, *top) = csv.reader(Path("top.csv").read_text().splitlines())
    assert (code, out, header) == (0, "", ["file", "class", "top1", "p1", "top2", "p2"])
    assert [row[1] for row in top] == [row[2] for row in top] == [row[1] for row in rows], "each file once"
    assert all(float(row[3]) >= float(row[5]) for row in top)
    code, out, _ = typed("predict", outcome["model"], "mine/c.png", "--top", "1")
    answer = json.loads(out)
    assert answer["probabilities"].keys() == {answer["class"]}


def test_predict_says_what_it_did_not_find(photos, outcome, typed):
    Path("empty").mkdir()
    code, out, err = typed("predict", outcome["model"], "*.jpg", "empty", "gone.png", photos / "class0/0000.png")
    assert (code, len(out.splitlines())) == (1, 1)
    for words in ("no file fits the pattern '*.jpg'", "'empty' holds no images", "there is no file 'gone.png'"):
        assert words in err
    code, out, err = typed("predict", outcome["model"], "empty", "--out", "no_folder/answers.json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "no_folder" in err


def test_stats_of_known_pixels(tmp_path, typed):
    """Images of different sizes are pooled pixel by pixel."""
    for name, size, colour in (("a/1.png", (10, 10), (255, 0, 51)), ("b/2.png", (20, 15), (0, 0, 102))):
        (tmp_path / name).parent.mkdir()
        Image.new("RGB", size, colour).save(tmp_path / name)
    code, out, _ = typed("stats", f"folder:{tmp_path}", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["num_images"] == 2
    assert answer["mean"] == pytest.approx([0.25, 0, 0.35])
    assert answer["std"] == pytest.approx([0.4330127, 0, 0.0866025])


@pytest.mark.parametrize(  # those beside the catalogue of tests/faults
    ("args", "words"),
    [
        (["train", "--data", "mini:cartoon", "--recipe", "best"], ["best", "last_layer"]),
        (["train", "--data", "mini:cartoon", "--set", "lr"], ["KEY=VALUE"]),
        (["train", "--data", "mini:cartoon", "--device", "tpu"], ["tpu", "cuda"]),
        (["stats", "nonsense"], ["nonsense"]),
        (["predict", "no_model.safetensors", "x.jpg"], ["no_model.safetensors"]),
        (["run", "99"], ["99"]),
        (["run", "02", "--profile", "huge"], ["huge", "smoke"]),
        (["assign", "99", "--out", "class"], ["99", "03_from_scratch"]),
        (["assign", "02", "--out", "class", "--profile", "huge"], ["huge", "smoke"]),
        (["grade", "no_such_class"], ["no_such_class", "submitted"]),
        (["study", "nope"], ["nope", "scratch"]),
        (["study", "scratch", "--device", "tpu"], ["tpu", "cuda"]),
        (["pretrain", "mini_resnet18", "typo"], ["typo", "mini_squeezenet"]),
        (["pretrain", "--epochs", "1"], ["--out"]),
        (["train", "--data", "mini:cartoon", "--out", "model.bin"], ["model.bin", ".safetensors"]),
    ],
    ids=lambda v: " ".join(v[-2:]) if isinstance(v, list) else None,
)
def test_bad_input_gets_one_sentence(typed, args, words):
    code, out, err = typed(*args)
    assert (code, out) == (2, "")
    message = err.strip()
    assert message.startswith("course: ")
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message


def test_a_damaged_image_is_named(photos, tmp_path, typed):
    shutil.copytree(photos, tmp_path / "photos")
    (tmp_path / "photos/class0/0000.png").write_bytes(b"")
    code, _, err = typed("train", "--data", f"folder:{tmp_path / 'photos'}", "--set", "start=mini_resnet18")
    assert code == 2
    assert "0000.png" in err


def test_data_list_and_doctor_answer(typed):
    assert "pacs:cartoon" in typed("data", "list")[1]
    rows = json.loads(typed("doctor", "--json")[1])
    assert {"name", "status", "value"} <= set(rows[0])


def commands(group, words=()):
    """(words typed, command) of all commands, those of groups included."""
    for name, command in group.commands.items():
        yield (*words, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))


COMMANDS = dict(commands(main))


def test_status_is_one_json_value_or_a_table(typed, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    code, out, err = typed("status", "--json")
    assert code == 0
    assert {row["lesson"] for row in json.loads(out)} == {lesson.name for lesson in list_lessons()}
    assert str(tmp_path / "home" / "progress") in err
    file = tmp_path / "home" / "progress" / "03_from_scratch.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text('{"exercise": "choose", "passed": true}\nrubbish\n')
    code, out, err = typed("status")
    assert code == 0
    assert "1 of 3" in out
    assert "03_from_scratch: 1 line of its record" in err


def test_reset_says_where_the_former_copy_is(typed, monkeypatch, tmp_path):
    from course_lib.teaching import copies

    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(copies, "student_folder", lambda: tmp_path)
    (tmp_path / "03_from_scratch.ipynb").write_text("mine")
    code, out, _ = typed("reset", "03")
    assert code == 0
    assert f"your former copy is {tmp_path / '03_from_scratch.backup-1.ipynb'}" in out
    assert "is as delivered." in typed("reset", "3")[1]
    code, _, err = typed("reset", "99")
    assert (code, err.count("\n")) == (2, 1)
    assert "there is no lesson '99'" in err


def test_help_lists_every_command(typed):
    code, text, _ = typed("--help")
    listed = {line.split()[0] for line in text.partition("Commands:")[2].splitlines() if line.strip()}
    assert code == 0
    assert listed == {words[0] for words in COMMANDS}
    assert "Exit codes" in text


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_teaches(typed, words):
    """A sentence, the arguments that must be given, and something to every option."""
    code, text, _ = typed(*words, "--help")
    assert code == 0
    about = COMMANDS[words].help.partition("\n\n")[0]
    assert about.rstrip(".?:") != about
    assert len(about.split()) > 4
    for parameter in COMMANDS[words].params:
        if isinstance(parameter, click.Argument):
            assert parameter.name.upper() in COMMANDS[words].help or not parameter.required
        else:
            assert parameter.help, parameter.name
            assert parameter.opts[0] in text


def parse(line):
    """Parse a command as it would be typed, and run nothing; click's UsageError if there is no such thing."""
    words, command = shlex.split(line)[1:], main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        _, command, words = command.resolve_command(click.Context(command), words)
    with suppress(click.exceptions.Exit):  # --help
        command.make_context(line, words)


def shown_commands():
    """What README and the help texts show to be typed."""
    text = README.read_text(encoding="utf-8")
    (block,) = re.findall(r"^## The command\n```\n(.*?)^```", text, re.M | re.S)
    shown = [re.split(r"  +", line)[0] for line in block.splitlines()]
    shown += [line.replace("COMMAND", "study") for line in re.findall(r"`(course [^`]+)`", text)]
    for command in (main, *COMMANDS.values()):
        shown += [re.split(r"  +", line.strip())[0] for line in re.findall(r"^ *course .+", command.help, re.M)]
    return sorted(set(shown))


@pytest.mark.parametrize("line", shown_commands())
def test_what_is_shown_can_be_typed(line):
    parse(line)


def test_every_command_for_users_is_in_the_readme():
    named = {line.split()[1] for line in shown_commands()}
    assert {words[0] for words in COMMANDS} - named == {"build"}  # contributors', in CONTRIBUTING.md


@pytest.mark.parametrize("line", ["course dance", "course run --fast", "course data burn", "course predict"])
def test_what_cannot_be_typed_is_noticed(line):
    with pytest.raises(click.UsageError):
        parse(line)


def python_blocks():
    """README's examples: a recipe, and one's own photographs."""
    return re.findall(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)


def test_the_readmes_three_lines_run(photos, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("course_lib.training.defaults.best_start", lambda: "mini_resnet18")
    shutil.copytree(photos, "my_photos")
    shutil.copy(photos / "class0/0000.png", "new_photo.jpg")
    _, code = python_blocks()
    assert len([line for line in code.splitlines() if line]) == 3
    exec(compile(code, README, "exec"), {})
    accuracy, name = capsys.readouterr().out.split()
    assert float(accuracy) > 0.6  # chance is 0.33
    assert name in ("class0", "class1", "class2")


def test_export_says_what_it_checked(photos, outcome, typed):
    call = ["export", outcome["model"], "--format", "torchscript", "--out", "m.pt"]
    code, out, err = typed(*call)
    assert (code, err) == (
        0,
        "the test images were not found, so they were not compared: give their source with --data\n",
    )
    call += ["--data", f"folder:{photos}"]
    code, out, err = typed(*call)
    assert (code, err) == (0, "")
    assert re.search(r"checked on 3 random images and all 9 test images: largest difference \S+", out)
    assert "classes: class0, class1, class2" in out
    code, out, _ = typed(*call, "--json")
    assert json.loads(out)["num_test"] == 9
    code, out, err = typed("export", "no_model.safetensors")
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_training_twice_drops_copies_and_balances(photos, tmp_path, typed):
    shutil.copytree(photos, tmp_path / "photos")
    shutil.copy(photos / "class0/0000.png", tmp_path / "photos/class0/copy.png")
    call = [
        "train",
        "--data",
        "folder:photos",
        "--set",
        "start=mini_resnet18",
        "--set",
        "epochs=2",
        "--out",
        "m.safetensors",
    ]
    code, out, err = typed(*call, "--drop-duplicates", "--balance", "--groups", r"^(.*)\.")
    assert code == 0
    assert "1 exact copy was dropped" in err
    assert "class weights: balanced" in err
    assert "report: m.html" in out
    assert "groups kept together" in Path("m.html").read_text(encoding="utf-8")


def test_the_readmes_python_runs(capsys):
    """With a single epoch; the numbers of images are those that its comment says."""
    code, _ = python_blocks()
    shorter, times = re.subn(r"epochs=\d+", "epochs=1", code)
    assert times == 1
    names = {}
    exec(compile(shorter, README, "exec"), names)
    splits, said = names["splits"], re.search(r"# (\d+) train, (\d+) validation, (\d+) test images", code)
    assert [len(splits.train), len(splits.val), len(splits.test)] == [int(count) for count in said.groups()]
    validation, test = map(float, capsys.readouterr().out.split())
    assert min(validation, test) > 2 / 7  # twice what guessing gives
