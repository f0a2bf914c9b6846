"""`course train --rates` refuses what does not go together in one sentence."""

import pytest


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--scale", "2"], "--scale needs --rates"),
        (["--head-rate", "2"], "--head-rate needs --rates"),
        (["--rates", "a,b"], "--rates 'a,b' are no numbers"),
        (["--rates", "0,1,2,4,8", "--recipe", "last_layer"], "--rates and --recipe last_layer both say"),
        (["--rates", "0,1"], "give 5 multipliers"),
    ],
)
def test_options_that_do_not_fit(options, told, typed):
    code, _, err = typed("train", "--data", "folder:nothing", *options)
    assert code == 2
    assert told in err
