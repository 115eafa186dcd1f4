import math

import numpy as np
import pytest
import reference
from scipy.special import expit

from mmdvae.measures.class_separation import knn_accuracy, probe_accuracy, silhouette


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
    references[10:] = 0.1  # the ten nearest to -1 are all of class 1; of all nineteen, nearly half are not
    assert knn_accuracy(references, labels, np.array([[-1.0]]), np.array([1])) == 1.0
    references[:5], references[5:10] = 0.0, 5.0  # now five each of class 1 and class 0: a tie goes to class 0
    assert knn_accuracy(references, labels, np.array([[-1.0]]), np.array([0])) == 1.0


def test_fewer_than_ten_references_all_vote():
    assert knn_accuracy(np.zeros((3, 1)), np.array([1, 1, 0]), np.zeros((2, 1)), np.array([1, 0])) == 0.5


def test_one_class_cannot_be_told_apart():
    assert knn_accuracy(np.zeros((20, 2)), np.zeros(20), np.zeros((5, 2)), np.zeros(5)) is None


def test_the_probe_is_the_most_likely_straight_border():
    # Two normal classes of equal covariance: the best boundary is linear, its error the tail beyond half the distance.
    rng, n = np.random.default_rng(0), 4000
    labels = rng.integers(0, 2, 2 * n)
    points = rng.normal(size=(2 * n, 3)) + np.outer(labels, [2.0, 0.0, 0.0])
    expected = 0.5 * math.erfc(-1 / math.sqrt(2))
    got = probe_accuracy(points[:n], labels[:n], points[n:], labels[n:])
    assert got == pytest.approx(expected, abs=4 * math.sqrt(expected * (1 - expected) / n))


def test_the_probe_follows_class_frequencies():
    # P(1 | x) = expit(2 x - 1): the Bayes error at x is the probability of the less likely class.
    rng, n = np.random.default_rng(0), 4000
    points = rng.normal(size=(2 * n, 1))
    labels = (rng.random(2 * n) < expit(2 * points[:, 0] - 1)).astype(int)
    best = np.mean(np.maximum(expit(2 * points[n:, 0] - 1), 1 - expit(2 * points[n:, 0] - 1)))
    got = probe_accuracy(points[:n], labels[:n], points[n:], labels[n:])
    assert got == pytest.approx(best, abs=4 * math.sqrt(0.25 / n))


def test_the_probe_takes_straight_borders_only():
    rng = np.random.default_rng(0)
    points = rng.choice([-1.0, 1.0], (2000, 2)) + rng.normal(0, 0.1, (2000, 2))
    labels = (points[:, 0] * points[:, 1] > 0).astype(int)  # opposite corners share a class (XOR)
    args = points[:1000], labels[:1000], points[1000:], labels[1000:]
    assert knn_accuracy(*args) == 1.0
    assert probe_accuracy(*args) < 0.85  # at best three of four corners and part of the fourth


def test_the_probe_does_not_care_for_the_spread_of_codes(codes):
    points, labels = codes
    scores = {
        probe_accuracy(scale * points[:200], labels[:200], scale * points[200:], labels[200:]) for scale in (1e-3, 1e3)
    }
    assert len(scores) == 1


def test_the_silhouette_equals_its_definition(codes):
    points, labels = codes[0][:60], codes[1][:60]
    values = []
    for point, label in zip(points.tolist(), labels, strict=True):
        means = {k: [math.dist(point, q) for q in points[labels == k].tolist()] for k in set(labels.tolist())}
        own = sum(means.pop(int(label))) / (np.sum(labels == label) - 1)
        other = min(sum(distances) / len(distances) for distances in means.values())
        values.append((other - own) / max(own, other))
    assert silhouette(points, labels) == pytest.approx(np.mean(values), rel=1e-9)


def test_classes_far_apart_have_a_silhouette_of_one_and_mixed_ones_of_zero():
    rng, labels = np.random.default_rng(0), np.arange(900) % 3
    assert silhouette(rng.normal(size=(900, 4)) + 1e4 * labels[:, None], labels) > 0.999
    assert abs(silhouette(rng.normal(size=(900, 4)), labels)) < 0.02


def test_one_class_has_neither_border_nor_silhouette():
    assert probe_accuracy(np.zeros((20, 2)), np.zeros(20), np.zeros((5, 2)), np.zeros(5)) is None
    assert silhouette(np.zeros((5, 2)), np.zeros(5)) is None
    assert silhouette(np.eye(5), np.arange(5)) is None  # one code per class
