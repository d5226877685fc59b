"""Evidence and output, wherever they are: in the database, in a file, or still on the node."""

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from courier_backend.api.ports import EvidenceFile, Mark
from courier_backend.delivery.directory import NodeDirectory
from courier_backend.delivery.live_output import LiveOutput
from courier_backend.delivery.node import DeliveryError
from courier_backend.delivery.transport import Transport
from courier_backend.evidence.keeper import EvidenceKeeper
from courier_backend.evidence.names import file_name
from courier_backend.model.errors import Conflict, Gone, NotYet
from courier_backend.model.status import EvidenceState
from courier_backend.model.wire import OutputItem
from courier_backend.store.queries.evidence import StoredEvidence, stored_evidence
from courier_backend.store.queries.steps import list_steps
from courier_backend.store.store import Store


class EvidenceReading:
    """Reads evidence for the API."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        keeper: EvidenceKeeper,
        live: LiveOutput,
        transport: Transport,
        directory: NodeDirectory,
    ) -> None:
        self._folder = folder
        self._store = store
        self._keeper = keeper
        self._live = live
        self._transport = transport
        self._directory = directory

    async def file(self, run_id: str, step: int, attempt: int, wait_seconds: float) -> EvidenceFile:
        """Stored evidence; waits while it is on its way.

        Raises:
            NotFound: no such attempt.
            NotYet: still on its way after the wait.
            Gone: lost, expired, or there never was any.
        """
        found = await self._find(run_id, step, attempt)
        if found.state == EvidenceState.PENDING and wait_seconds > 0:
            await self._keeper.wait((run_id, step, attempt), wait_seconds)
            found = await self._find(run_id, step, attempt)
        if found.state == EvidenceState.PENDING:
            raise NotYet("The evidence is still on its way from the node.")
        if found.state != EvidenceState.STORED:
            raise Gone(f"The evidence is {found.state}: {found.reason or 'there never was any'}.")
        path = self._folder / found.path if found.path else None
        name = file_name(run_id, step, attempt)
        return EvidenceFile(name, found.sha256, found.bytes, found.blob, path)

    async def _find(self, run_id: str, step: int, attempt: int) -> StoredEvidence:
        return await self._store.read(lambda c: stored_evidence(c, run_id, step, attempt))

    async def _is_running(self, run_id: str, step: int, attempt: int) -> bool:
        await self._find(run_id, step, attempt)
        steps = await self._store.read(lambda c: list_steps(c, run_id))
        return any(
            found["attemptNumber"] == attempt and found["status"] == "running"
            for found in steps[step - 1]["attempts"]
        )

    async def output(
        self, run_id: str, step: int, attempt: int, *, stream: str, offset: int, limit: int
    ) -> OutputItem:
        """A part of the output: from the evidence where it is stored, else from the node.

        Raises:
            NotFound: no such attempt.
            Gone: the evidence is lost or expired.
            Conflict: the node does not answer now.
        """
        found = await self._find(run_id, step, attempt)
        if found.state == EvidenceState.STORED:
            file = await self.file(run_id, step, attempt, 0)
            part, total = await asyncio.to_thread(_member, file, f"{stream}.log", offset, limit)
            final = offset + len(part) >= total
            return _item(stream, offset, part, total, final=final)
        if found.state in {EvidenceState.LOST, EvidenceState.EXPIRED}:
            raise Gone(f"The output is {found.state} with its evidence: {found.reason}.")
        return await self._from_node(found.node_id, (run_id, step, attempt), stream, offset, limit)

    async def _from_node(
        self, node_id: str, key: tuple[str, int, int], stream: str, offset: int, limit: int
    ) -> OutputItem:
        address = self._directory.get(node_id).address
        try:
            part, total = await self._transport.output(
                address, *key, stream=stream, offset=offset, limit=limit
            )
        except DeliveryError as error:
            raise Conflict(f"The output cannot be read now: {error}.") from error
        final = not self._live.is_live(key) and offset + len(part) >= total
        return _item(stream, offset, part, total, final=final)

    @asynccontextmanager
    async def live(
        self, run_id: str, step: int, attempt: int
    ) -> AsyncIterator[AsyncIterator[Mark]]:
        """The output of a running attempt as it comes; only an end for a finished one.

        Raises:
            NotFound: no such attempt.
        """
        key = (run_id, step, attempt)
        if not self._live.is_live(key) and await self._is_running(run_id, step, attempt):
            # It has said nothing since this backend started.
            self._live.begin(key)
        with self._live.read_along(key) as marks:
            yield marks


def _member(file: EvidenceFile, name: str, offset: int, limit: int) -> tuple[bytes, int]:
    """Bytes of a member of a zip from `offset` on, and its size."""
    source = io.BytesIO(file.data) if file.data is not None else file.path
    if source is None:
        raise Gone("The evidence is not there any more.")
    try:
        with zipfile.ZipFile(source) as archive, archive.open(name) as member:
            member.seek(offset)
            return member.read(limit), archive.getinfo(name).file_size
    except KeyError:
        return b"", 0
    except (OSError, zipfile.BadZipFile) as error:
        raise Gone(f"The evidence cannot be read: {error}.") from error


def _item(stream: str, offset: int, part: bytes, total: int, *, final: bool) -> OutputItem:
    return {
        "stream": stream,
        "offset": offset,
        "nextOffset": offset + len(part),
        "text": part.decode("utf-8", errors="replace"),
        "totalBytes": total,
        "final": final,
    }
