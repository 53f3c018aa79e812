import json
from types import SimpleNamespace

from flows import show


def test_a_warning_is_a_plain_line_on_stderr_and_nothing_in_it_is_obeyed(capsys):
    counts = {"outcomes": "{}", "fields": "{}", "saved_calls": 0, "extracted": 0, "cache_hits": 0}
    run = {"warnings": json.dumps(["no cache: [red]x\x1b[0m"]), **counts}
    show.result(SimpleNamespace(name="Completed", message=""), [], run, None, as_json=False)
    assert capsys.readouterr().err == "warning: no cache: [red]x [0m\n"
