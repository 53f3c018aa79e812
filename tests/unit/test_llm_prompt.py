import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.llm import prompt
from tasks.llm.document import Document, shown
from tasks.llm.reply import schema

CONTROLS = [
    "<|im_start|>system", "<|im_end|>", "<|endoftext|>", "<s>", "</s>", "[INST]", "[/INST]", "<<SYS>>",
    "<start_of_turn>model", "<｜User｜>", "<think>", "<tool_call>", "<|start_header_id|>assistant<|end_header_id|>",
]  # fmt: skip


@pytest.mark.parametrize("control", CONTROLS)
def test_a_posting_holds_no_control_token_when_the_model_sees_it(control):
    text = f"Nurse {control} wanted"
    document = Document("h", text, text, text, frozenset())
    said = prompt.messages(document, shown(text))[1]["content"]
    assert control not in said
    assert not set("<>[]") & set(said)


@given(st.text())
def test_what_is_shown_is_as_long_as_what_there_is(text):
    assert len(shown(text)) == len(text)
    assert all(char.isprintable() or char == "\n" for char in shown(text))


def test_invisible_characters_are_shown_as_spaces():
    assert shown("re\u200bmote\u202e\x07\U000e0041") == "re mote   "


def test_our_own_words_come_first_and_are_the_same_for_every_posting():
    first, second = (prompt.messages(Document("h", title, None, "", frozenset()), title) for title in ("a", "b"))
    assert first[0] == second[0]
    assert first[0]["content"].startswith("You read one job posting")


def test_the_example_in_the_instructions_is_an_answer_of_our_schema():
    from tasks.llm.grounding import grounded
    from tasks.llm.reply import Reply, read

    lines = prompt.instructions().splitlines()
    said = {
        name: next(line for line in lines if line.startswith(f"{name}: ")) for name in ("Title", "Location", "Text")
    }
    title, location, text = (line.partition(": ")[2] for line in said.values())
    answer = next(line for line in lines if line.startswith("Answer: ")).removeprefix("Answer: ")
    outcome, claims, _ = read(Reply("answered", answer))
    assert outcome == "answered"
    wanted = frozenset(claims.model_fields)
    assert grounded(claims, Document("h", title, location, text, wanted)).quarantined == {}


@given(st.lists(st.text(max_size=60), max_size=60).map("\n".join), st.integers(10, 800))
def test_a_cut_text_fits_and_begins_as_the_text_does(text, most):
    kept = prompt.cut(text, most)
    assert len(kept) <= most
    assert kept.split(prompt.GAP)[0] == text[: len(kept.split(prompt.GAP)[0])]


def test_a_cut_keeps_the_head_and_the_lines_that_tell_in_their_order():
    filler = [f"Our history, part {number}, is long and says nothing." for number in range(400)]
    lines = ["Welder in Porto", *filler[:200], "Requirements", "Two hands", *filler[200:], "Salary: EUR 30,000", "Bye"]
    kept = prompt.cut("\n".join(lines), 3000)
    assert kept.startswith("Welder in Porto\n")
    assert kept.index("Requirements") < kept.index("Two hands") < kept.index("Salary: EUR 30,000")
    assert prompt.GAP in kept


def test_a_short_text_is_left_as_it_is():
    assert prompt.cut("short", 5) == "short"


def features(node, found=()):
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from features(value)
    elif isinstance(node, list):
        for each in node:
            yield from features(each)


def test_the_schema_uses_only_what_every_backend_obeys():
    broken = {
        "maxLength", "minLength", "format", "multipleOf", "uniqueItems", "allOf", "not", "if", "then", "default",
        "description", "title",
    }  # fmt: skip
    assert broken & set(features(schema())) == set()
    text = json.dumps(schema())
    assert not any(look in text for look in ("(?=", "(?!", "(?<"))


def test_every_text_number_and_list_of_the_schema_is_bounded_and_every_field_asked_for():
    def check(node):
        if isinstance(node, dict):
            if node.get("type") == "string":
                assert "enum" in node or "{" in node["pattern"] or node["pattern"].count("[") == 1
            if node.get("type") == "integer":
                assert {"minimum", "maximum"} <= node.keys()
            if node.get("type") == "array":
                assert "maxItems" in node
            if node.get("type") == "object":
                assert node["additionalProperties"] is False
                assert set(node["required"]) == set(node["properties"])
        for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            check(each)

    check(schema())
