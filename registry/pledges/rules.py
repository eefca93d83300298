"""What a pledge can be about."""

from typing import Literal

Matter = Literal[
    "honest_metrology",
    "retail_weighing",
    "fuel",
    "net_content",
    "optometry",
    "medical",
    "taxi",
    "utility_meters",
]
