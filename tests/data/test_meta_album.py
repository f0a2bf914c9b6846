"""Meta-Album: ids, downloads from a server of our own, and refusals. The real server was never asked."""

import http.server
import io
import json
import zipfile
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image

from course_lib.data import describe, is_here, load_images, meta_album
from server import serve

pytestmark = pytest.mark.usefixtures("no_real_data")
OWN, *OTHERS = meta_album.IDS["BRD"]


def picture(seed):
    out = io.BytesIO()
    Image.fromarray(np.random.RandomState(seed).randint(0, 255, (4, 4, 3), np.uint8)).save(out, "PNG")
    return out.getvalue()


IMAGES = {f"{label:02d}_{i}.png": picture(100 * label + i) for label in range(20) for i in range(40)}


def archive(images=IMAGES, info=None, columns=("FILE_NAME", "CATEGORY"), extra=()):
    """A zip as it is published: a folder with the images, their table, and facts."""
    rows = [",".join((*columns, "SUPER_CATEGORY"))]
    rows += [f"{name}, class/{name[:2]}, birds" for name in IMAGES]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("BRD_Micro/labels.csv", "\n".join(rows))
        file.writestr("BRD_Micro/info.json", json.dumps(info or {"license": "CC BY 4.0"}))
        for name, content in (*images.items(), *extra):
            file.writestr(f"BRD_Micro/images/{name}", content)
    return out.getvalue()


class Site:
    """What the server tells: names by id, archives by key; it counts what it is asked for."""

    def __init__(self):
        self.names = {data_id: f"Meta_Album_X{data_id}_Micro" for data_id in meta_album.IDS["BRD"]}
        self.names[OWN] = "Meta_Album_BRD_Micro"
        self.archives, self.asked, self.description = {"BRD_Micro.zip": archive()}, [], None

    def answer(self, path, url):
        place = urlsplit(path)
        self.asked.append(place.path)
        if place.path.startswith("/api/"):
            data_id = int(place.path.rpartition("/")[2])
            facts = {"name": self.names[data_id], "parquet_url": f"{url}/datasets/0004/{data_id}/data.pq"}
            return json.dumps(self.description or {"data_set_description": facts}).encode()
        if place.query:
            prefix = parse_qs(place.query)["prefix"][0]
            keys = "".join(f"<Contents><Key>{prefix}{key}</Key></Contents>" for key in ("data.pq", *self.archives))
            return f'<List xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{keys}</List>'.encode()
        return self.archives[place.path.rpartition("/")[2]]


@pytest.fixture
def site(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    site, urls = Site(), []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            content = site.answer(self.path, urls[0])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

    with serve(Handler) as url:
        urls.append(url)
        monkeypatch.setattr(meta_album, "URL", f"{url}/api/v1/json/data")
        yield site


def test_thirty_sets_have_the_published_ids():
    assert len(meta_album.CODES) == 30
    assert len({ids[0] for ids in meta_album.IDS.values()}) == 30
    assert meta_album.IDS["BCT"][0] == 44241
    assert all(len(set(ids)) == 10 for ids in meta_album.IDS.values())


def test_a_set_is_known_by_its_code_without_a_download():
    about = describe("meta_album:FNG")
    assert (about["images"], about["classes"], about["size"]) == (800, 20, 128)
    assert about["where"].startswith("to be downloaded")
    assert not is_here("meta_album:FNG")
    with pytest.raises(ValueError, match="unknown source 'meta_album:XYZ'"):
        describe("meta_album:XYZ")
    with pytest.raises(ValueError, match="no set 'CODE': choose one of BCT, BRD"):
        load_images("meta_album:CODE", progress=False)


def test_downloads_once_and_keeps_the_licence(site, tmp_path):
    images = load_images("meta_album:BRD", size=4, progress=False)
    assert set(images.class_counts().values()) == {40}
    assert images.class_names[0] == "class_00"
    assert images.names[0] == "class_00/00_0.png"
    assert np.array_equal(images.batch(0)[0].permute(1, 2, 0), np.array(Image.open(io.BytesIO(IMAGES["00_0.png"]))))
    asked = len(site.asked)
    assert is_here("meta_album:BRD")
    load_images("meta_album:BRD", size=4, progress=False)
    assert len(site.asked) == asked == 3
    home = tmp_path / "home" / "datasets" / "meta_album"
    assert json.loads((home / "BRD" / "info.json").read_text())["license"] == "CC BY 4.0"
    assert {entry.name for entry in home.iterdir()} <= {"BRD", ".BRD.lock"}


def test_a_set_under_another_id_of_its_round_is_found_by_its_name(site):
    site.names[OWN], site.names[OTHERS[3]] = site.names[OTHERS[3]], site.names[OWN]
    meta_album.download("BRD", progress=False)
    assert meta_album.find_set("BRD")
    assert f"/datasets/0004/{OTHERS[3]}/BRD_Micro.zip" in site.asked


def test_another_set_is_refused_by_its_name(site):
    site.names[OWN] = "Meta_Album_DOG_Micro"
    with pytest.raises(ValueError, match=f"none of the published ids is Meta_Album_BRD_Micro .{OWN} is Meta_Album_DOG"):
        meta_album.download("BRD", progress=False)
    assert not any(path.endswith(".zip") for path in site.asked)
    assert meta_album.find_set("BRD") is None


def test_columns_are_those_that_the_facts_name(site):
    names = {"image_column_name": "file", "category_column_name": "kind"}
    site.archives = {"a.zip": archive(info=names, columns=("file", "kind"))}
    meta_album.download("BRD", progress=False)
    assert len(meta_album.list_set("BRD").names) == 800


def test_nothing_is_written_where_the_archive_says(site, tmp_path):
    site.archives = {"a.zip": archive(extra=[("../../../evil.png", b"x")])}
    meta_album.download("BRD", progress=False)
    assert not list(tmp_path.rglob("evil.png"))


@pytest.mark.parametrize(
    ("archives", "words"),
    [
        ({}, "OpenML has 0 archives of Meta_Album_BRD_Micro instead of one"),
        ({"a.zip": archive(), "b.zip": archive()}, "OpenML has 2 archives"),
        ({"a.zip": b"<html>quota exceeded</html>"}, "'images.zip' is damaged"),
        ({"a.zip": archive(dict(list(IMAGES.items())[1:]))}, "lacks the image '00_0.png' of its table"),
        ({"a.zip": archive(columns=("x", "y"))}, "no rows with the columns FILE_NAME and CATEGORY"),
    ],
)
def test_refuses_archives_that_are_no_set(site, tmp_path, archives, words):
    site.archives = archives
    with pytest.raises(ValueError, match=words):
        meta_album.download("BRD", progress=False)
    assert {entry.name for entry in (tmp_path / "home/datasets/meta_album").iterdir()} <= {".BRD.lock"}


def test_refuses_an_answer_that_it_does_not_understand(site):
    site.description = {"error": "no such data"}
    with pytest.raises(ValueError, match="answer about Meta_Album_BRD_Micro is not understood: get it from"):
        meta_album.download("BRD", progress=False)


def test_refuses_a_folder_with_other_numbers(image_folder, monkeypatch, tmp_path):
    root = tmp_path / "data"
    image_folder([f"meta_album/BRD/{name}/{i}.png" for name in "abc" for i in range(2)], size=(4, 4), root=root)
    monkeypatch.setenv("COURSE_REAL_DATA", str(root))
    with pytest.raises(ValueError, match="3 classes of 2 to 2 images instead of 20 of 40"):
        load_images("meta_album:BRD", progress=False)


def test_offline_says_what_to_do_by_hand(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(meta_album, "URL", "http://127.0.0.1:9")
    with pytest.raises(ConnectionError, match=r"https://meta-album.github.io by other means.* meta_album/BRD"):
        load_images("meta_album:BRD", progress=False)
