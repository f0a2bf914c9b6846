"""Images as files."""

from pathlib import Path

from PIL import Image


def write_pngs(images, root: Path) -> list[Path]:
    """Every image of an `ImageSet` as a PNG below `root`, under its own name; the files in the set's order."""
    files = [root / name for name in images.names]
    for pixels, file in zip(images.images, files, strict=True):
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.permute(1, 2, 0).numpy()).save(file)
    return files
