"""Which layers normalise."""

from torch import nn

_BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
_NORMS = (*_BATCH_NORMS, nn.LayerNorm, nn.GroupNorm, nn.RMSNorm)


def is_batch_norm(module: nn.Module) -> bool:
    """Tell whether a module is a BatchNorm layer, which has running statistics."""
    return isinstance(module, _BATCH_NORMS)


def is_norm(module: nn.Module) -> bool:
    """Tell whether a module normalises, over the batch or each image by itself."""
    return isinstance(module, _NORMS) or type(module).__name__.startswith("RmsNorm")  # timm's own are no nn.RMSNorm
