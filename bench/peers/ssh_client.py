"""parallel-ssh: /bin/true on COUNT hosts at PORT of the loopback; prints seconds.

Runs under the interpreter of the ``ssh`` environment (``ssh_client.py PORT COUNT``).
"""

import sys
import time

from pssh.clients import ParallelSSHClient  # type: ignore[import-not-found]  # its own venv


def _run(port: int, count: int) -> float:
    hosts = ["127.0.0.1"] * count
    begin = time.perf_counter()
    client = ParallelSSHClient(
        hosts,
        user="bench",
        password="bench",
        port=port,
        pool_size=count,
        allow_agent=False,
        identity_auth=False,
    )
    outputs = client.run_command("/bin/true")
    client.join(outputs)
    took = time.perf_counter() - begin
    codes = {output.exit_code for output in outputs}
    if codes != {0} or len(outputs) != count:
        raise SystemExit(f"not all of {count} hosts answered with 0: {codes}")
    return took


if __name__ == "__main__":
    print(_run(int(sys.argv[1]), int(sys.argv[2])))
