"""An ssh server on the loopback (asyncssh) that executes what it is asked to; prints its port.

Runs under the interpreter of the ``ssh`` environment until its standard input ends.
"""

import asyncio
import sys

import asyncssh  # type: ignore[import-not-found]  # installed in its own environment


class _Anybody(asyncssh.SSHServer):  # type: ignore[misc]  # asyncssh is not installed for checks
    """Lets anybody in: it listens on the loopback, for as long as one measurement."""

    def begin_auth(self, username: str) -> bool:
        """Ask for a password."""
        return bool(username)

    def password_auth_supported(self) -> bool:
        """Passwords are welcome."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Any will do."""
        return bool(username and password)


async def _execute(process: "asyncssh.SSHServerProcess") -> None:
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_shell(process.command, stdout=pipe, stderr=pipe)
    stdout, stderr = await child.communicate()
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    process.exit(child.returncode)


async def _serve() -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.create_server(
        _Anybody, "127.0.0.1", 0, server_host_keys=[key], process_factory=_execute, encoding=None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
