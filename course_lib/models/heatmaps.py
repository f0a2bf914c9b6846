"""Heat maps: which places of an image speak for a class (Grad-CAM), and what covering a place costs (occlusion)."""

import torch
from torch import Tensor

from course_lib.models.network import HEAD, Network
from course_lib.models.staged import evaluation_mode


def class_heat_maps(model: Network, x: Tensor, classes: Tensor | None = None, stage: str | None = None) -> Tensor:
    """Compute Grad-CAM: the maps of a stage, each weighted by how much it speaks for a class, summed, negative cut off.

    A map's weight is the mean gradient of the class's logit with respect to it. Source: Selvaraju et al. (2017), eq. 1
    and 2.

    Args:
        model: a chain of stages; it stays as it is.
        x: normalised images (N, 3, H, W), on the model's device.
        classes: (N,) for each image a class; the most probable one by default.
        stage: the last stage with maps by default.

    Returns:
        (N, h, w) on the CPU, between 0 and 1; all 0 where nothing speaks for the class.

    Raises:
        ValueError: the network is no chain of stages, or the stage gives no maps (N, C, h, w), as those of a ViT.
    """
    chain = model.chain()
    if model.form is not None:
        raise ValueError(
            f"a network of two copies of {model.architecture} has no single stage whose maps lead to the answer: heat "
            f"maps need a recipe with one network, e.g. full"
        )
    if chain is None:
        raise ValueError(f"{model.architecture} is no chain of stages: heat maps need one")
    with evaluation_mode(chain):
        candidates = (stage,) if stage else reversed(chain.inner_stages)
        for stage in candidates:
            with torch.no_grad():
                maps = chain.features(x, until=stage)
            if maps[0].numel() > maps.shape[1]:  # not what a pool has left: one value for each channel
                break
        if not _are_maps(maps, chain.num_features):
            raise ValueError(
                f"the stage '{stage}' of {model.architecture} gives no maps (N, C, h, w) but {tuple(maps.shape)}: "
                f"there are no heat maps of it"
            )
        with torch.enable_grad():
            maps = maps.detach().requires_grad_()
            logits = chain.features(maps.clone(), until=HEAD, after=stage)  # (N, C); a clone may be changed in place
            classes = logits.argmax(dim=1) if classes is None else classes.to(logits.device)
            (gradient,) = torch.autograd.grad(logits.gather(1, classes[:, None]).sum(), maps)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    heat = (weights * maps.detach()).sum(dim=1).relu()
    return (heat / heat.amax(dim=(1, 2), keepdim=True).clamp_min(1e-12)).cpu()


@torch.no_grad()
def occlusion_maps(model: Network, x: Tensor, classes: Tensor, shape: tuple[int, int]) -> Tensor:
    """Compute by how much the probability of a class falls when one cell of the image is covered by the mean colour.

    Source: Zeiler and Fergus (2014), section 4.2, with cells that do not overlap.

    Args:
        model: classifies images; it stays as it is.
        x: normalised images (N, 3, H, W), on the model's device; 0 is the mean colour.
        classes: (N,) for each image a class.
        shape: rows and columns of cells, e.g. those of a heat map.

    Returns:
        (N, rows, columns) on the CPU, between −1 and 1; negative where the covered image is more probably of the class.

    Raises:
        ValueError: more rows or columns of cells than pixels.
    """
    rows, columns = (int(count) for count in shape)
    height, width = x.shape[-2:]
    if not 0 < rows <= height or not 0 < columns <= width:
        raise ValueError(f"{rows} × {columns} cells do not fit images of {height} × {width} pixels: ask for fewer")
    with evaluation_mode(model):
        whole, falls = _probabilities(model, x, classes), []
        for row in range(rows):
            for column in range(columns):
                covered = x.clone()
                top, left = row * height // rows, column * width // columns
                covered[:, :, top : (row + 1) * height // rows, left : (column + 1) * width // columns] = 0
                falls.append(whole - _probabilities(model, covered, classes))
    return torch.stack(falls, dim=1).view(-1, rows, columns).cpu()


def _probabilities(model: Network, x: Tensor, classes: Tensor) -> Tensor:
    """Probability (N,) of one class for each image."""
    return model(x).softmax(dim=1).gather(1, classes.to(x.device)[:, None])[:, 0]


def _are_maps(output: Tensor, num_features: int) -> bool:
    """Tell whether a stage's output is maps (N, C, h, w), and not (N, h, w, C) as that of a Swin transformer."""
    return output.ndim == 4 and not output.shape[1] != num_features == output.shape[-1]
