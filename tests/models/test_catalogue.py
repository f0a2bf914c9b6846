"""Registries of networks and weights: a name is given once."""

import pytest

from course_lib.models import catalogue


@pytest.mark.parametrize(
    ("register", "known", "said"),
    [
        (catalogue.register_architecture, catalogue.ARCHITECTURES["resnet18"], "the architecture 'resnet18' is"),
        (catalogue.register_family, catalogue.FAMILIES["timm"], "networks named 'timm:…' are"),
        (catalogue.register_weights, catalogue.ORIGINS["imagenet"], "weights named 'imagenet:…' are"),
    ],
)
def test_a_name_is_registered_once(register, known, said):
    before = [dict(found) for found in (catalogue.ARCHITECTURES, catalogue.FAMILIES, catalogue.ORIGINS)]
    with pytest.raises(ValueError, match=f"{said} registered already: choose another"):
        register(known)
    assert before == [catalogue.ARCHITECTURES, catalogue.FAMILIES, catalogue.ORIGINS]
