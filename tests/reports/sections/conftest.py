"""One run with three seeds for all section tests, its page, and a copy of its report that a test may change."""

import copy

import fake_run
import pytest
from parsed_page import of


@pytest.fixture(scope="session")
def fake(tmp_path_factory):
    return fake_run.make(tmp_path_factory.mktemp("sections"), seeds=(0, 1, 2))


@pytest.fixture(scope="session")
def page(fake):
    return of(fake)


@pytest.fixture
def report(fake):
    return copy.deepcopy(fake.report)
