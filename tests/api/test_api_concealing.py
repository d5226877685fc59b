"""What answers tell of sealed values, wherever in them they stand."""

import orjson
import pytest

from courier_backend.api.concealing import concealed
from courier_backend.model.sealing import Seal

SEALED = Seal(b"k" * 32).close('a "secret"', "job j NAME")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"a": SEALED}, {"a": {"sensitive": True}}),
        ([SEALED, {"b": [SEALED]}], [{"sensitive": True}, {"b": [{"sensitive": True}]}]),
        (f"it is {SEALED}", f"it is {SEALED}"),
        ({SEALED: 1}, {SEALED: 1}),
        ({"a": "sealed", "b": "unsealed:1:x"}, {"a": "sealed", "b": "unsealed:1:x"}),
    ],
    ids=[
        "a value",
        "deep",
        "in a text",
        "a key",
        "words alike",
    ],  # what is sealed differs each time
)
def test_a_text_that_is_a_sealed_value_is_told_as_one(content: object, told: object) -> None:
    assert orjson.loads(concealed(orjson.dumps(content))) == told


def test_what_holds_none_is_not_touched() -> None:
    body = orjson.dumps({"a": "b"})
    assert concealed(body) is body
