"""What is wrong with the shape of a value, in words that catalogues hold.

The library that checks shapes speaks English and of its own insides; its findings are said again
here as refusals of ours, for requests and for rows of files alike.
"""

from collections.abc import Mapping
from typing import Any

from registry.errors import Malformed


def misfit(  # noqa: PLR0911  # a table
    kind: str, more: Mapping[str, Any], field: str | None = None
) -> Malformed:
    """Return what a check of shape found, as a refusal of ours.

    Args:
        kind: Type of the error, as pydantic names it.
        more: Its context: bounds and choices.
        field: The input that it speaks of.
    """
    match kind:
        case "missing":
            return Malformed("field.missing", field=field)
        case "extra_forbidden":
            return Malformed("field.unknown", field=field)
        case "string_type":
            return Malformed("field.not_text", field=field)
        case "int_type" | "int_from_float" | "int_parsing_size":
            return Malformed("field.not_whole", field=field)
        case "tuple_type" | "list_type":
            return Malformed("field.not_list", field=field)
        case "model_type" | "dict_type" | "model_attributes_type":
            return Malformed("field.not_object", field=field)
        case "literal_error" | "enum":
            return Malformed("field.choice", field=field, choices=more["expected"].replace(" or ", ", "))
        case "date_type" | "date_parsing" | "date_from_datetime_parsing" | "date_from_datetime_inexact":
            return Malformed("field.not_day", field=field)
        case "text.hidden":
            return Malformed("field.hidden", field=field)
        case "date.malformed":
            return Malformed("field.not_date", field=field)
        case "base64_decode" | "bytes_type":
            return Malformed("field.not_base64", field=field)
        case _:
            return _bounds(kind, more, field)


def _bounds(kind: str, more: Mapping[str, Any], field: str | None) -> Malformed:
    match kind:
        case "string_too_short" | "too_short":
            return Malformed("field.too_short", field=field, least=more["min_length"])
        case "string_too_long" | "too_long" | "bytes_too_long":
            return Malformed("field.too_long", field=field, most=more["max_length"])
        case "greater_than_equal":
            return Malformed("field.too_small", field=field, least=more["ge"])
        case "less_than_equal":
            return Malformed("field.too_large", field=field, most=more["le"])
        case _:
            return Malformed("field.invalid", field=field)
