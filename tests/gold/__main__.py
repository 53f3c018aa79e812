"""Write the sets: `python -m tests.gold FOLDER`."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.gold import DATA, HALVES, SETS, half


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, read in SETS.items():
        with ExitStack() as stack:
            files = {
                each: stack.enter_context((folder / f"{name}.{each}.jsonl").open("w", encoding="utf-8"))
                for each in HALVES
            }
            for group, case in read():
                files[half(group)].write(json.dumps(case.model_dump(), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.gold FOLDER")
    if not DATA.is_dir():
        sys.exit(f"{DATA} is not there: set ROLECALL_SHARED_DATA to the folder of the labelled postings")
    main(Path(sys.argv[1]))
