"""Backend and runners killed while secrets are in use: values come back, no disk ever had them."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from bench.courier import Courier, wait_until
from bench.jobs import group, job, step
from bench.leaks import leaks

if TYPE_CHECKING:
    from bench.courier import Item

PASSWORD = 'pa55/Wörd +&? "x"'
TOKEN_HEAD, TOKEN_TAIL = "tok3n-of-", "all-nodes/+="
SECRETS = (PASSWORD, TOKEN_HEAD + TOKEN_TAIL)
NODES = 6


def the_job(nodes: list[str]) -> Item:
    token = {
        "sourceType": "output",
        "source": "stdout",
        "extractMethod": "regEx",
        "expression": "token=(.*)",
        "required": True,
        "sensitive": True,
    }
    login = step(
        f"echo \"$COURIER_INPUT_PASSWORD\"; echo token={TOKEN_HEAD}$(printf %s '{TOKEN_TAIL}')",
        inputs={"PASSWORD": PASSWORD},
        expectedInputs={"PASSWORD": {"required": True, "sensitive": True}},
        outputFieldRules={"TOKEN": token},
    )
    wait = step(
        'echo "$COURIER_INPUT_TOKEN"; test -e once && exit 0; touch once; sleep 60', retryCount=1
    )
    use = step(f"test \"$COURIER_INPUT_TOKEN\" = '{TOKEN_HEAD}''{TOKEN_TAIL}'")
    return job([group(nodes, batch=NODES // 2)], [login, wait, use])


def begun(nodes: list[Item]) -> int:
    return sum((Path(node["home"]) / "once").exists() for node in nodes)


def test_everything_is_killed_while_secrets_are_in_use(tmp_path: Path) -> None:
    with Courier(tmp_path / "home") as courier:
        nodes = courier.lab(NODES)
        instance = courier.submit(the_job([node["id"] for node in nodes]))["instanceId"]
        for batch in (1, 2):
            reached = batch * NODES // 2
            assert wait_until(lambda reached=reached: begun(nodes) == reached, 30)  # type: ignore[misc]  # bound
            for pid in courier.runner_pids():
                os.kill(pid, signal.SIGKILL)
            courier.kill()
            assert [leaks(courier.home, secret) for secret in SECRETS] == [[], []]
            courier.start()
        assert courier.finish(instance, 60)["runCounts"] == {"success": NODES}
        assert [leaks(courier.home, secret) for secret in SECRETS] == [[], []]
