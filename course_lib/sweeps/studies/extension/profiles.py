"""The numbers of the studies on extension strategies (Pittaras et al. 2017), at each profile."""

from dataclasses import dataclass

from course_lib.sweeps.profiles import Profile


@dataclass(frozen=True)
class SourceNetwork:
    """A trained network that is fine-tuned.

    Attributes:
        architecture: its name.
        weights: what fine-tuning starts from.
        lr: learning rates of the new layers; validation chooses.
        aux_heads: stages after which it has an auxiliary head.
    """

    architecture: str
    weights: str
    lr: tuple[float, ...]
    aux_heads: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ExtensionProfile(Profile):
    """A profile of the studies of several concepts.

    Attributes:
        rates: of both recipes of the study `scenes`; validation chooses.
        scene_epochs, scene_batch_size: of that study.
        networks: by name; every strategy starts from each of them.
        k: learning rate multiplier of the pretrained layers of all strategies.
        widths: D of one extension layer.
        widths_of_two: D of two extension layers.
        reinitialised: N of FT2-re, how many of the last stages are initialised anew.
        thorough: strategies whose networks are asked for every layer.
        grid_k: multipliers of the table of k and e.
        grid_lr: learning rates of the new layers there; each has a table of its own.
        grid_epochs: e of the table, all of one run.
        partition: (i, k) trains and tests on part i of k of the images alone.
        concept_width: D of the extension layer when the number of target concepts varies.
    """

    rates: tuple[float, ...]
    scene_epochs: int = 20
    scene_batch_size: int = 64
    networks: dict[str, SourceNetwork]
    k: float = 0.1
    widths: tuple[int, ...]
    widths_of_two: tuple[int, ...]
    reinitialised: tuple[int, ...] = (1, 2)
    thorough: tuple[str, ...] = ("FT1-def", "FT3-ex1-512")
    grid_k: tuple[float, ...]
    grid_lr: tuple[float, ...]
    grid_epochs: tuple[float, ...]
    partition: tuple[int, int] | None = None
    concept_width: int = 512


_AUX = ("stage2", "stage3")
RESNET, SQUEEZENET, GOOGLENET, GOOGLENET_FEW = "ResNet", "SqueezeNet", "GoogLeNet-84", "GoogLeNet-21"
_HIGH, _LOW = (0.3, 1.0, 3.0), (0.1, 0.3, 1.0)  # SqueezeNet has no BatchNorm
_NETWORKS = {
    RESNET: SourceNetwork("mini_resnet18", "mini_resnet18", _HIGH),
    SQUEEZENET: SourceNetwork("mini_squeezenet", "mini_squeezenet", _LOW),
    GOOGLENET: SourceNetwork("mini_googlenet", "mini_googlenet", _HIGH, _AUX),
    GOOGLENET_FEW: SourceNetwork("mini_googlenet", "mini_googlenet_few", _HIGH, _AUX),
}
_PAPER_LR = (0.003, 0.01, 0.03)
_PAPER_NETWORKS = {
    "ResNet": SourceNetwork("resnet18", "torchvision:resnet18", _PAPER_LR),
    "SqueezeNet": SourceNetwork("squeezenet1_1", "torchvision:squeezenet1_1", _PAPER_LR),
    "GoogLeNet": SourceNetwork("googlenet", "torchvision:googlenet", _PAPER_LR, _AUX),
}
# The document's multipliers and epochs (slide "Preliminary experiments").
PRINTED_K = (0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0)
PRINTED_EPOCHS = (0.25, 0.5, 1, 2, 4, 8, 16, 32)
WIDTHS = (64, 128, 256, 512, 1024, 2048, 4096)
_GRID = {"widths": WIDTHS, "widths_of_two": (64, 256, 1024), "grid_k": PRINTED_K, "grid_epochs": PRINTED_EPOCHS}
_MINI = {"architecture": "mini_resnet18", "weights": "mini_resnet18"}
PROFILES = {
    profile.name: profile
    for profile in (
        ExtensionProfile(
            name="smoke", epochs=1, batch_size=64, size=32, seeds=2, rates=(0.003,), scene_epochs=2,
            scene_batch_size=128, networks={GOOGLENET: SourceNetwork("mini_googlenet", "mini_googlenet", (0.3,), _AUX)},
            widths=(512,), widths_of_two=(64,), reinitialised=(1,), thorough=("FT3-ex1-512",), partition=(0, 8),
            grid_k=(0.05, 0.1, 1.0), grid_lr=(0.1,), grid_epochs=(0.5, 1, 2), **_MINI,
        ),
        ExtensionProfile(
            name="mini", epochs=8, batch_size=32, size=48, seeds=3, rates=(0.01, 0.003, 0.001),
            networks=_NETWORKS, grid_lr=(0.03, 0.1, 0.3), **_GRID, **_MINI,
        ),
        ExtensionProfile(
            name="paper", epochs=32, batch_size=32, size=224, seeds=3, rates=(0.01, 0.003, 0.001), scene_epochs=32,
            scene_batch_size=32, networks=_PAPER_NETWORKS, grid_lr=(0.01,), source="voc2012",
            architecture="googlenet", weights="torchvision:googlenet", **_GRID,
        ),
    )
}  # fmt: skip
