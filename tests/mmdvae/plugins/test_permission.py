"""Whether a user's own code may run."""

import pytest

from mmdvae.errors import InputError
from mmdvae.plugins import permission, source


@pytest.fixture
def net(tmp_path):
    (tmp_path / "code").mkdir()
    (tmp_path / "code/net.py").write_text("def build(): ...\n")
    return tmp_path / "code"


def test_without_permission_one_line_tells_what_to_read(net, monkeypatch):
    monkeypatch.delenv(permission.VARIABLE, raising=False)
    found = source.find("net.py:build", net)
    permission.check(found, allowed=True)
    with pytest.raises(InputError) as caught:
        permission.check(found, allowed=False)
    told = f"net.py:build is code: net.py (1 lines, sha256 {found.sha256[:12]}). Read it, then add --allow-code"
    assert str(caught.value) == told


def test_what_lies_below_the_administrators_folder_may_run(net, tmp_path, monkeypatch):
    monkeypatch.setenv(permission.VARIABLE, str(tmp_path))
    permission.check(source.find("net.py:build", net), allowed=False)


def test_a_link_does_not_lead_out_of_that_folder(net, tmp_path, monkeypatch):
    (tmp_path / "elsewhere.py").write_text("x = 1\n")
    (net / "net.py").write_text("import part\ndef build(): ...\n")
    (net / "part.py").symlink_to(tmp_path / "elsewhere.py")
    monkeypatch.setenv(permission.VARIABLE, str(net))
    with pytest.raises(InputError, match=f"{permission.VARIABLE}={net} does not have it"):
        permission.check(source.find("net.py:build", net), allowed=False)
