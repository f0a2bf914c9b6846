import numpy as np
import pytest

from course_lib.analysis.multitune.maximum import log_correlation, maximum_table, noise_of_maximum


def test_the_noise_of_independent_epochs_is_that_of_a_normal_maximum():
    """The largest of 110 standard normals is 2.54 on average."""
    found = noise_of_maximum(0.6, 1000, 110, 0.0, repeats=4000)
    assert found.estimate == pytest.approx(2.54 * np.sqrt(0.24 / 1000), rel=0.03)
    assert 0 <= found.low < found.estimate < found.high
    assert found.method == "95 % of 4000 repeats"


def test_a_single_epoch_is_its_own_maximum():
    found = noise_of_maximum(0.6, 500, 1, 0.5, repeats=20)
    assert (found.estimate, found.low, found.high) == (0, 0, 0)


def test_the_more_alike_the_epochs_the_smaller_the_noise():
    gains = [noise_of_maximum(0.5, 500, 110, rho, repeats=200).estimate for rho in (0.0, 0.5, 0.9, 0.99)]
    assert gains == sorted(gains, reverse=True)


def test_the_maxima_of_the_logs_beside_noise():
    """Noise: the spread of the last ten epochs times the maxima of 110, 60 and 50 standard normals."""
    table = maximum_table(repeats=400)
    assert table["method"].tolist() == ["MultiTune"] * 2 + ["SpotTune"] * 2
    assert table["gain"].tolist() == pytest.approx([1.02, 1.02, 1.20, 1.20])
    assert table["epochs"].tolist() == [110, 60, 110, 50]
    expected = [0.21 * 2.54, 0.21 * 2.32, 0.46 * 2.54, 0.46 * 2.25]
    assert table["noise"].tolist() == pytest.approx(expected, abs=0.07)
    assert (table["low"] < table["noise"]).all()
    assert (table["noise"] < table["high"]).all()


def test_steadier_epochs_are_more_alike():
    assert 0.85 < log_correlation("SpotTune") < log_correlation("MultiTune") < 0.999


def test_impossible_settings_are_refused():
    with pytest.raises(ValueError, match="0 tries"):
        noise_of_maximum(0.5, 100, 0, 0.0)
    with pytest.raises(ValueError, match="need 0 < accuracy < 1"):
        noise_of_maximum(1.5, 100, 10, 0.0)
    with pytest.raises(ValueError, match="no released log of 'L2-SP': choose one of MultiTune, SpotTune"):
        log_correlation("L2-SP")
