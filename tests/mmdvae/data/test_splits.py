"""Which images go where: groups, classes, and what must not straddle."""

import hashlib

import numpy as np
import pytest

from mmdvae.data import splits
from mmdvae.data.source import Part, Source
from mmdvae.data.splits import TEST, TRAIN, VALID
from mmdvae.errors import InputError


def whole(labels, groups=None):
    """A set that is not split."""
    digests = None if groups is None else [hashlib.sha256(str(group).encode()).digest() for group in groups]
    part = Part(name="", labels=np.asarray(labels, np.uint8), blocks=lambda: iter(()), digests=digests)
    return Source(shape=(8, 8, 1), parts=(part,), classes=tuple(map(str, range(1 + max(labels)))))


def test_a_sixth_of_each_class_is_for_testing_and_a_tenth_of_the_rest_for_validation():
    labels = np.repeat([0, 1, 2], [60, 120, 6])
    (split,) = splits.assign("mine", whole(labels.tolist()))
    assert np.bincount(labels[split == TEST]).tolist() == [10, 20, 1]
    assert splits.counts([split]) == [186 - 31 - 15, 15, 31]
    again = splits.assign("mine", whole(labels.tolist()))[0]
    np.testing.assert_array_equal(split, again)


@pytest.mark.parametrize("seed", range(5))
def test_groups_of_any_size_and_several_classes_are_never_cut(seed):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, rng.integers(12, 80), 600)
    labels = (rng.integers(0, 3, 600) + groups) % 3
    (split,) = splits.assign("mine", whole(labels.tolist(), groups.tolist()))
    for group in np.unique(groups):
        assert len(set(split[groups == group])) == 1
    largest = np.bincount(groups).max()
    for label in range(3):  # at least a sixth of each, and no more than a group too many for each class
        tested = ((split == TEST) & (labels == label)).sum()
        assert (labels == label).sum() // 6 <= tested + largest
        assert tested <= (labels == label).sum() // 6 + 3 * largest
    assert (split == VALID).sum() >= splits.validation_count((split != TEST).sum())
    assert (split == TRAIN).sum() > 300


def test_a_class_that_is_one_group_is_for_training_and_one_that_cannot_be_is_named():
    labels = [0] * 40 + [1] * 5
    (split,) = splits.assign("mine", whole(labels, [*range(40), *[99] * 5]))
    assert TEST not in split[40:]
    with pytest.raises(InputError, match="mine: must hold at least two groups of one class, has 1 in all"):
        splits.assign("mine", whole([0] * 9, [7] * 9))


def test_with_too_few_groups_it_says_so():
    with pytest.raises(InputError, match="must have >= 4 training .*has 4 and 4 .*images of one group stay together"):
        splits.assign("mine", whole([0] * 8, [1] * 4 + [2] * 4))
