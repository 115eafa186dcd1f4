import numpy as np
import pytest

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


def test_it_tells_each_epoch(fitted):
    assert [event["message"] for event in fitted[2]] == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]


def test_what_it_says_of_itself_is_true(fitted, tiny):
    folder, record, _ = fitted
    assert record["sha256"] == file_sha256(folder / classifier.MODEL)
    network, _ = classifier.load(folder)
    test, labels = array_folder.open_split(tiny, "test")
    logits = np.asarray(network(scaled(test)))
    assert record["test_accuracy"] == np.mean(logits.argmax(axis=1) == labels)


def test_features_are_what_the_last_layer_sees(fitted, tiny):
    network, _ = classifier.load(fitted[0])
    images = scaled(array_folder.open_split(tiny, "test")[0])
    features, classes = classifier.judge(network, images)
    kernel, bias = (np.asarray(weight) for weight in network.layers[-1].weights)
    logits = np.asarray(network(images))
    np.testing.assert_allclose(features @ kernel + bias, logits, atol=1e-4)
    np.testing.assert_array_equal(classes, logits.argmax(axis=1))
    assert features.shape == (len(images), classifier.FEATURES)


def test_references_are_features_of_as_many_test_as_training_images(fitted, tiny):
    network, references = classifier.load(fitted[0])
    assert set(references) == {"test", "train", "train_classes"}
    of_all = {
        split: classifier.judge(network, scaled(array_folder.open_split(tiny, split)[0])) for split in ("test", "train")
    }
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


@pytest.mark.parametrize(("trained", "classes"), [([7], 1), ([0], 1), ([1, 255], 2)])
def test_what_was_trained_on_one_class_is_not_said_to_know_more(tmp_path, trained, classes):
    images = np.random.default_rng(0).integers(0, 256, (30, 28, 28), dtype=np.uint8)
    labels = np.array([trained[k % len(trained)] for k in range(20)])
    np.savez(tmp_path / "a.npz", x_train=images[:20], y_train=labels, x_test=images[20:], y_test=np.arange(10) % 2)
    folder = prepare.prepare(f"npz:{tmp_path / 'a.npz'}", data_dir=None, store=tmp_path / "store").folder
    (tmp_path / "classifier").mkdir()
    assert classifier.fit(folder, tmp_path / "classifier", lambda event: None)["classes"] == classes
