"""``register-device``, ``deregister-device`` and their like: backends elsewhere, by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from courier_backend.cli.answer import tell_done, write_data
from courier_backend.cli.declare import command
from courier_backend.cli.options import CHEF_ITEM, common, dry_run, pass_session
from courier_backend.cli.output import say, write
from courier_backend.cli.profiles.reading import DEFAULT, Profile, Profiles, read_profiles
from courier_backend.cli.profiles.writing import (
    checked_name,
    put_default,
    put_profile,
    remove_profile,
)
from courier_backend.cli.rehearsed import would
from courier_backend.cli.session import Session
from courier_backend.model.errors import BadInput, Conflict

_FOLDER: Final = "tokens"


@command(
    "register-device",
    example=(
        "courier register-device --url https://courier.example.org:31050 \\\n"
        "      --profile-name site --token-file token.txt"
    ),
)
@click.option("--url", "address", metavar="URL", required=True, help="Where that backend answers.")
@click.option("--profile-name", metavar="NAME", default=DEFAULT, help="What to call it (default).")
@click.option(
    "--token-file", "source", metavar="FILE", default="", help="Its token (else COURIER_TOKEN)."
)
@click.option("--overwrite", is_flag=True, help="Though there is a profile of this name.")
@click.option("--device-name", metavar="NAME", default="", help="Not used here.")
@click.option("--cafile", metavar="FILE", default="", help="Not used here.")
@click.option("--insecure", "-i", is_flag=True, help="Not used here.")
@dry_run
@common(CHEF_ITEM, with_address=False, short_format=True)
@pass_session
def register_device(
    session: Session,
    *,
    address: str,
    profile_name: str,
    source: str,
    overwrite: bool,
    device_name: str,
    cafile: str,
    insecure: bool,
) -> None:
    """Give a backend elsewhere a name, for --profile: its address and its token are kept.

    The token stands in run/backend.json of that backend's home, and is asked for at once.
    """
    _tell_unused(device_name, cafile, insecure=insecure)
    name = checked_name(profile_name)
    known = read_profiles(session.places.config_file)
    if name in known.tables and not overwrite:
        raise Conflict(f"There is a profile {name!r} already.", hint="--overwrite replaces it.")
    url, token = _proven(address, source)
    kept = session.places.config / _FOLDER / name
    would(session, f"write the profile {name!r} into {known.path}, and its token into {kept}")
    _keep_token(kept, token)
    put_profile(known.path, name, Profile(url, str(kept)))
    item = {"profileName": name, "url": url, "tokenFile": str(kept)}
    tell_done(session, {"item": item}, f"The backend at {url} is the profile {name!r} now.")


@command("deregister-device", example="courier deregister-device --profile site")
@click.option("--profile", "name", metavar="NAME", default=DEFAULT, help="Which one (default).")
@click.option("--force", is_flag=True, help="Though it is the default profile.")
@dry_run
@common(CHEF_ITEM, with_address=False, short_format=True)
@pass_session
def deregister_device(session: Session, *, name: str, force: bool) -> None:
    """Forget a backend elsewhere: its profile, and its token where it was kept here."""
    known = read_profiles(session.places.config_file)
    if name not in known.tables:
        raise known.unknown(name)
    if name == known.default and not force:
        raise Conflict(f"{name!r} is the default profile.", hint="--force removes it all the same.")
    kept = session.places.config / _FOLDER / name
    would(session, f"take the profile {name!r} out of {known.path}, and remove {kept}")
    remove_profile(known.path, name)
    kept.unlink(missing_ok=True)
    tell_done(session, {"item": {"profileName": name}}, f"The profile {name!r} is gone.")


@command("get-default-profile", example="courier get-default-profile")
@common(CHEF_ITEM, with_address=False, short_format=True)
@pass_session
def get_default_profile(session: Session) -> None:
    """The profile that is used where none is given ("default": this machine's own backend)."""
    known = read_profiles(session.places.config_file)
    _show_one(session, known, known.default or DEFAULT)


@command("set-default-profile", example="courier set-default-profile site")
@click.argument("name", required=False)
@click.option("--profile-name", "--profile", "named", metavar="NAME", default="", hidden=True)
@dry_run
@common(CHEF_ITEM, with_address=False, short_format=True)
@pass_session
def set_default_profile(session: Session, *, name: str | None, named: str) -> None:
    """Use this profile where none is given ("default": this machine's own backend)."""
    chosen = name or named
    known = read_profiles(session.places.config_file)
    if not chosen:
        raise BadInput("Name the profile.", hint=f"There are: {', '.join(known.names)}.")
    if chosen != DEFAULT and chosen not in known.tables:
        raise known.unknown(chosen)
    would(session, f"make {chosen!r} the default profile, in {known.path}")
    put_default(known.path, "" if chosen == DEFAULT else chosen)
    item = {"profileName": chosen}
    tell_done(session, {"item": item}, f"The default profile is {chosen!r} now.")


@command("list-profile-names", example="courier list-profile-names")
@common(CHEF_ITEM, with_address=False, short_format=True)
@pass_session
def list_profile_names(session: Session) -> None:
    """The names that --profile takes."""
    names = read_profiles(session.places.config_file).names
    if not session.for_programs:
        write("".join(f"{name}\n" for name in names))
    else:
        write_data(session, {"items": names, "totalItems": len(names)})


def _show_one(session: Session, known: Profiles, name: str) -> None:
    item = {"profileName": name, "url": known.get(name).url}
    if not session.for_programs:
        write(f"{name}\n")
    else:
        write_data(session, {"item": item})


def _proven(address: str, source: str) -> tuple[str, str]:
    """URL and token, once the backend there has taken the token."""
    from courier_backend.client import calls  # noqa: PLC0415  only here
    from courier_backend.client.connect import named_address  # noqa: PLC0415  only here
    from courier_backend.client.sync_client import SyncClient  # noqa: PLC0415  only here

    found = named_address(address, source, os.environ)
    assert found is not None  # noqa: S101  an address was given
    SyncClient(found).send(calls.backend_status())
    return found.url, found.token


def _keep_token(path: Path, token: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_text(f"{token}\n", "ascii")


def _tell_unused(device_name: str, cafile: str, *, insecure: bool) -> None:
    """Each of Chef's options that means nothing here, in a sentence."""
    if device_name:
        say("--device-name is not used: history names you by your user name.")
    if cafile:
        say("--cafile is not used: SSL_CERT_FILE names certificates beside the system's.")
    if insecure:
        say("--insecure is not used: certificates are always checked.")
