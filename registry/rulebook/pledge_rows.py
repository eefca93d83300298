"""What a pledge says and for how long it is given: wording and terms are data, never Python."""

from typing import ClassVar

from pydantic import Field

from registry.rulebook.model import Months, Row

GENERAL = "honest_metrology"  # its articles begin every pledge


class PledgeText(Row):
    """The articles of a pledge (自我承诺); its code is the matter that is pledged.

    Attributes:
        articles_zh: What is pledged, article by article; the matter `honest_metrology` begins every
            other one.
        articles_en: The same in English, for reading.
        term_months: For how long it is given; None: open.
    """

    table: ClassVar[str] = "pledge_texts"

    articles_zh: tuple[str, ...] = Field(min_length=1)
    articles_en: tuple[str, ...] = Field(min_length=1)
    term_months: Months | None = None
