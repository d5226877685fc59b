"""Sensitive values at rest: sealed on their way into the store, opened only for an order."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from courier_backend.daemon.secret_key import derive
from courier_backend.model.errors import Conflict
from courier_backend.model.event import NewEvent
from courier_backend.model.sealing import Seal, is_sealed
from courier_backend.model.sensitive import with_values


class Vault:
    """Seals the sensitive values of jobs under the key of the installation.

    Each is bound to its job and its name, so that it opens nowhere else.
    """

    def __init__(self, secret: bytes) -> None:
        self._seal = Seal(derive(secret, "sensitive-values"))
        self._digest_key = derive(secret, "body-digest")

    def sealed_event(self, event: NewEvent) -> NewEvent:
        """The event as the store may keep it."""
        data, place = event.data, event.job_id or event.instance_id or ""
        if definition := data.get("definition"):
            actions = self.sealed(definition["actions"], place)
            if actions is not definition["actions"]:
                changed = {**definition, "actions": actions}
                return replace(event, data={**data, "definition": changed})
        elif spec := data.get("actionSpec"):
            actions = self.sealed(spec, place)
            if actions is not spec:
                return replace(event, data={**data, "actionSpec": actions})
        return event

    def sealed(self, actions: Mapping[str, Any], job_id: str) -> Mapping[str, Any]:
        """Actions with their sensitive values sealed; those that are stay as they are."""

        def close(name: str, value: object) -> object:
            # What was sealed stays so, also under a key that is lost: sealed again it would open,
            # and be given out as the value. Nobody can bring in such a text from outside.
            if is_sealed(value):
                return value
            return self._seal.close(orjson.dumps(value).decode(), _place(job_id, name))

        return with_values(actions, close)

    def opened(self, actions: Mapping[str, Any], job_id: str) -> Mapping[str, Any]:
        """Actions with their sensitive values, as a node needs them.

        Raises:
            Conflict: one does not open: the key is another one now.
        """

        def open_(name: str, value: object) -> object:
            if not is_sealed(value):
                return value
            try:
                return orjson.loads(self._seal.open(str(value), _place(job_id, name)))
            except Conflict as error:
                raise Conflict(f"{error.message} It is that of {name}.", hint=error.hint) from error

        return with_values(actions, open_)

    def digest(self, definition: Mapping[str, Any]) -> str:
        """What tells whether a definition is the same, and nothing of what is in it."""
        body = orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)
        return hmac.new(self._digest_key, body, hashlib.sha256).hexdigest()


def _place(job_id: str, name: str) -> str:
    return f"job {job_id} {name}"
