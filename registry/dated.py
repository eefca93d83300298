"""The dates of facts as commands take them, and the rules that hold for the date of any fact."""

from datetime import date
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

from registry.calendar import PartialDate, Precision
from registry.errors import Malformed

UNDATED = PartialDate(None, Precision.UNKNOWN)


def _read(given: object) -> PartialDate:
    if isinstance(given, PartialDate):
        return given
    if isinstance(given, date):
        return PartialDate(given, Precision.DAY)
    if given is not None and not isinstance(given, str):
        raise PydanticCustomError("date.malformed", "a date is text: a day, a month or a year")
    try:
        return PartialDate.parse(given)
    except Malformed as malformed:
        raise PydanticCustomError("date.malformed", "not a date: {value}", {"value": given}) from malformed


GivenDate = Annotated[
    PartialDate,
    PlainValidator(_read, json_schema_input_type=str | None),
    PlainSerializer(PartialDate.isoformat, return_type=str | None),
]
"""A date to the day, month or year, in ISO text; null or empty where the source states none."""


def refuse_ahead(given: PartialDate, field: str, today: date) -> None:
    """Refuse a fact that cannot have happened yet.

    Args:
        given: Lies ahead when even its first possible day does.
        field: The input that holds it.
        today: Legal day of the act.

    Raises:
        Malformed: The date lies ahead.
    """
    first = given.earliest()
    if first is not None and first > today:
        raise Malformed("day.ahead", field=field, day=given.isoformat())


def refuse_end_before(given: PartialDate, valid_through: date | None) -> None:
    """Refuse a term whose last day comes before its first, or after which no day follows.

    Raises:
        Malformed: It ends before it begins, or on the last day that a calendar holds.
    """
    if valid_through == date.max:
        raise Malformed("term.endless", field="valid_through", end=date.max.isoformat())
    first = given.earliest()
    if first is not None and valid_through is not None and valid_through < first:
        raise Malformed(
            "term.ends_before",
            field="valid_through",
            start=given.isoformat(),
            end=valid_through.isoformat(),
        )


def gaps(field: str, given: PartialDate) -> tuple[str, ...]:
    """Return what a date lacks for a period or a score to count from it, as codes."""
    if given.precision is Precision.UNKNOWN:
        return (f"{field}.missing",)
    return () if given.precision is Precision.DAY else (f"{field}.not_to_the_day",)
