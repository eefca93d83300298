"""Finding the instrument that a row speaks of: by factory number, within the business that uses it."""

from collections import defaultdict
from collections.abc import Iterable

from sqlmodel import Session

from registry.businesses.bearers import Bearers
from registry.businesses.rules import name_key
from registry.errors import Conflict, NotFound
from registry.instruments.queries import with_serials
from registry.instruments.tables import Instrument


class NumberedInstruments:
    """The instruments that the rows of a batch may speak of, read at once."""

    def __init__(self, session: Session, serial_numbers: Iterable[str]) -> None:
        found = with_serials(session, {name_key(number) for number in serial_numbers})
        bearers = Bearers(session, {row.business_id for row in found})
        self._held: dict[tuple[str, str], list[Instrument]] = defaultdict(list)
        for row in found:
            self._held[bearers.survivor(row.business_id), row.serial_key].append(row)

    def find(self, business_id: str, serial_no: str, maker: str | None) -> str:
        """Return the identifier of the one instrument of a business that bears a number.

        Args:
            business_id: The business that carries on.
            serial_no: Factory number, in any width and case.
            maker: Needed where two makers' instruments bear it; one on record without a maker fits any.

        Raises:
            NotFound: It has none.
            Conflict: It has several.
        """
        held = self._held.get((business_id, name_key(serial_no)), [])
        if maker is not None:
            key = name_key(maker)
            held = [row for row in held if row.maker_key == key] or [
                row for row in held if row.maker_key is None
            ]
        if not held:
            raise NotFound("instrument.not_found", field="serial_no", serial_no=serial_no)
        if len(held) > 1:
            raise Conflict("instrument.maker_needed", field="maker", count=len(held), serial_no=serial_no)
        return held[0].instrument_id
