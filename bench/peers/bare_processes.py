"""The limit of the machine: bare asyncio processes with captured output, 16 at a time.

A program of its own (``bare_processes.py COUNT``), so that it is measured alone; prints seconds.
"""

import asyncio
import sys
import time
from typing import Final

AT_ONCE: Final = 16


async def _one(gate: asyncio.Semaphore) -> None:
    async with gate:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec("/bin/true", stdout=pipe, stderr=pipe)
        await process.communicate()
        if process.returncode != 0:
            raise SystemExit("/bin/true failed")


async def _all(count: int) -> float:
    gate = asyncio.Semaphore(AT_ONCE)
    begin = time.perf_counter()
    await asyncio.gather(*(_one(gate) for _ in range(count)))
    return time.perf_counter() - begin


if __name__ == "__main__":
    print(asyncio.run(_all(int(sys.argv[1]))))
