"""Penalties that pull the weights somewhere."""

from torch import Tensor, nn

from course_lib.training.recipe import L2SP


class StartingPointPenalty:
    """L2-SP: α/2·‖w_S − w⁰_S‖² + β/2·‖w_new‖², w_S the inherited stages and w_new the head.

    As in the authors' code only weights of convolutions and linear layers count: no biases, no BatchNorm.
    Source: Li, Grandvalet, Davoine (ICML 2018), eq. 3.

    Args:
        model: a `StagedModel`; its present weights are copied as the starting point.
    """

    def __init__(self, model: nn.Module, settings: L2SP):
        self.settings = settings
        weights = [(name, w) for name, w in model.named_parameters() if w.ndim >= 2 and w.requires_grad]
        # A copy: a reference would follow the weights, and the distance would stay zero for ever.
        self.inherited = [(w, w.detach().clone()) for name, w in weights if not name.startswith("head.")]
        self.new = [w for name, w in weights if name.startswith("head.")]

    def __call__(self) -> Tensor | float:
        """The penalty at the present weights; a scalar."""
        pull = sum((w - start).square().sum() for w, start in self.inherited)
        size = sum(w.square().sum() for w in self.new)
        return 0.5 * self.settings.alpha * pull + 0.5 * self.settings.beta * size
