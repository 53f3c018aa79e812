"""What a run took and saved, each in one line."""

import json
from collections.abc import Mapping
from typing import Any

SAVED = {
    "not_modified": "pages not sent again (304)",
    "same_bytes": "the same byte for byte",
    "not_asked": "job pages not asked for",
    "not_extracted": "texts not extracted again",
}


def sentence(run: Mapping[str, Any]) -> str:
    """What extracting took, in one line."""
    parts = [f"{run['extracted']:,} extracted", f"{run['cache_hits']:,} remembered"]
    outcomes = json.loads(run["outcomes"])
    if asked := sum(outcomes.values()):
        said = ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()))
        prompt, completion = run["prompt_tokens"] / asked, run["completion_tokens"] / asked
        parts.append(f"model: {said}; {prompt:,.0f} + {completion:,.0f} tokens a posting, {run['model_seconds']:.1f} s")
    if run["saved_calls"]:
        parts.append(f"{run['saved_calls']:,} calls of {run['saved_seconds']:.1f} s saved")
    return " · ".join(parts)


def saved(values: Mapping[str, Any] | None) -> str:
    """What a run did not have to do, in one line."""
    parts = [f"{values[name]:,} {words}" for name, words in SAVED.items() if values[name]] if values else []
    if values and values["bytes_saved"]:
        parts.append(f"{values['bytes_saved'] / 1_000_000:,.1f} MB")
    return ", ".join(parts) or "nothing"
