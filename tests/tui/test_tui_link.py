"""The connection: lost, said so, found again; and the flow of changes."""

from __future__ import annotations

import asyncio

import pytest
from tui_backend import FakeBackend
from tui_pilot import name_of, press, running, settle, shown, until
from tui_world import NOW, clock, small_world

from courier_backend.model.errors import Unauthorized, Unreachable
from courier_backend.model.event import EventItem
from courier_tui.link import Contact, Link, LinkState
from courier_tui.ports import Backend
from courier_tui.widgets.banner import Banner, sentence
from courier_tui.wording import later

pytestmark = pytest.mark.anyio


async def test_what_was_known_stays_and_the_banner_says_how_old_it_is() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        await press(pilot, "3")
        backend.go_away()
        await until(pilot, lambda: pilot.app.screen.query_one(Banner).display)
        text = shown(pilot)
        assert "connection refused" in text
        assert "Shown as of" in text
        assert "no contact" in text
        assert "rolling-update" in text
        await press(pilot, "enter")
        assert name_of(pilot) == "InstanceScreen"
        assert "connection refused" in shown(pilot)


async def test_contact_comes_back_when_asked_for() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        await press(pilot, "2")
        backend.go_away()
        await until(pilot, lambda: pilot.app.screen.query_one(Banner).display)
        backend.jobs[-1]["name"] = "changed meanwhile"
        backend.come_back()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: not pilot.app.screen.query_one(Banner).display)
        await until(pilot, lambda: "changed meanwhile" in shown(pilot))


async def test_without_a_backend_the_app_says_why() -> None:
    backend = FakeBackend()
    backend.go_away("The backend did not start: the port is taken.")
    async with running(backend) as pilot:
        await until(pilot, lambda: "the port is taken" in shown(pilot))
        backend.come_back()
        backend.nodes = small_world().nodes
        await pilot.press("ctrl+r")
        await until(pilot, lambda: "Nothing has run here yet" in shown(pilot))


def test_the_banner_counts_down() -> None:
    state = LinkState(Contact.LOST, "It is gone.", "Start it.", NOW, later(NOW, 7.2))
    said = "".join(text for text, _tone in sentence(state, NOW))
    assert "It is gone." in said
    assert "again in 7 s" in said
    assert "Start it." in said
    trying = LinkState(Contact.LOST, "It is gone.")
    assert "Trying now" in "".join(text for text, _tone in sentence(trying, NOW))


class Watched:
    """A link that writes down what it tells."""

    def __init__(self, backend: FakeBackend, *, may_start: bool = False) -> None:
        self.backend = backend
        self.starts: list[bool] = []
        self.states: asyncio.Queue[LinkState] = asyncio.Queue()
        self.events: asyncio.Queue[list[EventItem]] = asyncio.Queue()
        self.link = Link(
            self._connect,
            on_state=self.states.put_nowait,
            on_events=self.events.put_nowait,
            may_start=lambda: may_start,
            clock=clock,
        )

    async def _connect(self, start: bool) -> Backend:
        self.starts.append(start)
        if self.backend.gone is not None:
            raise self.backend.gone
        return self.backend

    async def wait(self, contact: Contact) -> LinkState:
        while True:
            state = await self.states.get()
            if state.contact is contact:
                return state


async def test_one_that_was_stopped_is_not_started_again_unasked() -> None:
    watched = Watched(FakeBackend())
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watched.link.run())
        await watched.wait(Contact.LIVE)
        watched.backend.go_away()
        lost = await watched.wait(Contact.LOST)
        assert lost.as_of == NOW
        assert lost.retry_at is not None
        watched.link.poke()
        await watched.states.get()
        await watched.wait(Contact.LOST)
        task.cancel()
    assert watched.starts == [True, True]
    assert watched.backend.closed == 1


async def test_one_that_fell_is_started_again() -> None:
    watched = Watched(FakeBackend(), may_start=True)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watched.link.run())
        await watched.wait(Contact.LIVE)
        watched.backend.go_away()
        await watched.wait(Contact.LOST)
        watched.backend.come_back()
        await watched.wait(Contact.LIVE)
        task.cancel()
    assert watched.starts == [True, True]


async def test_a_refusal_is_told_like_a_loss() -> None:
    backend = FakeBackend()
    backend.gone = Unauthorized("The token is wrong.")  # type: ignore[assignment]
    watched = Watched(backend)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watched.link.run())
        lost = await watched.wait(Contact.LOST)
        task.cancel()
    assert lost.why == "The token is wrong."
    assert lost.as_of is None


async def test_there_is_no_client_before_there_is_a_connection() -> None:
    watched = Watched(FakeBackend())
    with pytest.raises(Unreachable, match="no connection"):
        _ = watched.link.backend


async def test_the_app_can_be_left_while_the_backend_is_gone() -> None:
    backend = small_world()
    async with running(backend) as pilot:
        backend.go_away()
        await until(pilot, lambda: pilot.app.screen.query_one(Banner).display)
        await settle(pilot)
        await pilot.press("q")
        await until(pilot, lambda: pilot.app._exit)


async def test_why_it_did_not_start_stays_said_until_one_runs() -> None:
    backend = FakeBackend()
    states: asyncio.Queue[LinkState] = asyncio.Queue()

    async def connect(start: bool) -> Backend:
        if backend.gone is None:
            return backend
        raise backend.gone if start else Unreachable("No backend is running.")

    link = Link(
        connect,
        on_state=states.put_nowait,
        on_events=lambda _events: None,
        may_start=lambda: False,
        clock=clock,
        first_pause=0.01,
    )

    async def lost() -> str:
        while True:
            state = await states.get()
            if state.contact is Contact.LOST and state.retry_at is not None:
                return state.why

    backend.go_away("config.toml: backend.port is not a number.")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(link.run())
        assert [await lost() for _ in range(3)] == [
            "config.toml: backend.port is not a number."
        ] * 3
        backend.come_back()
        while (await states.get()).contact is not Contact.LIVE:
            pass
        backend.go_away()
        seen = [await lost(), await lost()]
        assert seen[-1] == "No backend is running."
        task.cancel()
