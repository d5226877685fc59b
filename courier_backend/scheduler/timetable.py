"""Which job, or which pending instance, is to be looked at when."""

import heapq
from collections.abc import Iterable
from datetime import datetime


class Timetable:
    """Ids by the moments at which they are due; a later word on an id replaces the earlier one."""

    def __init__(self, entries: Iterable[tuple[str, datetime]] = ()) -> None:
        self._moments: dict[str, datetime] = dict(entries)
        self._heap = [(moment, its_id) for its_id, moment in self._moments.items()]
        heapq.heapify(self._heap)

    def __len__(self) -> int:
        return len(self._moments)

    def __contains__(self, its_id: object) -> bool:
        return its_id in self._moments

    def ids(self) -> list[str]:
        """All that is to be looked at one day."""
        return list(self._moments)

    def put(self, its_id: str, moment: datetime | None) -> None:
        """Look at this then (None: not any more)."""
        if moment is None:
            self._moments.pop(its_id, None)
        elif self._moments.get(its_id) != moment:
            self._moments[its_id] = moment
            heapq.heappush(self._heap, (moment, its_id))

    @property
    def nearest(self) -> datetime | None:
        """When something is due next."""
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def due(self, now: datetime, most: int) -> list[str]:
        """What is due, the longest first, at most so many; it stays until it is put anew."""
        found: list[tuple[datetime, str]] = []
        while len(found) < most and (nearest := self.nearest) is not None and nearest <= now:
            found.append(heapq.heappop(self._heap))
        for each in found:
            heapq.heappush(self._heap, each)
        return list(dict.fromkeys(its_id for _, its_id in found))

    def _drop_stale(self) -> None:
        while self._heap and self._moments.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
