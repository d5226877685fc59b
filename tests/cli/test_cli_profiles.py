"""Profiles: backends elsewhere by name, kept in config.toml among what a person wrote there."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import cli_samples as sample
import pytest
from cli_backend import TOKEN, Backend, item, page, serving
from cli_outcome import Courier
from hypothesis import given
from hypothesis import strategies as st

from courier_backend.cli.profiles.reading import Profile, read_profiles
from courier_backend.cli.profiles.writing import put_default, put_profile, remove_profile
from courier_backend.daemon.settings import read_settings

JOBS = "/courier/scheduler-api/v1/jobs"
STATUS = "/courier/backend/v1/status"

WRITTEN = """# mine
[backend]
port = 7 # kept

[profiles.far]
url = "http://far"
token_file = "/t"

[runs]
timeout_seconds = 5
"""


@pytest.fixture
def config(courier_home: Path) -> Path:
    path = courier_home / "config" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Backend]:
    """A backend that nothing names yet."""
    with serving() as server:
        server.on("GET", STATUS, item({"pid": 1}))
        server.on("GET", JOBS, page(sample.job()))
        monkeypatch.setenv("COURIER_TOKEN", TOKEN)
        yield server


def register(courier: Courier, backend: Backend, *more: str) -> None:
    told = courier("register-device", "--url", backend.url, *more)
    assert told.code == 0, told.err


class TestRegistering:
    def test_makes_a_profile_that_works(
        self, courier: Courier, elsewhere: Backend, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        config.write_text(WRITTEN)
        register(courier, elsewhere, "--profile-name", "site", "--device-name", "d")
        monkeypatch.delenv("COURIER_TOKEN")

        assert courier("jobs", "list", "--profile", "site").code == 0
        kept = config.parent / "tokens" / "site"
        assert kept.read_text() == f"{TOKEN}\n"
        assert kept.stat().st_mode & 0o077 == 0
        assert config.read_text().startswith(WRITTEN)
        assert read_settings(config).runs.timeout_seconds == 5

    def test_asks_the_backend_first(self, courier: Courier, config: Path) -> None:
        with serving() as server:
            told = courier("register-device", "--url", server.url, "--profile-name", "x")
        assert told.code == 2
        assert "There is no token for the backend" in told.error["message"]
        assert not config.exists()

    def test_does_not_take_a_wrong_token(
        self, courier: Courier, elsewhere: Backend, config: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "t").write_text("wrong")
        told = courier(
            "register-device", "--url", elsewhere.url, "--token-file", str(tmp_path / "t")
        )
        assert told.code == 1
        assert not config.exists()

    def test_does_not_take_a_name_twice(
        self, courier: Courier, elsewhere: Backend, config: Path
    ) -> None:
        config.write_text(WRITTEN)
        told = courier("register-device", "--url", elsewhere.url, "--profile-name", "far")
        assert told.code == 1
        assert told.error["hint"] == "--overwrite replaces it."
        register(courier, elsewhere, "--profile-name", "far", "--overwrite")
        assert read_profiles(config).get("far").url == elsewhere.url
        assert "timeout_seconds = 5" in config.read_text()

    def test_says_what_means_nothing_here(
        self, courier: Courier, elsewhere: Backend, config: Path
    ) -> None:
        words = ["--device-name", "d", "--cafile", "c", "-i", "--dry-run", "-f", "yaml", "-v"]
        told = courier("register-device", "--url", elsewhere.url, *words)
        assert [line.split()[0] for line in told.err.splitlines()] == [
            "--device-name", "--cafile", "--insecure",
        ]  # fmt: skip
        assert "dryRun: true" in told.out
        assert not config.exists()

    def test_refuses_a_name_that_is_a_path(self, courier: Courier, elsewhere: Backend) -> None:
        told = courier("register-device", "--url", elsewhere.url, "--profile-name", "../x")
        assert told.code == 2


class TestTheDefault:
    def test_is_used_where_none_is_given(
        self, courier: Courier, elsewhere: Backend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        register(courier, elsewhere, "--profile-name", "site")
        monkeypatch.delenv("COURIER_TOKEN")
        assert courier("get-default-profile").json["item"] == {"profileName": "default", "url": ""}
        assert courier("set-default-profile", "site").json == {"item": {"profileName": "site"}}
        assert courier("get-default-profile").json["item"]["profileName"] == "site"
        for words in (["jobs", "list"], ["jobs", "list", "--profile", "default"]):
            assert courier(*words).code == 0
        assert len(elsewhere.sent("GET", JOBS)) == 2

    def test_gives_way_to_the_environment(
        self, courier: Courier, elsewhere: Backend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        register(courier, elsewhere, "--profile-name", "site")
        courier("set-default-profile", "--profile-name", "site")
        with serving() as another:
            another.on("GET", JOBS, page())
            monkeypatch.setenv("COURIER_URL", another.url)
            assert courier("jobs", "list").code == 0
            assert another.sent("GET", JOBS)

    def test_may_be_a_profile_called_so(
        self, courier: Courier, elsewhere: Backend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        register(courier, elsewhere)
        monkeypatch.delenv("COURIER_TOKEN")
        assert courier("jobs", "list").code == 0

    def test_is_set_back_to_this_machine(self, courier: Courier, config: Path) -> None:
        config.write_text(f'default_profile = "far"\n{WRITTEN}')
        assert courier("set-default-profile", "default").code == 0
        assert config.read_text() == WRITTEN

    def test_must_be_there(self, courier: Courier, config: Path) -> None:
        config.write_text(WRITTEN)
        told = courier("set-default-profile", "fra")
        assert (told.code, told.error["hint"]) == (2, "Did you mean 'far'?")
        assert courier("set-default-profile").code == 2
        assert config.read_text() == WRITTEN


class TestForgetting:
    def test_takes_the_profile_and_its_token(
        self, courier: Courier, elsewhere: Backend, config: Path
    ) -> None:
        config.write_text(WRITTEN)
        register(courier, elsewhere, "--profile-name", "site")
        courier("set-default-profile", "site")
        assert courier("deregister-device", "--profile", "site").code == 1
        assert courier("deregister-device", "--profile", "site", "--force").code == 0
        assert not (config.parent / "tokens" / "site").exists()
        assert config.read_text().strip() == WRITTEN.strip()

    def test_needs_one(self, courier: Courier, config: Path) -> None:
        config.write_text(WRITTEN)
        assert courier("deregister-device", "--profile", "none").code == 2
        assert courier("deregister-device").code == 2


def test_all_names(courier: Courier, config: Path) -> None:
    config.write_text(WRITTEN)
    assert courier("list-profile-names").json["items"] == ["default", "far"]
    assert courier("list-profile-names", "--format", "table").out == "default\nfar\n"


@pytest.mark.parametrize(
    "text",
    ['profiles.far = {url = "u", token_file = "t"}\n', 'profiles = {far = {url = "u"}}\n'],
)
def test_a_form_that_is_not_ours_is_left_alone(courier: Courier, config: Path, text: str) -> None:
    config.write_text(text)
    told = courier("deregister-device", "--profile", "far")
    assert told.code == 1
    assert told.error["hint"] == "Change it with an editor."
    assert config.read_text() == text


NAMES = st.sampled_from(["a", "b-1", "C_2", "default"])
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.lists(st.tuples(st.sampled_from("pdr"), NAMES, TEXTS), max_size=8))
def test_whatever_is_done_the_rest_stays(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_text(WRITTEN)
    expected = tomllib.loads(WRITTEN)
    for what, name, text in steps:
        if what == "p":
            put_profile(path, name, Profile(text, text))
            expected["profiles"][name] = {"url": text, "token_file": text}
        elif what == "d":
            put_default(path, name)
            expected["default_profile"] = name
        else:
            remove_profile(path, name)
            expected["profiles"].pop(name, None)
            if expected.get("default_profile") == name:
                del expected["default_profile"]
    assert tomllib.loads(path.read_text()) == expected
    assert "port = 7 # kept" in path.read_text()
