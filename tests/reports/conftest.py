"""Fixtures of the report's tests."""

import pytest

from reports import write


@pytest.fixture(autouse=True, scope="session")
def pictures_in_common(tmp_path_factory):
    """One picture cache for all fake stores of a process: their pages are alike, and drawing takes most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "PICTURES", str(tmp_path_factory.mktemp("pictures") / "pictures"))
        yield
