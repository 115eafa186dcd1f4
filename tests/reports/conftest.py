"""Fixtures of the report's tests."""

import fake_run
import pytest

from reports import write


@pytest.fixture(autouse=True, scope="session")
def pictures_in_common(tmp_path_factory):
    """One picture cache for all fake stores of a process: their pages are alike, and drawing takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "PICTURES", str(tmp_path_factory.mktemp("pictures") / "pictures"))
        yield


@pytest.fixture(scope="session")
def dims(tmp_path_factory):
    """A run with 2, 8 and 32 latent dimensions and three seeds, its page written."""
    command = "mmdvae compare quick --latent-dim 2 --latent-dim 8 --latent-dim 32"
    made = fake_run.make(tmp_path_factory.mktemp("dims"), fake_run.DIMS, seeds=(0, 1, 2), command=command)
    write.write(made.run_dir, made.store)
    return made
