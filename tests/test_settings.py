"""Settings: each is checked before anything starts, and no problem shows a value."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import BadSettings, Needs, Settings, load

COMPLETE = {
    "SLACK_BOT_TOKEN": "xoxb-for-tests",
    "SLACK_SIGNING_SECRET": "signing-secret-for-tests",
    "AGORA_APP_ID": "0123456789abcdef0123456789abcdef",
    "AGORA_CUSTOMER_ID": "example-customer-id",
    "AGORA_CUSTOMER_SECRET": "customer-secret-for-tests",
}


def serve(**changes: str) -> Settings:
    return load(Needs.SERVE, environ=COMPLETE | changes, env_file=None)


def problems(needs: Needs = Needs.SERVE, /, **environ: str) -> tuple[str, ...]:
    with pytest.raises(BadSettings) as caught:
        load(needs, environ=environ, env_file=None)
    return caught.value.problems


def test_defaults_are_those_of_the_table() -> None:
    """
    With the required settings alone, everything else has its documented default.
    """
    settings = serve()

    assert "https://slack.com/api/" == settings.slack_api_url
    assert "https://api.agora.io" == settings.agora_api_url
    assert ("hmac", 4, 25) == (settings.agora_auth, settings.agora_attempts, settings.agora_calls_per_s)
    assert timedelta(seconds=10) == settings.agora_timeout
    assert timedelta(seconds=300) == settings.confirm_ttl
    assert (Path(".agora-bot"), "0.0.0.0", 3000) == (settings.data_dir, settings.host, settings.port)
    assert ("disruptive", "info", "text") == (settings.confirm, settings.log_level, settings.log_format)
    assert 100_000 == settings.audit_records
    assert (None, None, None, None) == (
        settings.redis_url,
        settings.public_url,
        settings.slack_app_token,
        settings.agora_notify_secret,
    )
    assert ((), frozenset()) == (settings.secret_key, settings.bot_admins)


def test_each_missing_setting_is_a_line() -> None:
    """
    Every required setting that is missing has one line, which begins with its name.
    """
    assert list(COMPLETE) == [line.split(" is missing. ")[0] for line in problems()]


def test_all_problems_are_told_at_once() -> None:
    """
    Missing and wrong settings are reported together.
    """
    lines = problems(
        **{name: value for name, value in COMPLETE.items() if name != "AGORA_APP_ID"}, PORT="http", CONFIRM="no"
    )

    assert ["AGORA_APP_ID", "PORT", "CONFIRM"] == [line.split()[0] for line in lines]


WRONG = [
    ("SLACK_BOT_TOKEN", "xapp-planted", "put it in SLACK_APP_TOKEN"),
    ("SLACK_BOT_TOKEN", "xoxe.xoxb-planted", "without token rotation"),
    ("SLACK_BOT_TOKEN", "planted", "must start with xoxb-"),
    ("SLACK_BOT_TOKEN", "xoxb-planted planted", "holds blanks"),
    ("SLACK_APP_TOKEN", "xoxb-planted", "put it in SLACK_BOT_TOKEN"),
    ("SLACK_APP_TOKEN", "planted", "must start with xapp-"),
    ("SLACK_SIGNING_SECRET", "xoxb-planted", "is a token"),
    ("SLACK_SIGNING_SECRET", "xapp-planted", "is a token"),
    ("SLACK_SIGNING_SECRET", "planted", "is too short"),
    ("SLACK_API_URL", "planted.example.com", "is no address"),
    ("SLACK_API_URL", "http://planted.example.com/api/", "must start with https://"),
    ("AGORA_APP_ID", "planted/planted", "is no identifier"),
    ("AGORA_APP_ID", "planted planted", "holds blanks"),
    ("AGORA_CUSTOMER_ID", "planted:planted", "is no identifier"),
    ("AGORA_CUSTOMER_SECRET", "planted\nplanted", "holds blanks"),
    ("AGORA_API_URL", "ftp://planted.example.com", "is no address"),
    ("AGORA_API_URL", "https://", "is no address"),
    ("AGORA_API_URL", "https://planted.example.com:port", "is no address"),
    ("AGORA_API_URL", "https://[planted", "is no address"),
    ("AGORA_API_URL", "https://someone:planted@example.com", "without a user name"),
    ("AGORA_API_URL", "https://example.com/?planted", "without a user name"),
    ("AGORA_AUTH", "planted", "must be hmac or basic"),
    ("AGORA_TIMEOUT_S", "planted", "must be a number of seconds"),
    ("AGORA_TIMEOUT_S", "0", "must be a number of seconds"),
    ("AGORA_TIMEOUT_S", "nan", "must be a number of seconds"),
    ("AGORA_TIMEOUT_S", "inf", "must be a number of seconds"),
    ("AGORA_ATTEMPTS", "0", "from 1 to 20"),
    ("AGORA_ATTEMPTS", "2.5", "from 1 to 20"),
    ("AGORA_CALLS_PER_S", "-1", "above 0"),
    ("REDIS_URL", "planted", "is no address of a Redis"),
    ("REDIS_URL", "https://:planted@example.com", "is no address of a Redis"),
    ("HOST", "http://planted", "must be a host name or an IP address"),
    ("PORT", "planted", "from 0 to 65535"),
    ("PORT", "65536", "from 0 to 65535"),
    ("PORT", "-1", "from 0 to 65535"),
    ("SECRET_KEY", "planted", "at least 32 characters"),
    ("SECRET_KEY", f"{'k' * 32},planted", "at least 32 characters"),
    ("SECRET_KEY", ",", "at least 32 characters"),
    ("PUBLIC_URL", "planted", "is no address"),
    ("PUBLIC_URL", "http://planted.example.com", "must start with https://"),
    ("BOT_ADMINS", "U012AB3CD,planted", "must be Slack user ids"),
    ("BOT_ADMINS", "@planted", "must be Slack user ids"),
    ("CONFIRM", "planted", "must be disruptive, or changes"),
    ("CONFIRM_TTL_S", "0", "from 1 to 86400"),
    ("AUDIT_RECORDS", "99", "from 100 to 10000000"),
    ("AUDIT_RECORDS", "100,000", "without a comma"),
    ("LOG_LEVEL", "planted", "must be debug, info, warning or error"),
    ("LOG_FORMAT", "planted", "must be text or json"),
]


@pytest.mark.parametrize(("name", "value", "words"), WRONG)
def test_wrong_setting_is_named(name: str, value: str, words: str) -> None:
    """
    A wrong setting is one line that names it and says what to do, and does not show what it holds.
    """
    lines = problems(**COMPLETE | {name: value})

    assert 1 == len(lines)
    assert lines[0].startswith(f"{name} ")
    assert words in lines[0]
    assert "planted" not in lines[0]
    assert lines[0].endswith(".")


def test_wrong_settings_leave_no_value_in_the_exception() -> None:
    """
    Neither the exception nor what it came from holds a value.
    """
    with pytest.raises(BadSettings) as caught:
        serve(SLACK_BOT_TOKEN="xapp-planted", PORT="planted")

    assert "planted" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "value", ["http://127.0.0.1:8080", "http://localhost:8080", "http://bot.localhost", "http://[::1]:1", "https://a.b"]
)
def test_http_is_for_this_machine(value: str) -> None:
    """
    Addresses of this machine may do without TLS.
    """
    assert value == serve(AGORA_API_URL=value).agora_api_url


def test_addresses_end_as_they_are_used() -> None:
    """
    Slack's base address ends in a slash, Agora's and ours do not, however they were typed.
    """
    settings = serve(
        SLACK_API_URL="https://slack.example.com/api",
        AGORA_API_URL="https://a.example.com/",
        PUBLIC_URL="https://b.c/x/",
    )

    assert "https://slack.example.com/api/" == settings.slack_api_url
    assert "https://a.example.com" == settings.agora_api_url
    assert "https://b.c/x" == settings.public_url


@pytest.mark.parametrize(
    "value",
    [
        "redis://localhost",
        "rediss://:password-for-tests@redis.example.com:6380/1",
        "unix:///run/redis.sock",
        "redis+sentinel://one:26379,two:26379/mymaster/0",
        "rediss+cluster://one:7000,two:7000",
    ],
)
def test_redis_forms_are_taken(value: str) -> None:
    """
    Single servers, sockets, Sentinel and Cluster can be written.
    """
    assert SecretStr(value) == serve(REDIS_URL=value).redis_url


def test_lists_and_choices_are_read() -> None:
    """
    Lists are separated by commas with or without blanks, choices are read without regard to case.
    """
    settings = serve(
        BOT_ADMINS="U012AB3CD, W012AB3CE,", SECRET_KEY=f"{'k' * 32}, {'l' * 40}", LOG_LEVEL="DEBUG", CONFIRM="Changes"
    )

    assert frozenset({"U012AB3CD", "W012AB3CE"}) == settings.bot_admins
    assert (SecretStr("k" * 32), SecretStr("l" * 40)) == settings.secret_key
    assert ("debug", "changes") == (settings.log_level, settings.confirm)


def test_empty_is_unset() -> None:
    """
    An empty or blank value is the same as none.
    """
    settings = serve(REDIS_URL="", SLACK_APP_TOKEN=" ", PORT="")

    assert (None, None, 3000) == (settings.redis_url, settings.slack_app_token, settings.port)


def test_unknown_names_are_left_alone() -> None:
    """
    The environment holds much that is not ours.
    """
    assert serve() == serve(PATH="/bin", SLACK_SOMETHING="else")


def test_file_fills_what_the_environment_leaves_open(tmp_path: Path) -> None:
    """
    The environment wins over the file; where it is silent or empty, the file counts.
    """
    file = tmp_path / ".env"
    file.write_text('# mine\nPORT=4000\nHOST="127.0.0.1"\nexport CONFIRM=changes\nOTHER=thing\n')

    settings = load(Needs.SERVE, environ=COMPLETE | {"PORT": "5000", "HOST": ""}, env_file=file)

    assert (5000, "127.0.0.1", "changes") == (settings.port, settings.host, settings.confirm)


def test_file_may_be_missing(tmp_path: Path) -> None:
    """
    There need not be a file.
    """
    assert serve() == load(Needs.SERVE, environ=COMPLETE, env_file=tmp_path / ".env")


def test_file_that_is_no_text_is_a_problem(tmp_path: Path) -> None:
    """
    A file that can't be read is named.
    """
    file = tmp_path / ".env"
    file.write_bytes(b"PORT=\xff\xfe")

    with pytest.raises(BadSettings, match=r"\.env can't be read"):
        load(Needs.SERVE, environ=COMPLETE, env_file=file)


def test_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Without another one given, the process's own environment counts.
    """
    monkeypatch.setenv("DATA_DIR", "/var/lib/agora-bot")

    assert Path("/var/lib/agora-bot") == load(Needs.STORE, env_file=None).data_dir


def test_store_needs_the_store_alone() -> None:
    """
    What only works on the store starts without Slack and Agora, and whatever their settings hold.
    """
    settings = load(
        Needs.STORE,
        environ={"REDIS_URL": "redis://localhost", "SLACK_BOT_TOKEN": "xapp-wrong", "PORT": "wrong"},
        env_file=None,
    )

    assert SecretStr("redis://localhost") == settings.redis_url
    assert SecretStr("") == settings.slack_bot_token


def test_store_settings_are_checked() -> None:
    """
    What works on the store stops on a wrong setting of the store.
    """
    assert ["REDIS_URL"] == [line.split()[0] for line in problems(Needs.STORE, REDIS_URL="wrong")]


def test_worker_needs_no_signing_secret() -> None:
    """
    A worker needs what `serve` needs, but for the signing secret and the app token.
    """
    assert sorted(set(COMPLETE) - {"SLACK_SIGNING_SECRET"}) == sorted(
        line.split()[0] for line in problems(Needs.WORKER)
    )
    assert load(Needs.WORKER, environ=COMPLETE | {"SLACK_APP_TOKEN": "wrong"}, env_file=None).slack_app_token is None


def test_settings_do_not_change() -> None:
    """
    Settings are frozen.
    """
    with pytest.raises(ValidationError, match="frozen"):
        serve().port = 1


def test_settings_do_not_show_secrets() -> None:
    """
    Printing the settings shows no secret, and `secrets` lists each in every form that a log may hold.
    """
    settings = serve(
        SLACK_APP_TOKEN="xapp-for-tests",
        AGORA_NOTIFY_SECRET="notify-secret-for-tests",
        SECRET_KEY=f"{'k' * 32},{'l' * 32}",
        REDIS_URL="redis://bot:pass%40word@one:1,two:2/primary/0?sentinel_password=other-password",
    )

    assert {
        "xoxb-for-tests",
        "signing-secret-for-tests",
        "xapp-for-tests",
        "customer-secret-for-tests",
        "notify-secret-for-tests",
        "k" * 32,
        "l" * 32,
        "redis://bot:pass%40word@one:1,two:2/primary/0?sentinel_password=other-password",
        "pass%40word",
        "pass@word",
        "other-password",
        # RFC 7617: what basic authentication sends, in the default set-up of many HTTP clients' logs.
        "ZXhhbXBsZS1jdXN0b21lci1pZDpjdXN0b21lci1zZWNyZXQtZm9yLXRlc3Rz",
    } == set(settings.secrets())
    assert [] == [secret for secret in settings.secrets() if secret in repr(settings)]
