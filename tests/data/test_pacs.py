"""PACS: found, downloaded, checked by content, or refused with what to do by hand."""

import http.server
import zipfile

import pytest

from course_lib.data import load_images, pacs
from course_lib.data.folder import list_class_folders
from server import serve

pytestmark = pytest.mark.usefixtures("no_real_data")
NAMES = [f"{domain}/{name}/{i}.png" for domain in pacs.DOMAINS for name in pacs.CLASSES for i in range(2)]


@pytest.fixture
def small_pacs(image_folder, monkeypatch, tmp_path):
    """A PACS of 14 images a domain, known to the module as the true one."""
    root = image_folder(NAMES, size=(6, 6), root=tmp_path / "true" / "pacs")
    monkeypatch.setattr(pacs, "NUM_IMAGES", dict.fromkeys(pacs.DOMAINS, 14))
    digests = {name: pacs.content_digest(list_class_folders(root / name)) for name in ("cartoon", "photo")}
    monkeypatch.setattr(pacs, "DIGESTS", digests)
    monkeypatch.setattr(pacs, "RETRIES", 0)
    return root


@pytest.fixture
def server(tmp_path, monkeypatch):
    """`publish(members)`: puts a zip of (name, bytes) where the archive is looked for; requests are counted."""
    requests = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=tmp_path / "www")

        def do_GET(self):
            requests.append(self.path)
            super().do_GET()

    (tmp_path / "www").mkdir()

    def publish(members):
        with zipfile.ZipFile(tmp_path / "www" / "PACS.zip", "w") as archive:
            for name, content in members:
                archive.writestr(name, content)
        return requests

    with serve(Handler) as url:
        monkeypatch.setattr(pacs, "URL", f"{url}/PACS.zip")
        yield publish


def members_of(root, prefix="PACS/kfold/"):
    extra = [("__MACOSX/PACS/photo/dog/._0.png", b"x"), ("PACS/readme.txt", b"x")]
    return extra + [(prefix + name, (root / name).read_bytes()) for name in NAMES]


def test_found_in_the_folder_of_real_data(small_pacs, monkeypatch):
    monkeypatch.setenv("COURSE_REAL_DATA", str(small_pacs.parent))
    images = load_images("pacs:photo", size=6, progress=False)
    assert images.source == "pacs:photo"
    assert images.names[:3] == ("dog/0.png", "dog/1.png", "elephant/0.png")
    assert load_images("pacs:sketch", progress=False).size == (227, 227)


def test_downloads_once_and_leaves_only_the_images(small_pacs, server, course_home):
    requests = server(members_of(small_pacs))
    first = load_images("pacs:cartoon", size=6, progress=False)
    load_images("pacs:art_painting", size=6, progress=False)
    assert requests == ["/PACS.zip"]
    assert first.class_counts() == dict.fromkeys(pacs.CLASSES, 2)
    datasets = course_home / "datasets"
    assert {entry.name for entry in datasets.iterdir()} <= {"pacs", ".pacs.lock"}
    files = {file.relative_to(datasets / "pacs").as_posix() for file in (datasets / "pacs").rglob("*.*")}
    assert files == set(NAMES)


@pytest.mark.parametrize(
    "evil", ["../evil.png", "PACS/../../photo/dog/9.png", "/abs/photo/dog/9.png", "C:\\photo\\x.png"]
)
def test_refuses_unsafe_archives(small_pacs, server, course_home, tmp_path, evil):
    server([*members_of(small_pacs), (evil, b"x")])
    with pytest.raises(ValueError, match="unsafe path"):
        load_images("pacs:cartoon", progress=False)
    assert not list(tmp_path.rglob("evil.png"))
    assert {entry.name for entry in (course_home / "datasets").iterdir()} <= {".pacs.lock"}


def test_refuses_other_content(small_pacs, server, course_home):
    changed = [
        (name, content + b"\0" if name.endswith("photo/dog/1.png") else content)
        for name, content in members_of(small_pacs)
    ]
    server(changed)
    with pytest.raises(ValueError, match="not the original files of PACS photo"):
        load_images("pacs:cartoon", progress=False)
    server(members_of(small_pacs)[:-1])
    with pytest.raises(ValueError, match="13 images of sketch instead of 14"):
        load_images("pacs:cartoon", progress=False)
    assert {entry.name for entry in (course_home / "datasets").iterdir()} <= {".pacs.lock"}
    server(members_of(small_pacs))
    assert len(load_images("pacs:cartoon", size=6, progress=False)) == 14


def test_refuses_a_damaged_archive(small_pacs, server, tmp_path):
    server([])
    (tmp_path / "www" / "PACS.zip").write_bytes(b"<html>quota exceeded</html>")
    with pytest.raises(ValueError, match="damaged"):
        load_images("pacs:cartoon", progress=False)


def test_offline_says_what_to_do_by_hand(small_pacs, monkeypatch, course_home):
    monkeypatch.setattr(pacs, "URL", "http://127.0.0.1:9/PACS.zip")
    with pytest.raises(ConnectionError) as refusal:
        load_images("pacs:cartoon", progress=False)
    words = str(refusal.value)
    assert "http://127.0.0.1:9/PACS.zip" in words
    assert str(course_home / "datasets" / "pacs" / "cartoon" / "dog") in words
    assert "COURSE_REAL_DATA" in words
    assert "\n" not in words


@pytest.mark.parametrize("change", ["removed", "renamed", "changed", "swapped"])
def test_a_copy_made_by_hand_is_checked_too(small_pacs, monkeypatch, change):
    monkeypatch.setenv("COURSE_REAL_DATA", str(small_pacs.parent))
    file, other = small_pacs / "cartoon" / "dog" / "0.png", small_pacs / "cartoon" / "horse" / "0.png"
    content = file.read_bytes()
    if change == "removed":
        file.unlink()
    elif change == "renamed":
        file.rename(file.with_name("9.png"))
    elif change == "changed":
        file.write_bytes(content + b"\0")
    else:
        file.write_bytes(other.read_bytes())
        other.write_bytes(content)
    with pytest.raises(
        ValueError, match="not the whole cartoon domain" if change == "removed" else "not the original files"
    ):
        load_images("pacs:cartoon", size=6, progress=False)
    assert len(load_images(f"folder:{small_pacs / 'cartoon'}", size=6, progress=False)) in (13, 14)


def test_constants_are_those_of_the_paper():
    assert sum(pacs.NUM_IMAGES.values()) == 9991  # Li et al. 2017, section 3.1
    assert set(pacs.NUM_IMAGES) == set(pacs.DOMAINS)
