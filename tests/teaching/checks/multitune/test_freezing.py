"""Check of lesson 17 on what moved in the frozen copy."""

import torch


def listed(names=lambda model: model.state_dict().items(), same=torch.equal, begin="frozen."):
    """Names of the tensors that are not the same, by another list, comparison or beginning."""

    def moved(before, model):
        return [name for name, value in names(model) if name.startswith(begin) and not same(value, before[name])]

    return moved


right = listed()


def repaired(before, model):
    found = right(before, model)
    model.load_state_dict(before)
    return found


def learning_only(before, model):
    return [
        name
        for name, value in model.state_dict().items()
        if name.startswith("frozen.")
        and not torch.equal(value, before[name])
        and (name not in dict(model.named_parameters()) or dict(model.named_parameters())[name].requires_grad)
    ]


def floats(model):
    return ((name, value) for name, value in model.state_dict().items() if value.is_floating_point())


def close(a, b):
    return torch.allclose(a.double(), b.double(), rtol=1e-4, atol=1e-4)


WRONG = {
    "check_moved": [
        (listed(lambda model: model.named_parameters()), "running_mean, a buffer"),
        (listed(floats), "num_batches_tracked, a whole number"),
        (listed(lambda m: ((n, v) for n, v in m.state_dict().items() if "num" not in n)), "num_batches_tracked"),
        (listed(lambda m: ((n, v) for n, v in m.state_dict().items() if "var" not in n)), "running_var"),
        (listed(lambda model: model.named_buffers()), "a weight of the frozen copy"),
        (listed(lambda m: ((n, v) for n, v in m.named_parameters() if n.endswith("weight"))), "a weight of the frozen"),
        (listed(same=close), "a change of a millionth"),
        (listed(same=lambda a, b: a.sum() == b.sum()), "an exchange of two numbers"),
        (listed(same=lambda a, b: a.float().norm() == b.float().norm()), "misses frozen."),
        (listed(same=lambda a, b: a.float().mean() == b.float().mean()), "an exchange of two numbers"),
        (listed(same=lambda a, b: torch.equal(a.flatten().sort()[0], b.flatten().sort()[0])), "an exchange of two"),
        (listed(same=lambda a, b: (a - b).max() <= 0), "a number that became smaller"),
        (listed(same=lambda a, b: (a - b).sum() <= 0), "a number that became smaller"),
        (listed(same=lambda a, b: (a - b).min() >= 0), "a weight of the frozen copy"),
        (listed(same=lambda a, b: not (a - b).abs().max() > 0), "but not for a weight that has become NaN"),
        (listed(same=lambda a, b: not (a != b).all()), "a weight of the frozen copy"),
        (listed(same=lambda a, b: a.flatten()[0] == b.flatten()[0]), "a weight of the frozen copy"),
        (listed(same=lambda a, b: a.flatten()[-1] == b.flatten()[-1]), "a weight of the frozen copy"),
        (listed(same=lambda a, b: torch.equal(a.half(), b.half())), "a change of a millionth"),
        (listed(same=torch.allclose), "a change of a millionth"),
        (listed(same=lambda a, b: torch.equal(a.copy_(b), b)), "it changes the model"),
        (listed(same=lambda a, b: a == b), "it stops with RuntimeError"),
        (listed(same=lambda a, b: False), "nothing has moved, and it lists"),
        (listed(same=lambda a, b: not torch.equal(a, b)), "nothing has moved, and it lists"),
        (lambda before, model: [name.removeprefix("frozen.") for name in right(before, model)], "it misses frozen."),
        (lambda before, model: [(name, 1) for name in right(before, model)], "it has a tuple among them"),
        (lambda before, model: [before[name] for name in right(before, model)], "it has a Tensor among them"),
        (lambda before, model: (name for name in right(before, model)), "a list of names, not generator"),
        (listed(same=lambda a, b: a is b), "nothing has moved, and it lists"),
        (listed(same=lambda a, b: a.data_ptr() == b.data_ptr()), "nothing has moved, and it lists"),
        (listed(begin=""), "which may move"),
        (listed(begin="frozen"), "with the dot"),
        (listed(begin="tuned."), "which may move"),
        (lambda before, model: right(before, model)[:1], "several tensors at once"),
        (lambda before, model: [*right(before, model), *right(before, model)], "it lists a name twice"),
        (lambda before, model: [], "it misses frozen."),
        (lambda before, model: len(right(before, model)), "it should return a list of names"),
        (lambda before, model: bool(right(before, model)), "it should return a list of names"),
        (lambda before, model: ", ".join(right(before, model)), "it should return a list of names"),
        (repaired, "it changes the model"),
        (learning_only, "but not for a model whose parameters need no gradient"),
        (
            lambda before, model: right(before, model) if model.training else [],
            "but not for a model in evaluation mode",
        ),
    ]
}
