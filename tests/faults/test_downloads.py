"""Downloads that break off, archives that are cut, changed or evil, servers that say nothing, disks without room."""

import errno
import functools
import http.server
import io
import shutil
import socket
import urllib.request
import zipfile
from contextlib import ExitStack

import pytest
import torch
from torchvision.datasets import CIFAR100

import server
from course_lib.data import cifar, load_images, pacs
from course_lib.data.network import socket_timeout
from course_lib.models.weights import load_weights


@pytest.fixture
def serve(monkeypatch):
    """`serve(content, promise)`: a server that promises so many bytes and closes after `content`; returns its URL."""
    monkeypatch.setattr(pacs, "RETRIES", 0)
    with ExitStack() as servers:

        def start(content, promise):
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.send_header("Content-Length", str(promise))
                    self.end_headers()
                    self.wfile.write(content)

            return servers.enter_context(server.serve(Handler))

        yield start


@pytest.fixture
def archive():
    """A zip with one compressed image of PACS."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("PACS/photo/dog/1.png", bytes(range(256)) * 20)
    return buffer.getvalue()


def nothing_is_left(home):
    return {entry.name for entry in (home / "datasets").iterdir()} <= {".pacs.lock"}


def test_half_an_archive_is_not_kept(serve, archive, monkeypatch, course_home, promised):
    monkeypatch.setattr(pacs, "URL", serve(archive[: len(archive) // 2], promise=len(archive)) + "/PACS.zip")
    with pytest.raises(ConnectionError, match=promised("half a download")):
        load_images("pacs:cartoon", progress=False)
    assert nothing_is_left(course_home)


def cut(content):
    return content[: len(content) // 2]


def scramble(content):
    start = content.index(b"1.png") + 5
    return content[:start] + b"\xff" * 20 + content[start + 20 :]


def encrypt(content):
    """The bit that says: this member needs a password; in its own header and in the archive's list."""
    changed = bytearray(content)
    changed[6] |= 1
    changed[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def pack_strangely(content):
    changed = bytearray(content)
    changed[8] = changed[content.index(b"PK\x01\x02") + 10] = 77
    return bytes(changed)


@pytest.mark.parametrize("change", [cut, scramble, encrypt, pack_strangely], ids=lambda change: change.__name__)
def test_a_damaged_archive_is_not_kept(serve, archive, monkeypatch, course_home, promised, change):
    content = change(archive)
    monkeypatch.setattr(pacs, "URL", serve(content, promise=len(content)) + "/PACS.zip")
    with pytest.raises(ValueError, match=promised("half a download: cut archive")):
        load_images("pacs:cartoon", progress=False)
    assert nothing_is_left(course_home)


def test_an_entry_for_the_top_of_an_archive_is_no_harm(serve, archive, monkeypatch):
    with zipfile.ZipFile(buffer := io.BytesIO(archive), "a") as members:
        members.writestr("./", b"")
    monkeypatch.setattr(pacs, "URL", serve(buffer.getvalue(), promise=len(buffer.getvalue())) + "/PACS.zip")
    with pytest.raises(ValueError, match="0 images of art_painting instead of 2048"):
        load_images("pacs:cartoon", progress=False)


@pytest.mark.parametrize("name", ["../up.png", "PACS/photo/dog/../../../../up.png", "C:up.png", "/"])
def test_evil_and_odd_names_in_an_archive(serve, monkeypatch, course_home, promised, name):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as members:
        members.writestr(name, b"x")
    monkeypatch.setattr(pacs, "URL", serve(buffer.getvalue(), promise=len(buffer.getvalue())) + "/PACS.zip")
    with pytest.raises(ValueError, match=promised("archive with ../")):
        load_images("pacs:cartoon", progress=False)
    assert nothing_is_left(course_home)
    assert not list(course_home.parent.rglob("up.png"))


def test_a_disk_too_full_to_unpack(serve, archive, monkeypatch, course_home, promised):
    def fill(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pacs, "URL", serve(archive, promise=len(archive)) + "/PACS.zip")
    monkeypatch.setattr(shutil, "copyfileobj", fill)
    with pytest.raises(OSError, match=promised("disk full while the ledger writes: unpacking")):
        load_images("pacs:cartoon", progress=False)
    assert nothing_is_left(course_home)


def test_half_of_official_weights_is_not_kept(serve, tmp_path, monkeypatch, promised, capsys):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    url = serve(b"half of the weights", promise=1000) + "/resnet18-f37072fd.pth"
    monkeypatch.setattr("torch.hub.urlopen", lambda *_, **__: urllib.request.urlopen(url))
    with pytest.raises(ValueError, match=promised("half a download: official weights")):
        load_weights("torchvision:resnet18")
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]
    assert capsys.readouterr().out == ""  # torch.hub would print there, between the lines of --json


@pytest.mark.timeout(60)
def test_a_silent_firewall_does_not_keep_one_waiting(monkeypatch, promised):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes the connection, and never answers
        monkeypatch.setattr(CIFAR100, "url", f"http://127.0.0.1:{silent.getsockname()[1]}/cifar-100-python.tar.gz")
        monkeypatch.setattr(cifar, "socket_timeout", functools.partial(socket_timeout, 0.2))
        with pytest.raises(ConnectionError, match=promised("no network: a firewall that says nothing")):
            load_images("cifar100", progress=False)
    assert socket.getdefaulttimeout() is None
