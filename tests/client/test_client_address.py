"""Who asks, as history names them."""

import os
import pwd

import pytest

from courier_backend.client.address import user_name


def test_as_the_system_knows_them_where_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USER", raising=False)
    monkeypatch.delenv("LOGNAME", raising=False)
    assert user_name() == pwd.getpwuid(os.getuid()).pw_name
    monkeypatch.setattr(os, "getuid", lambda: 4_000_000_000)
    assert user_name() == "uid-4000000000"
