import pytest

from tasks.errors import ConfigError


def test_defaults_work_without_any_setting(make_settings):
    made = make_settings()
    assert made.database.name == "rolecall.db"
    assert made.engine is None


def test_every_wrong_setting_is_told_at_once_by_its_name(make_settings, monkeypatch):
    monkeypatch.setenv("ROLECALL_ENGINE", "no.such.module:engine")
    with pytest.raises(ConfigError) as caught:
        make_settings(max_companies="many", redis_timeout_seconds=-1)
    told = {fault.split("=")[0] for fault in caught.value.faults}
    assert told == {"ROLECALL_MAX_COMPANIES", "ROLECALL_REDIS_TIMEOUT_SECONDS", "ROLECALL_ENGINE"}


def test_redis_url_is_read_under_both_of_its_names(make_settings, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    assert make_settings().redis_url == "redis://127.0.0.1:1"
    assert make_settings(redis_url="off").redis_url == "off"
