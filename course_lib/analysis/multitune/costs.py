"""What MultiTune, SpotTune and their opponents cost: weights, multiply-adds, memory, and measured CPU seconds.

CPU seconds are measured in one run in which all methods take turns, and the shortest of the rounds counts: what else
the machine does only adds to it. They are of this machine; the ratios are what may be compared.

MultiTune's released code computes all blocks of branch b and discards the outputs of all but the last. The course's
network does without the discarded blocks; here they are computed and counted, too, as the released code does.
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from course_lib.analysis.multitune.differences import printed_times
from course_lib.analysis.multitune.rows import ENSEMBLE
from course_lib.data.splits import Splits
from course_lib.models.architectures import build
from course_lib.models.composing import build_composed
from course_lib.models.forms import Routed
from course_lib.models.freezing import train_mode
from course_lib.models.network import Network
from course_lib.models.network_work import network_work
from course_lib.models.staged import evaluation_mode
from course_lib.models.starting import start_model
from course_lib.models.work import count_operations
from course_lib.sweeps.studies.multitune.methods import FULL, MULTITUNE, SP, SPOTTUNE, WIDE, full, multitune, spottune
from course_lib.sweeps.studies.multitune.profiles import PROFILES, MultituneProfile
from course_lib.sweeps.studies.multitune.switches import SWITCHES, switched
from course_lib.training.device import deliberate_threads
from course_lib.training.prefix import make_inputs
from course_lib.training.recipe import Recipe
from course_lib.training.strategies import PULL
from course_lib.training.timing import take_turns
from course_lib.training.trainer import Trainer

RELEASED = "MultiTune, released"  # with the blocks of branch b whose outputs the released code discards
LR = 1e-3  # no rate changes the time of a step
_MB = 1e6
_BYTES = 4  # of a number in float32


def cost_recipes(profile: MultituneProfile) -> dict[str, tuple[Recipe, ...]]:
    """Make the recipes of each method, all with the same augmentation; the ensemble has two, trained one by one."""
    plain = full(profile, LR)
    flips = plain.augmentation
    recipes = {
        FULL: (plain,),
        SP: (full(profile, LR, name=SP, penalty=PULL),),
        MULTITUNE: (multitune(profile, LR),),
        RELEASED: (switched(profile, LR, RELEASED, tuple(SWITCHES)).replace(augmentation=flips),),
        SPOTTUNE: (spottune(profile, LR),),
        ENSEMBLE: (plain, plain),
    }
    if profile.wide:
        recipes[WIDE] = (full(profile, LR, name=WIDE, architecture=profile.wide, start=profile.wide),)
    return recipes


def cost_table(splits: Splits, profile: str = "mini", rounds: int = 3) -> pd.DataFrame:
    """Tabulate the cost of each method on some images, a row for each.

    The weights are random: what they are changes no cost.

    Args:
        splits: the images whose training part makes an epoch.
        profile: of the studies, which decides network, size of the batches and augmentation.
        rounds: epochs of each method; the shortest counts.

    Returns:
        Columns: ``method``, ``parameters``, ``trained`` (parameters), ``step`` and ``answer`` (multiply-adds for one
        image), ``memory`` (MB of a training step: weights, gradients and momentum of the trained ones, and the values
        kept for the backward pass; the starting weights that L2-SP compares with are left out), ``seconds`` (CPU) of an
        epoch without validation, and ``ratio``, these seconds over those of plain fine-tuning. The released code of
        MultiTune computes all blocks of branch b, forward only, and discards the outputs of all but the last: steps,
        answers and seconds of `RELEASED` hold these blocks, parameters and memory do not.

    Raises:
        ValueError: fewer than one round, or an unknown profile.
    """
    if rounds < 1:
        raise ValueError(f"rounds = {rounds}: measure one round or more")
    if profile not in PROFILES:
        raise ValueError(f"unknown profile '{profile}': choose one of {', '.join(PROFILES)}")
    recipes = cost_recipes(PROFILES[profile])
    with deliberate_threads(PROFILES[profile].architecture):
        trainers = {method: tuple(_trainer(recipe, splits) for recipe in own) for method, own in recipes.items()}
        size = splits.crop or splits.train.size[0]
        epochs = {method: _epoch_of(own, size) for method, own in trainers.items()}
        seconds = take_turns(epochs, rounds, time.process_time)
        rows = [{"method": method, **_counts(own, size, splits.train.size[0])} for method, own in trainers.items()]
    found = pd.DataFrame(rows)
    found["seconds"] = [seconds[method] for method in found["method"]]
    return found.assign(ratio=found["seconds"] / seconds[FULL])


def time_reductions(costs: pd.DataFrame) -> pd.DataFrame:
    """Set the time that MultiTune saves against SpotTune beside the printed one of each row of Table 3.

    Args:
        costs: of `cost_table`.

    Returns:
        Columns: ``set`` (of Table 3, or what was measured), ``SpotTune`` and ``MultiTune`` (minutes of a training, or
        CPU seconds of an epoch), ``reduction`` (% of SpotTune's time; negative where MultiTune takes longer),
        ``measured``.
    """
    seconds = costs.set_index("method")["seconds"]
    printed = printed_times()[["set", "SpotTune", "MultiTune", "reduction"]].assign(measured=False)
    ours = [
        {
            "set": f"measured: {name}",
            "SpotTune": seconds[SPOTTUNE],
            "MultiTune": seconds[method],
            "reduction": 100 * (1 - seconds[method] / seconds[SPOTTUNE]),
            "measured": True,
        }
        for name, method in (("two whole branches", MULTITUNE), ("as released", RELEASED))
    ]
    return pd.concat([printed, pd.DataFrame(ours)], ignore_index=True)


@torch.no_grad()
def route_costs(architecture: str = "mini_resnet26", size: int = 36, batch: int = 32, rounds: int = 20) -> pd.DataFrame:
    """Measure answers of a `RoutedNetwork` by route, against computing both copies of each block.

    The policy network runs in all of them. Weights are random, routes are given.

    Args:
        batch: images answered together; with one image there are no mixed routes.

    Returns:
        Columns: ``route`` (``"both copies"``, ``"all frozen"``, ``"all tuned"``, ``"mixed"``: a half of the images
        tunes each block), ``macs`` (multiply-adds for one image), ``ms`` (CPU) for one image, and ``ratio``, these
        milliseconds over those of both copies.

    Raises:
        ValueError: fewer than one image or round.
    """
    if batch < 1 or rounds < 1:
        raise ValueError(f"batch = {batch} and rounds = {rounds}: give one image and one round or more")
    model = build_composed(Routed(), architecture, 10)
    work = network_work(model, size, ())
    images = torch.rand(batch, 3, size, size, generator=torch.Generator().manual_seed(0))
    answers = {
        name: _answer(model, images, routes, skips=name != "both copies")
        for name, routes in _routes(model, batch).items()
    }
    with deliberate_threads(architecture), evaluation_mode(model):
        seconds = take_turns(answers, rounds, time.process_time)
    both = seconds["both copies"]
    return pd.DataFrame(
        {
            "route": name,
            "macs": work.answer_of_all if name == "both copies" else work.answer,
            "ms": 1e3 * value / batch,
            "ratio": value / both,
        }
        for name, value in seconds.items()
    )


def _trainer(recipe: Recipe, splits: Splits) -> Trainer:
    device, half = torch.device("cpu"), torch.full((3,), 0.5)
    form = {"fresh": recipe.fresh, "network": recipe.network}
    model = start_model(recipe.architecture, None, splits.num_classes, recipe.hidden, 0, **form)
    inputs = make_inputs(recipe, model, splits.train, half, half / 2, device, part="train", crop=splits.crop)
    return Trainer(recipe, model, inputs, seed=0)


def _epoch_of(trainers: tuple[Trainer, ...], size: int) -> Callable[[], None]:
    """An epoch of all trainers, one by one, with the blocks that the released code computes and discards."""
    discarded = [_discarded(trainer.model, size) for trainer in trainers]

    def train() -> None:
        for trainer, (blocks, shape) in zip(trainers, discarded, strict=True):
            trainer.train_epoch(0)
            for rows in torch.arange(len(trainer.train) if blocks else 0).split(trainer.recipe.batch_size):
                blocks(torch.rand(len(rows), *shape))

    return train


def _discarded(model: Network, size: int) -> tuple[nn.Sequential, tuple[int, ...]]:
    """Build the blocks that both branches share, which the released code computes for branch b, too, and discards.

    Returns:
        The blocks, in training mode; none where the branches share none. And the shape of their input for an image of
        `size` × `size` pixels.
    """
    paths = [path for path in getattr(model, "trunk", ()) if path.startswith("stage")]
    if not paths:
        return nn.Sequential(), ()
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        twin = build(model.architecture, num_classes=2).eval()
        x = torch.zeros(1, 3, size, size)
        for path in model.trunk[: model.trunk.index(paths[0])]:
            x = twin.stages[path](x)
    return nn.Sequential(*(twin.stages[path] for path in paths)).train(), tuple(x.shape[1:])


def _counts(trainers: tuple[Trainer, ...], size: int, whole: int) -> dict:
    """Count what needs no clock; members of an ensemble are trained one by one, so that their memory is that of one.

    Args:
        size: pixels a side of the training images.
        whole: pixels a side of the images to answer.
    """
    moving = [[stage for stage, rate in trainer.rates.items() if rate > 0] for trainer in trainers]
    models = [trainer.model for trainer in trainers]
    steps = [network_work(model, size, own).step for model, own in zip(models, moving, strict=True)]
    return {
        "parameters": sum(_size(model.parameters()) for model in models),
        "trained": sum(_size(_trained(model)) for model in models),
        "step": sum(steps) + sum(_discarded_work(model, size) for model in models),
        "answer": sum(network_work(model, whole, ()).answer + _discarded_work(model, whole) for model in models),
        "memory": max(_step_mb(trainer) for trainer in trainers),
    }


def _discarded_work(model: Network, size: int) -> int:
    """Count the multiply-adds of `_discarded` for one image."""
    blocks, shape = _discarded(model, size)
    return count_operations(blocks.to("meta"), torch.zeros(1, *shape, device="meta"), []) // 2 if blocks else 0


def _trained(model: Network) -> list[Tensor]:
    return [value for value in model.parameters() if value.requires_grad]


def _size(values) -> int:
    return sum(value.numel() for value in values)


def _step_mb(trainer: Trainer) -> float:
    """MB of a training step: weights, gradients and momentum, and what is kept for the backward pass."""
    model, kept = trainer.model, {}
    own = {value.untyped_storage().data_ptr() for value in (*model.parameters(), *model.buffers())}

    def keep(value: Tensor) -> Tensor:
        storage = value.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return value

    train_mode(model, trainer.rates, trainer.recipe.normalisation)
    rows = torch.arange(min(trainer.recipe.batch_size, len(trainer.train)))
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda value: value):
        logits = model.logits(trainer.train.batch(rows)[0])  # held, so that no address is used again
    del logits
    weights = _size(model.state_dict().values()) + 2 * _size(_trained(model))
    return (_BYTES * weights + sum(kept.values())) / _MB


def _routes(model: Network, batch: int) -> dict[str, Tensor]:
    """Routes (N, G) by name; both copies are computed for the mixed ones, which are half of each."""
    gates = len(model.gated)
    mixed = torch.as_tensor(np.add.outer(np.arange(batch), np.arange(gates)) % 2 == 1)
    nothing = torch.zeros_like(mixed)
    found = {"both copies": mixed, "all frozen": nothing, "all tuned": ~nothing}
    return found if batch == 1 else {**found, "mixed": mixed}


def _answer(model: Network, images: Tensor, routes: Tensor, *, skips: bool) -> Callable[[], Tensor]:
    def call() -> Tensor:
        model.skips = skips
        model.routes = lambda x: (model.policy(x), routes)[1]
        return model(images)

    return call
