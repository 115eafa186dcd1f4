import numpy as np
import pytest
import shaped_sets

from mmdvae.data import array_folder, prepare
from mmdvae.files import file_sha256
from mmdvae.measures import classifier
from mmdvae.model.batches import scaled


@pytest.fixture(scope="module")
def fitted(tiny, tmp_path_factory):
    folder, told = tmp_path_factory.mktemp("classifier"), []
    return folder, classifier.fit(tiny, folder, told.append), told


def test_it_learns_to_tell_digits_apart(fitted):
    record = fitted[1]
    assert record["classes"] == 10
    assert record["test_accuracy"] > 0.5  # 300 images and 9 steps; guessing gives 0.1
    assert record["features"] == classifier.FEATURES
    assert (record["task"], record["fit"]) == ("classes", True)


def test_it_tells_each_epoch(fitted):
    assert [event["message"] for event in fitted[2]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]


def test_what_it_says_of_itself_is_true(fitted, tiny):
    folder, record, _ = fitted
    assert record["sha256"] == file_sha256(folder / classifier.MODEL)
    network = classifier.load(folder).network
    test, labels = array_folder.open_split(tiny, "test")
    logits = np.asarray(network(scaled(test))[1])
    assert record["test_accuracy"] == np.mean(logits.argmax(axis=1) == labels)


def test_features_are_what_the_last_layer_sees(fitted, tiny):
    network = classifier.load(fitted[0]).network
    images = array_folder.open_split(tiny, "test")[0]
    features, classes = classifier.judge(network, images)
    kernel, bias = (np.asarray(weight) for weight in network.layers[-1].weights)
    logits = np.asarray(network(scaled(images))[1])
    np.testing.assert_allclose(features @ kernel + bias, logits, atol=1e-4)
    np.testing.assert_array_equal(classes, logits.argmax(axis=1))
    assert features.shape == (len(images), classifier.FEATURES)


def test_references_are_features_of_as_many_test_as_training_images(fitted, tiny):
    network, references, task = classifier.load(fitted[0])
    assert task == "classes"
    assert set(references) == {"test", "train", "train_classes"}
    of_all = {split: classifier.judge(network, array_folder.open_split(tiny, split)[0]) for split in ("test", "train")}
    for split, (features, _) in of_all.items():
        assert references[split].shape == (60, classifier.FEATURES)
        distances = np.abs(references[split][:, None] - features[None]).max(axis=-1)
        assert np.all(distances.min(axis=1) < 1e-4)  # each is in the split; batches change its rounding
        assert len(set(distances.argmin(axis=1))) == 60
    assert references["train_classes"].shape == (60,)


def test_the_same_data_give_the_same_classifier(fitted, tiny, tmp_path):
    assert classifier.fit(tiny, tmp_path, lambda event: None) == fitted[1]


def test_the_most_images_that_are_compared(fitted, tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "COMPARED", 7)
    classifier.fit(tiny, tmp_path, lambda event: None)
    assert {name: len(array) for name, array in classifier.load(tmp_path)[1].items()} == {
        "test": 7,
        "train": 7,
        "train_classes": 7,
    }


@pytest.mark.parametrize(
    ("trained", "classes", "task"), [([7], 4, "orientations"), ([0], 4, "orientations"), ([1, 255], 2, "classes")]
)
def test_what_was_trained_on_one_class_is_not_said_to_know_more(tmp_path, trained, classes, task):
    images = np.random.default_rng(0).integers(0, 256, (30, 28, 28), dtype=np.uint8)
    labels = np.array([trained[k % len(trained)] for k in range(20)])
    np.savez(tmp_path / "a.npz", x_train=images[:20], y_train=labels, x_test=images[20:], y_test=np.arange(10) % 2)
    folder = prepare.prepare(f"npz:{tmp_path / 'a.npz'}", data_dir=None, store=tmp_path / "store").folder
    (tmp_path / "classifier").mkdir()
    record = classifier.fit(folder, tmp_path / "classifier", lambda event: None)
    assert (record["classes"], record["task"], record["fit"]) == (classes, task, False)  # noise has nothing to tell


@pytest.mark.parametrize(("shape", "task"), [((16, 16, 1), "orientations"), ((12, 20, 3), "flips")])
def test_images_without_labels_are_judged_by_who_can_tell_how_they_were_turned(shape, task, tmp_path):
    data = shaped_sets.prepared(tmp_path, shape, train=800, test=60, labelled=False)
    record = classifier.fit(data, tmp_path, lambda event: None)
    assert (record["task"], record["classes"], record["fit"]) == (task, 4, True)
    assert record["test_accuracy"] > 0.9
    judge = classifier.load(tmp_path)
    assert judge.task == task
    upright = classifier.judge(judge.network, array_folder.open_split(data, "test")[0])[1]
    assert np.mean(upright == 0) > 0.9
    assert judge.classes(upright) is None  # they are no classes of the data
    assert len(judge.references["test"]) == 60


def test_an_answer_that_is_always_the_same_has_one_over_the_number_of_classes():
    labels = np.array([0] * 90 + [3] * 10)
    assert classifier.balanced_accuracy(labels == 0, labels) == 0.5
    assert classifier.balanced_accuracy(labels == labels, labels) == 1.0
    assert classifier.balanced_accuracy(np.arange(100) % 2 == 0, labels) == 0.5


def test_the_network_has_the_stages_of_the_encoder_and_at_28_x_28_those_of_before():
    def convolutions(shape):
        return [layer.filters for layer in classifier.build(3, shape).layers if hasattr(layer, "filters")]

    assert convolutions((8, 8, 1)) == [32]
    assert convolutions((28, 28, 1)) == [32, 64]
    assert convolutions((37, 50, 3)) == [32, 64, 128]
    assert convolutions((256, 8, 3)) == [32, 64, 128, 256, 256]
    assert classifier.build(10, (28, 28, 1)).count_params() == 9 * 32 + 32 + 9 * 32 * 64 + 64 + 3136 * 64 + 64 + 650


def test_no_more_images_are_trained_on_than_fit_into_minutes(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(classifier, "VALUES", 784 * 130)
    monkeypatch.setattr(classifier, "FEWEST", 7)
    seen = []
    monkeypatch.setattr(classifier, "scaled", lambda images: seen.append(len(images)) or scaled(images))
    classifier.fit(tiny, tmp_path, lambda event: None)
    assert seen[:6] == [65] * 6  # 130 in two batches, three times
