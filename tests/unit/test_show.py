from types import SimpleNamespace

from flows import show


def test_a_warning_is_a_plain_line_on_stderr_and_nothing_in_it_is_obeyed(capsys):
    show.result(SimpleNamespace(name="Completed", message=""), [], ["no cache: [red]x\x1b[0m"], None, as_json=False)
    assert capsys.readouterr().err == "warning: no cache: [red]x [0m\n"
