"""JupyterLab or Voilà on a free port, in headless Chromium: open a notebook, run it, move its sliders."""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import nbformat

# The machine's own, never one that playwright downloads; None if there is none.
_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
_ARGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
_ARGS += ["--disable-component-update", "--disable-sync", "--no-first-run", "--mute-audio", "--hide-scrollbars"]
_TOKEN = "t0ken"
_PATIENCE_S = 180  # a busy machine

# Bytes of what an <img> really shows; works for data: and blob: addresses.
_BYTES = """async (selector) => { const image = document.querySelector(selector);
  const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
  let text = ''; for (const byte of bytes) text += String.fromCharCode(byte); return btoa(text); }"""
# Playwright's wait_for_function does not await an async predicate (a promise is truthy at once), so wait for the
# address, which is another one after every redraw.
_CHANGED = """([selector, before]) => { const image = document.querySelector(selector);
  return !!(image && image.complete && image.naturalWidth && image.src !== before); }"""
_DRAWN = "s => { const image = document.querySelector(s); return image && image.complete && image.naturalWidth > 0 }"


def write_notebook(path, cells):
    """A notebook of code cells, for the running Python's kernel."""
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": spec})
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(notebook, path)


@contextmanager
def serve(kind, notebook):
    """Serve the notebook with `"lab"` or `"voila"`, with settings of its own; yields its address."""
    work = notebook.parent
    folders = {name: work / name.lower() for name in ("HOME", "CONFIG", "DATA", "RUNTIME", "IPYTHONDIR", "SPACES")}
    for folder in folders.values():
        folder.mkdir(exist_ok=True)
    env = os.environ | {f"JUPYTER_{n}_DIR": str(folders[n]) for n in ("CONFIG", "DATA", "RUNTIME")}
    env |= {"HOME": str(folders["HOME"]), "IPYTHONDIR": str(folders["IPYTHONDIR"]), "JUPYTER_PLATFORM_DIRS": "1"}
    env |= {"JUPYTERLAB_SETTINGS_DIR": str(work / "spaces"), "JUPYTERLAB_WORKSPACES_DIR": str(work / "spaces")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "voila", str(notebook), "--Voila.port_retries=0"]
    if kind == "lab":
        (folders["CONFIG"] / "labconfig").mkdir(exist_ok=True)  # no question whether one would like news
        silent = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
        (folders["CONFIG"] / "labconfig" / "page_config.json").write_text(json.dumps(silent))
        command = [sys.executable, "-m", "jupyterlab", "--allow-root", f"--IdentityProvider.token={_TOKEN}"]
        command += ["--ServerApp.port_retries=0", "--LabApp.expose_app_in_browser=True", f"--ServerApp.root_dir={work}"]
    command += ["--ip=127.0.0.1", f"--port={port}", "--no-browser"]
    log = work / f"{kind}.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out, cwd=work, start_new_session=True)
    try:
        _wait_for(kind, port, process, log)
        path = f"lab/tree/{notebook.name}?reset&token={_TOKEN}" if kind == "lab" else ""
        yield f"http://127.0.0.1:{port}/{path}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:  # Voilà, now and then
            os.killpg(process.pid, signal.SIGKILL)


def _wait_for(kind, port, process, log):
    """Until the server answers; Voilà's port only, since a request would run the notebook."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{kind} ended with {process.returncode}: {log.read_text()[-2000:]}")
        try:
            if kind == "lab":
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={_TOKEN}", timeout=5).read()
            else:
                socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"{kind} did not answer in {_PATIENCE_S} s: {log.read_text()[-2000:]}")


@contextmanager
def open_page(kind, url, last):
    """The page with all cells run, once the box of class `last` has its picture; yields (page, errors so far)."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGS)
        page, errors = (
            browser.new_page(viewport={"width": 1300, "height": 6000}),
            [],
        )  # JupyterLab draws only cells in view
        page.set_default_timeout(1000 * _PATIENCE_S)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        if kind == "lab":
            _run_all_cells(page)
        page.wait_for_selector(f".{last} img")
        yield page, errors
        browser.close()


def _run_all_cells(page):
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    # The kernel's light says "idle" before a kernel is attached, so wait for the application's own promises.
    page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.sessionContext")
    page.evaluate("""async () => { const app = window.jupyterapp; await app.restored;
        const it = app.shell.currentWidget; await it.context.ready; await it.sessionContext.ready;
        await it.sessionContext.session.kernel.info; }""")
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")


def shown_bytes(page, box):
    """What the image of the box of this class shows."""
    selector = f".{box} img"
    page.wait_for_function(_DRAWN, arg=selector)
    return base64.b64decode(page.evaluate(_BYTES, selector))


def move_first_slider(page, box, *, by="keys", timeout_s=_PATIENCE_S):
    """Move it two steps by the keyboard, or to the middle with the mouse, and wait until the image is another one.

    Returns:
        what the slider then says.

    Raises:
        playwright's TimeoutError: the image stayed.
    """
    selector, root = f".{box} img", page.locator(f".{box}")
    page.wait_for_function(_DRAWN, arg=selector)
    before = page.evaluate("s => document.querySelector(s).src", selector)
    handle = root.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    if by == "mouse":
        at, track = handle.bounding_box(), root.locator(".noUi-target").first.bounding_box()
        y = at["y"] + at["height"] / 2
        page.mouse.move(at["x"] + at["width"] / 2, y)
        page.mouse.down()
        page.mouse.move(track["x"] + track["width"] / 2, y, steps=3)
        page.mouse.up()
    else:
        handle.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
    page.wait_for_function(_CHANGED, arg=[selector, before], timeout=1000 * timeout_s)
    return root.locator(".widget-readout").first.inner_text()
