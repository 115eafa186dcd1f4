import numpy as np
import pytest
import reference

from mmdvae.usefulness import knn_accuracy


@pytest.fixture
def codes():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 3, 260).astype("uint8")
    return rng.normal(size=(260, 4)) + labels[:, None], labels


def test_knn_accuracy_equals_its_definition(codes):
    points, labels = codes
    args = points[:200], labels[:200], points[200:], labels[200:]
    assert knn_accuracy(*args) == pytest.approx(reference.knn_accuracy(*args, k=10), abs=1e-12)


def test_classes_far_apart_are_all_found(codes):
    labels = codes[1]
    points = codes[0] + 100 * labels[:, None]
    assert knn_accuracy(points[:200], labels[:200], points[200:], labels[200:]) == 1.0


def test_shuffled_labels_can_only_be_guessed():
    rng = np.random.default_rng(0)
    points, labels = rng.normal(size=(4000, 3)), rng.integers(0, 10, 4000)
    got = knn_accuracy(points[:2000], labels[:2000], points[2000:], labels[2000:])
    assert got == pytest.approx(0.1, abs=5 * np.sqrt(0.1 * 0.9 / 2000))


def test_ten_neighbours_vote(codes):
    references = np.zeros((19, 1))
    labels = np.array([1] * 10 + [0] * 9)
    references[10:] = 0.1  # of the ten nearest to -1 all are of class 1; of all nineteen nearly half would not be
    assert knn_accuracy(references, labels, np.array([[-1.0]]), np.array([1])) == 1.0
    references[:5], references[5:10] = 0.0, 5.0  # now five of class 1 and then five of class 0: a tie, to class 0
    assert knn_accuracy(references, labels, np.array([[-1.0]]), np.array([0])) == 1.0


def test_fewer_than_ten_references_all_vote():
    assert knn_accuracy(np.zeros((3, 1)), np.array([1, 1, 0]), np.zeros((2, 1)), np.array([1, 0])) == 0.5


def test_one_class_cannot_be_told_apart():
    assert knn_accuracy(np.zeros((20, 2)), np.zeros(20), np.zeros((5, 2)), np.zeros(5)) is None
