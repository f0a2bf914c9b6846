"""Shipped weights are those that `course pretrain` trains, and stay as they are."""

import hashlib
import json

import pytest
import torch

from course_lib.data import DataSpec
from course_lib.data.mini.catalogue import SOURCE_CATEGORIES, domain_of
from course_lib.data.mini.domains import DOMAINS
from course_lib.models import describe_shipped, list_weights, load_model, load_weights, start_model
from course_lib.models import shipped as shipped_module
from course_lib.models.shipped import NOT_SHIPPED
from course_lib.training.pretraining import FEW_CATEGORIES, PRETRAINED, find_pretraining, pretrain_weights

HOMEWORK, GOOGLENETS = ("mini_resnet18", "mini_squeezenet"), ("mini_googlenet", "mini_googlenet_few")
RESNETS = ("mini_resnet26", "mini_resnet26_wide")
OF_DOMAINS = [f"mini_resnet18_{domain}" for domain in DOMAINS]
SHIPPED = {*HOMEWORK, *GOOGLENETS, *RESNETS, *OF_DOMAINS}


def test_what_is_shipped_is_what_is_trained():
    assert set(PRETRAINED) == {*SHIPPED, *NOT_SHIPPED}
    assert set(list_weights()) - set(NOT_SHIPPED) == SHIPPED


def test_weights_that_do_not_ship_are_told_how_to_train(tmp_path, monkeypatch, typed):
    monkeypatch.setattr(shipped_module, "shipped_dir", lambda kind: tmp_path)
    for name in NOT_SHIPPED:
        with pytest.raises(FileNotFoundError, match=f"'{name}' are not shipped: 'course pretrain {name}' trains them"):
            load_weights(name)
        assert typed("pretrain", "--list", name)[1] == f"{name}: not shipped, 'course pretrain {name}' trains them\n"
    assert typed("pretrain", "--list")[1].count("not shipped") == len(NOT_SHIPPED)


def test_the_full_resnet26_is_trained_as_the_narrow_ones_at_twice_the_size():
    narrow, full = find_pretraining("mini_resnet26"), find_pretraining("resnet26")
    assert full.recipe == narrow.recipe.replace(architecture="resnet26")
    assert full.data == narrow.data.replace(size=2 * narrow.data.size)


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_file_says_how_it_was_trained(name):
    job, meta = PRETRAINED[name], load_weights(name).meta
    assert meta["training"]["recipe"] == json.loads(job.recipe.identity())
    assert (meta["architecture"], meta["source"]) == (job.recipe.architecture, job.data.source)
    assert (meta["size"], meta["training"]["seed"]) == (job.data.size, job.seed)
    assert meta["precision"] == "float16"


@pytest.mark.parametrize("name", HOMEWORK)
def test_homework_networks_are_trained_on_the_same_images_as_before(name):
    data = find_pretraining(name).data
    assert data == DataSpec(source=data.source, size=48, split="stratified", val=0.05, test=0.05, seed=0)


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_network_of_a_domain_is_neither_lost_nor_perfect_at_home(domain):
    facts, entry = describe_shipped(f"mini_resnet18_{domain}"), DOMAINS[domain]
    assert facts.num_test == len(entry.categories) * (entry.per_category // 4 - round(entry.per_category / 40))
    assert 0.5 < facts.test_accuracy < 0.97
    assert load_weights(facts.name).meta["class_names"] == entry.categories
    assert find_pretraining(facts.name).data == DataSpec(source=f"mini:{domain}", size=48, split="source", seed=0)


@pytest.mark.parametrize(
    ("names", "digest"),
    [
        (OF_DOMAINS, "2c7b61da4ed41c802a745549e80a791b97f2f8b08e0427f98e873db0652b6b47"),
        (GOOGLENETS, "1784f2702fa05736be0f2ffe110a6a3980ae377dc4988264cadbe769f2dd4cc8"),
        (RESNETS, "c6bd3ceed4e57ae899978b6fef8afff97da43cd451ff2b25243332532d0f0adc"),
    ],
    ids=["domains", "googlenets", "resnets"],
)
def test_weights_are_left_alone(names, digest):
    hashes = {name: load_weights(name).hash for name in names}
    assert hashlib.sha256(json.dumps(hashes, sort_keys=True).encode()).hexdigest() == digest, (
        "these weights changed: compute the runs that start from them again, and store the digest"
    )


def test_two_sources_of_one_network_differ_in_their_categories_alone():
    """Many categories, and a quarter of them from every domain, with as many steps of training."""
    many, few = (find_pretraining(name) for name in GOOGLENETS)
    assert many.recipe.replace(epochs=1) == few.recipe.replace(epochs=1)
    assert few.data == many.data.replace(classes=FEW_CATEGORIES)
    assert 4 * len(FEW_CATEGORIES) == len(SOURCE_CATEGORIES) == 84
    assert {domain_of(category) for category in FEW_CATEGORIES} == set(DOMAINS)
    assert load_weights(few.recipe.architecture + "_few").meta["class_names"] == FEW_CATEGORIES
    assert few.recipe.epochs == 4 * many.recipe.epochs


@pytest.mark.parametrize("name", GOOGLENETS)
def test_weights_of_a_network_with_auxiliary_heads_hold_none_of_them(name):
    """The heads of the source helped in training; whoever fine-tunes gets new ones."""
    loaded = load_weights(name)
    assert loaded.meta["training"]["recipe"]["aux_heads"] == ["stage2", "stage3"]
    assert not [entry for entry in loaded.state if entry.startswith("aux.")]
    assert load_model(name).head_paths == ("head",)
    assert describe_shipped(name).test_accuracy > 0.75
    started = start_model("mini_googlenet", name, 5, (32,), 1, aux_heads=("stage2", "stage3"))
    drawn = start_model("mini_googlenet", None, 5, (32,), 1, aux_heads=("stage2", "stage3"))
    assert started.head_paths == ("head", "head.aux1", "head.aux2")
    for entry, value in started.state_dict().items():
        expected = drawn.state_dict() if entry.startswith(("aux.", "head.")) else loaded.state
        assert torch.equal(value, expected[entry])


def test_short_training_of_a_domain(tmp_path):
    result = pretrain_weights("mini_resnet18_tools", out_dir=tmp_path, epochs=1, progress=False)
    assert (result["num_test"], result["num_classes"]) == (450, 10)
    assert load_model(result["model"]).architecture == "mini_resnet18"
    meta = load_weights(result["model"]).meta
    assert meta["training"]["test_accuracy"] == result["test_accuracy"]
    assert meta["source"] == "mini:tools"


def test_a_trial_must_not_replace_shipped_weights():
    with pytest.raises(ValueError, match="--out"):
        pretrain_weights("mini_resnet18_tools", epochs=1)
    with pytest.raises(ValueError, match="unknown weights 'typo'.*mini_resnet18_plants"):
        pretrain_weights("typo", epochs=None)
