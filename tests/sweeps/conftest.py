"""Images on disk that the tests of grids share."""

import pytest
from PIL import Image


@pytest.fixture(scope="session")
def folder(tmp_path_factory, make_images):
    """A folder of class folders with 60 coloured PNGs."""
    root = tmp_path_factory.mktemp("images")
    images = make_images()
    for pixels, name in zip(images.images, images.names, strict=True):
        (root / name).parent.mkdir(exist_ok=True)
        Image.fromarray(pixels.permute(1, 2, 0).numpy()).save(root / name)
    return root
