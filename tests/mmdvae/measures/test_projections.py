import numpy as np
import pytest
import reference

from mmdvae.measures import projections


@pytest.fixture
def codes():
    return np.random.default_rng(0).normal(3.0, [1.0, 5.0, 2.0, 0.5], (60, 4)).astype("float32")


def clouds(n, d=8):
    """Three clouds of width 1, about 40 apart, and the cloud of each point."""
    which = np.arange(n) % 3
    return (np.random.default_rng(0).normal(size=(n, d)) + 20 * np.eye(d)[which] * [1, 2, 3, *[1] * (d - 3)]), which


def test_pca_equals_the_singular_value_decomposition(codes):
    points = codes.astype("float64")
    axes, variances = reference.principal_axes(points, 2)
    expected = points @ axes  # not centred, so that the prior's mean stays at the origin
    got, ratio = projections.pca(codes)
    np.testing.assert_allclose(np.abs(got), np.abs(expected), atol=2e-5)  # float32 coordinates of about 20
    np.testing.assert_allclose(ratio, variances[:2] / variances.sum(), rtol=1e-9)
    assert (got.dtype, got.shape, ratio.dtype, ratio.shape) == (np.float32, (60, 2), np.float64, (2,))


def test_the_largest_loading_of_an_axis_is_positive(codes):
    for points in (codes, -codes, codes[::-1]):
        got = projections.pca(points)[0]
        centred = got - got.mean(axis=0)
        loadings = np.linalg.lstsq(centred, points - points.mean(axis=0), rcond=None)[0]  # (2, d)
        assert np.all(loadings[range(2), np.abs(loadings).argmax(axis=1)] > 0)


def test_codes_on_a_line_fill_one_axis():
    line = np.outer(np.arange(5.0), [3.0, 4.0])  # 5 apart
    got, ratio = projections.pca(line)
    np.testing.assert_allclose(got, np.outer([0, 5, 10, 15, 20], [1, 0]), atol=1e-6)
    np.testing.assert_allclose(ratio, [1, 0], atol=1e-12)


def test_one_coordinate_and_one_point_leave_the_missing_axes_zero():
    got, ratio = projections.pca(np.array([[1.0], [3.0]]))
    assert (got.tolist(), ratio.tolist()) == ([[1, 0], [3, 0]], [1, 0])
    got, ratio = projections.pca(np.ones((7, 3)))
    assert np.ptp(got, axis=0).tolist() == [0, 0]
    assert not ratio.any()


def test_tsne_keeps_neighbours_together():
    points, which = clouds(150)
    plane = projections.tsne(points)
    distances = np.linalg.norm(plane[:, None] - plane[None, :], axis=-1) + np.diag(np.full(150, np.inf))
    assert np.all(which[distances.argmin(axis=1)] == which)


def test_tsne_is_the_same_every_time():
    points = clouds(100)[0]
    np.testing.assert_array_equal(projections.tsne(points), projections.tsne(points))


@pytest.mark.parametrize("n", [1, 3, 4, 10, 11, 40])
def test_tsne_takes_as_few_points_as_there_are(n):
    plane = projections.tsne(clouds(n)[0])
    assert (plane.shape, plane.dtype) == ((n, 2), np.float32)
    assert np.isfinite(plane).all()


def test_tsne_takes_codes_that_are_all_the_same():
    assert np.isfinite(projections.tsne(np.ones((50, 8)))).all()


def test_tsne_shows_two_thousand_images_at_random_or_all_of_fewer():
    many, few = projections.tsne_index(10_000), projections.tsne_index(7)
    assert len(np.unique(many)) == len(many) == 2000
    assert 0 <= many.min() < many.max() < 10_000
    assert np.all(np.histogram(many, bins=10, range=(0, 10_000))[0] > 100)  # 200 expected, standard deviation 13
    assert few.tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert many.dtype == few.dtype == np.int32
    np.testing.assert_array_equal(many, projections.tsne_index(10_000))


def ranks(points):
    """The other points of each point, ordered from near to far, (n, n - 1)."""
    distances = np.linalg.norm(points[:, None] - points[None, :], axis=-1)
    return [[j for j in np.argsort(row, kind="stable") if j != i] for i, row in enumerate(distances)]


def trustworthiness(codes, plane, k):
    """Trustworthiness by Venna and Kaski 2006, equation 2."""
    n, true, seen = len(codes), ranks(codes), ranks(plane)
    penalty = sum(true[i].index(j) + 1 - k for i in range(n) for j in seen[i][:k] if j not in true[i][:k])
    return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * penalty


def test_faithfulness_equals_its_definition(codes):
    plane = codes[:, :2].astype("float64")
    points = codes.astype("float64")
    expected = trustworthiness(points, plane, 10), trustworthiness(plane, points, 10)
    assert projections.faithfulness(points, plane) == pytest.approx(expected, rel=1e-9)


def test_codes_themselves_are_a_faithful_picture_and_noise_is_none():
    points = np.random.default_rng(0).normal(size=(400, 2))
    assert projections.faithfulness(points, points) == (1.0, 1.0)
    noise = np.random.default_rng(1).normal(size=(400, 2))
    # The rank of a false neighbour is uniform: the mean penalty is that of half of all ranks, which leaves 1 - 2 / 4.
    assert projections.faithfulness(points, noise) == pytest.approx((0.5, 0.5), abs=0.03)


def test_faithfulness_is_judged_on_the_first_thousand():
    points = np.random.default_rng(0).normal(size=(1500, 3))
    assert projections.faithfulness(points, points[:, :2]) == projections.faithfulness(points[:1000], points[:1000, :2])


@pytest.mark.parametrize(("n", "finite"), [(1, False), (2, False), (4, True), (15, True)])
def test_as_many_neighbours_are_asked_as_there_can_be(n, finite):
    points = np.random.default_rng(0).normal(size=(n, 3))
    assert np.isfinite(projections.faithfulness(points, points[:, :2])).all() == finite


def test_fewer_codes_have_fewer_neighbours():
    points = np.random.default_rng(0).normal(size=(15, 3))
    expected = trustworthiness(points, points[:, :2], 7), trustworthiness(points[:, :2], points, 7)
    assert projections.faithfulness(points, points[:, :2]) == pytest.approx(expected, rel=1e-9)
