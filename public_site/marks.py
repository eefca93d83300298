"""Marking in a text the run for which it was found."""

from collections.abc import Iterable

from markupsafe import Markup, escape

from search_index.protocol import Reason


def marked(text: str, reasons: Iterable[Reason], *fields: str) -> Markup:
    """Return a text, escaped, with the runs marked that matched in it.

    Args:
        text: As the public may see it; a run that is not in it is not marked.
        reasons: Why the business was found.
        fields: The fields of a business that the text shows.
    """
    spans = sorted(
        (place, place + len(one.matched))
        for one in reasons
        if one.field in fields and one.matched and (place := text.find(one.matched)) >= 0
    )
    parts, done = [], 0
    for start, end in spans:
        if start < done:
            continue
        parts += [escape(text[done:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        done = end
    return Markup("").join([*parts, escape(text[done:])])
