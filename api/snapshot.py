"""The document of the interface as a file under version control: `python -m api.snapshot` renews it.

A change of the interface is a change of this file, to be read before it is taken.
"""

import json
from pathlib import Path

from api.app import assemble
from api.document import document

FILE = Path(__file__).parent.parent / "docs" / "openapi.json"


def snapshot() -> str:
    """Return the document that the code states."""
    return json.dumps(document(assemble()), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(snapshot(), encoding="utf-8")
