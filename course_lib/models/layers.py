"""Layers of a network whose outputs are features: stages, hidden layers of the head, and the heads themselves."""

from torch import nn

from course_lib.models.network import HEAD, Network, is_head

POOL = "pool"


def layer_names(model: Network) -> tuple[str, ...]:
    """List the layers by name, from the image to the logits.

    They are the stage paths (``"stem"``, ``"stage1"`` … ``"pool"``), ``"hidden1"``, ``"hidden2"`` … (hidden layers of
    the main head, after their ReLU), ``"head"`` (its logits), and the logits of auxiliary heads, ``"head.aux1"`` …
    A network of two copies has no stage that all images pass once; its features are ``"pool"``, what the head is given.
    """
    inner = (POOL,) if model.form else tuple(path for path in model.paths if not is_head(path))
    return (*inner, *_hidden(model), *model.head_paths)


def layer_module(model: Network, name: str) -> nn.Module:
    """Find the module whose output is a layer.

    Raises:
        ValueError: the network has no layer of that name.
    """
    if name not in layer_names(model):
        raise ValueError(f"unknown layer '{name}': this model has {', '.join(layer_names(model))}")
    if name == POOL and model.form:
        return model.passed
    return _hidden(model).get(name) or model.stage_module(name)


def last_layers(model: Network, n: int) -> tuple[str, ...]:
    """List the last `n` layers on the way to the main head's logits, the last one at the end: ``"head"``.

    The stage before ``"pool"`` is left out, since its features, averaged over all positions, are those of ``"pool"``.

    Raises:
        ValueError: the network has not as many layers.
    """
    line = [name for name in layer_names(model) if not is_head(name)]
    if POOL in line[1:]:
        del line[line.index(POOL) - 1]
    line.append(HEAD)
    if not 1 <= n <= len(line):
        raise ValueError(f"the last {n} layers: this model has {len(line)}, {', '.join(line)}")
    return tuple(line[-n:])


def _hidden(model: Network) -> dict[str, nn.Module]:
    """The ReLUs behind the hidden layers of the main head, by name."""
    head = model.stage_module(HEAD) if HEAD in model.paths else None
    relus = [module for module in head if isinstance(module, nn.ReLU)] if isinstance(head, nn.Sequential) else []
    return {f"hidden{k}": module for k, module in enumerate(relus, 1)}
