"""The command as its users meet it: exit codes, JSON alone on stdout, one sentence for bad input."""

import json
import shutil
import subprocess
import sys

import pytest
from PIL import Image


@pytest.fixture(scope="module")
def photos(tmp_path_factory, make_images):
    """A folder of one's own images: three classes of 15."""
    root = tmp_path_factory.mktemp("photos")
    images = make_images(per_class=15, size=40)
    for pixels, name in zip(images.images, images.names, strict=True):
        (root / name).parent.mkdir(exist_ok=True)
        Image.fromarray(pixels.permute(1, 2, 0).numpy()).save(root / name)
    return root


def course(*args, cwd=None, code=0):
    done = subprocess.run(
        [sys.executable, "-m", "course_lib.cli", *map(str, args)], capture_output=True, text=True, cwd=cwd
    )
    assert done.returncode == code, done.stderr + done.stdout
    return done


def test_train_then_predict_in_another_process(photos, tmp_path):
    done = course(
        "train", "--data", f"folder:{photos}", "--recipe", "full", "--set", "epochs=15", "--json", cwd=tmp_path
    )
    outcome = json.loads(done.stdout)  # nothing else on stdout
    assert set(outcome) == {
        "status", "best_epoch", "val_accuracy", "test_accuracy", "num_test", "seconds", "peak_mb", "model",
    }  # fmt: skip
    assert outcome["status"] == "finished"
    assert outcome["num_test"] == 9
    assert outcome["test_accuracy"] > 0.6  # chance is 0.33
    files = sorted(photos.glob("*/*.png"))[::5]
    lines = course("predict", outcome["model"], *files, cwd=tmp_path).stdout.splitlines()
    answers = [json.loads(line) for line in lines]
    assert [a["file"] for a in answers] == [str(f) for f in files]
    for answer in answers:
        assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert max(answer["probabilities"], key=answer["probabilities"].get) == answer["class"]
    right = sum(a["class"] == f.parent.name for a, f in zip(answers, files, strict=True))
    assert right >= 0.6 * len(files)


def test_predict_names_a_damaged_file_and_goes_on(photos, tmp_path):
    model = json.loads(
        course("train", "--data", f"folder:{photos}", "--set", "epochs=1", "--json", cwd=tmp_path).stdout
    )["model"]
    bad, good = tmp_path / "bad.jpg", next(photos.glob("*/*.png"))
    bad.write_bytes(b"\xff\xd8 half a jpeg")
    done = course("predict", model, bad, good, cwd=tmp_path, code=1)
    assert len(done.stdout.splitlines()) == 1
    assert "bad.jpg" in done.stderr
    assert "Traceback" not in done.stderr


def test_stats_of_known_pixels(tmp_path):
    """Images of different sizes are pooled pixel by pixel."""
    for name, size, colour in (("a/1.png", (10, 10), (255, 0, 51)), ("b/2.png", (20, 15), (0, 0, 102))):
        (tmp_path / name).parent.mkdir()
        Image.new("RGB", size, colour).save(tmp_path / name)
    answer = json.loads(course("stats", f"folder:{tmp_path}", "--json").stdout)
    assert answer["num_images"] == 2
    assert answer["mean"] == pytest.approx([0.25, 0, 0.35])
    assert answer["std"] == pytest.approx([0.4330127, 0, 0.0866025])


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["train", "--data", "folder:/no/such/folder"], ["/no/such/folder"]),
        (["train", "--data", "mini:nothing"], ["mini:nothing", "mini:cartoon"]),
        (["train", "--data", "mini:cartoon", "--recipe", "best"], ["best", "last_layer"]),
        (["train", "--data", "mini:cartoon", "--set", "lr=-1"], ["lr", "-1"]),
        (["train", "--data", "mini:cartoon", "--set", "rate=1"], ["rate", "lr"]),
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
def test_bad_input_gets_one_sentence(args, words):
    done = course(*args, code=2)
    assert done.stdout == ""
    message = done.stderr.strip()
    assert "Traceback" not in message
    assert message.startswith("course: ")
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message


def test_a_damaged_image_is_named(photos, tmp_path):
    shutil.copytree(photos, tmp_path / "photos")
    (tmp_path / "photos/class0/0000.png").write_bytes(b"")
    message = course("train", "--data", f"folder:{tmp_path / 'photos'}", code=2).stderr
    assert "0000.png" in message
    assert "Traceback" not in message


def test_data_list_and_doctor_answer():
    assert "pacs:cartoon" in course("data", "list").stdout
    rows = json.loads(course("doctor", "--json").stdout)
    assert {"name", "status", "value"} <= set(rows[0])


def test_help_teaches():
    text = course("--help").stdout
    listed = {line.split()[0] for line in text.partition("Commands:")[2].splitlines() if line.strip()}
    assert {
        "run",
        "train",
        "predict",
        "stats",
        "data",
        "pretrain",
        "study",
        "build",
        "doctor",
        "lab",
        "assign",
        "grade",
    } <= listed
    assert "Exit codes" in text
