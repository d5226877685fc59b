"""How long a client goes on trying."""

import pytest

from courier_backend.client.patience import Patience
from courier_backend.model.errors import Unreachable


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_pauses_grow_to_a_limit_and_begin_anew_after_an_answer() -> None:
    patience = Patience(None)
    pauses = [patience.pause(Unreachable("gone")) for _ in range(7)]
    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0]
    patience.renew()
    assert patience.pause(Unreachable("gone")) == 0.1


def test_it_ends_and_raises_what_went_wrong() -> None:
    clock = _Clock()
    patience = Patience(60.0, clock)
    patience.pause(Unreachable("first"))
    clock.now = 59.9
    patience.pause(Unreachable("still"))
    clock.now = 60.0
    with pytest.raises(Unreachable, match="last"):
        patience.pause(Unreachable("last"))


def test_an_answer_starts_the_count_again() -> None:
    clock = _Clock()
    patience = Patience(60.0, clock)
    patience.pause(Unreachable("first"))
    clock.now = 50.0
    patience.renew()
    clock.now = 100.0
    patience.pause(Unreachable("second"))
    clock.now = 159.0
    assert patience.pause(Unreachable("second")) > 0
