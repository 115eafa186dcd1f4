"""Fixtures that several files share. The environment is set before anything imports Keras or Prefect."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

# Prefect must not read or write the user's own home, and must not look outside.
os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="mmdvae-test-prefect-")
os.environ["PREFECT_PROFILES_PATH"] = os.path.join(os.environ["PREFECT_HOME"], "profiles.toml")
os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] = "false"
os.environ["DO_NOT_TRACK"] = "1"
os.environ.pop("PREFECT_API_URL", None)
os.environ["MMDVAE_SLOTS"] = tempfile.mkdtemp(prefix="mmdvae-test-slots-")  # tests wait for no run of this machine
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
for threads in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ[threads] = "1"  # pytest runs in several processes on few cores


def pytest_unconfigure():
    """Delete what this process made above."""
    for folder in ("PREFECT_HOME", "MMDVAE_SLOTS"):
        shutil.rmtree(os.environ[folder], ignore_errors=True)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory) -> Path:
    """A prepared data set that trains in a second: 300 of scikit-learn's digits, as a user's own .npz."""
    import numpy as np
    from sklearn.datasets import load_digits

    from mmdvae.data import prepare

    folder = tmp_path_factory.mktemp("tiny")
    digits, labels = load_digits(return_X_y=True)
    images = np.pad(np.kron(digits.reshape(-1, 8, 8), np.ones((3, 3))), ((0, 0), (2, 2), (2, 2))) * (255 / 16)
    images = images.astype("uint8")
    np.savez(
        folder / "tiny.npz",
        x_train=images[:300],
        y_train=labels[:300].astype("uint8"),
        x_test=images[300:360],
        y_test=labels[300:360].astype("uint8"),
    )
    return prepare.prepare(f"npz:{folder / 'tiny.npz'}", data_dir=None, store=folder / "store").folder


@pytest.fixture(scope="session")
def fork_server():
    """A fork server that has its libraries imported; whoever borrows it does not end it."""
    from tasks.processes import devices
    from tasks.processes.children import ForkServer

    class Borrowed(ForkServer):
        def kill(self):
            pass

        def close(self):
            pass

    shared = Borrowed(devices.slots(1)[0].environment)
    yield shared
    ForkServer.close(shared)


@pytest.fixture
def warm(fork_server, monkeypatch):
    """Workshops of this process borrow it: four seconds less than with one each."""
    monkeypatch.setattr("tasks.processes.pool.ForkServer", lambda environment: fork_server)


@pytest.fixture(scope="session")
def fashion(tmp_path_factory) -> Path:
    """The real images, prepared."""
    from mmdvae.data import catalog, prepare
    from mmdvae.errors import InputError

    installed = catalog.FASHION_MNIST.system_folder
    try:
        return prepare.prepare("fashion-mnist", data_dir=installed, store=tmp_path_factory.mktemp("fashion")).folder
    except InputError as error:
        pytest.fail(f"this test needs the real images: apt install dataset-fashion-mnist ({error})")


@pytest.fixture(scope="module")  # no longer: while Playwright runs its event loop, Prefect answers with coroutines
def launch():
    """Start the system's Chromium with further arguments. Without one CI fails, and a user's machine skips."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        missing = "no browser: install Debian's package chromium, or Google Chrome, to test the report in one"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    quiet = ("background-networking", "component-update", "sync")
    arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", *(f"--disable-{it}" for it in quiet)]
    with sync_playwright() as playwright:
        yield lambda *more: playwright.chromium.launch(executable_path=path, args=[*arguments, *more])


@pytest.fixture(scope="module")
def browser(launch):
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture
def visit(browser):
    """Open a file or an address with the given context options; what it requests and says is kept on the page."""
    contexts = []

    def visit(where, using=browser, **options):
        context = using.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.seen, page.said = [], []
        page.on("request", lambda request: page.seen.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(where if isinstance(where, str) else where.resolve().as_uri())
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def tiny_npz(tiny) -> Path:
    """The .npz file that `tiny` was made from."""
    return tiny.parent.parent / "tiny.npz"
