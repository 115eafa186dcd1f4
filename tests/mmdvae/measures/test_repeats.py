import numpy as np

from mmdvae.measures.repeats import repeated


def test_each_test_image_that_is_in_training_counts_once():
    train = np.random.default_rng(0).integers(0, 256, (50, 8, 9, 3), dtype=np.uint8)
    test = np.random.default_rng(1).integers(0, 256, (20, 8, 9, 3), dtype=np.uint8)
    assert repeated(test, train) == 0
    test[3], test[[5, 6]] = train[40], train[7]  # twice the same
    assert repeated(test, train) == 3
    test[3, 0, 0, 0] ^= 1  # a grey level more or less is another image
    assert repeated(test, train) == 2
    assert repeated(train, train) == 50
