"""The transparency report as a page: a calendar year, month by month and office by office."""

from collections.abc import Callable
from datetime import date

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from api.edge import Edge
from public_site.charts import NARROW, bars, stacked
from public_site.reader import Reader
from public_site.render import link
from registry.store.engine import reading
from registry.transparency.answers import Figures, OfficeMonth, TransparencyReport
from registry.transparency.queries import report

DRAWN = ("listed_red", "listed_black", "deadlines_missed")
MONTHS = tuple(f"{number:02}" for number in range(1, 13))


@get("/transparency", sync_to_thread=True, include_in_schema=False)
def transparency(
    edge: NamedDependency[Edge], reader: NamedDependency[Reader], year: FromQuery[str] = ""
) -> Response[str]:
    """Show what the offices did in a year; one that cannot be meant is taken for the present one."""
    found = _of_year(edge, _year(year, edge.today()))
    asked, this_year = found.from_on.year, edge.today().year
    span = {"from": found.from_on.isoformat(), "to": found.to_on.isoformat()}
    return reader.page(
        "transparency.html",
        year=asked,
        as_of=found.as_of_on,
        total=sum(found.items, Figures()),
        months=_summed(found, lambda item: item.month),
        offices=_summed(found, lambda item: item.office_name),
        grounds=[name for name in Figures.model_fields if name.startswith("withdrawn_")],
        chart=f"/transparency/{asked}",
        before=link("/transparency", year=str(asked - 1)) if asked > date.min.year else None,
        after=link("/transparency", year=str(asked + 1)) if asked < this_year else None,
        answer=link("/api/v1/transparency", **span),
        table_address=link("/api/v1/transparency.csv", **span),
    )


@get("/transparency/{name:str}", sync_to_thread=True, include_in_schema=False)
def chart(edge: NamedDependency[Edge], reader: NamedDependency[Reader], name: FromPath[str]) -> Response[str]:
    """Draw listings and missed deadlines of a year by month.

    Raises:
        NotFoundException: The name is not that of a year's picture.
    """
    year = _year(name[:4], edge.today())
    if name not in (f"{year:04}.svg", f"{year:04}{NARROW}.svg"):
        raise NotFoundException
    months = dict(_summed(_of_year(edge, year), lambda item: item.month))
    t = reader.t
    series = {
        t(f"transparency.{figure}"): [
            getattr(months.get(f"{year:04}-{month}", Figures()), figure) for month in MONTHS
        ]
        for figure in DRAWN
    }
    labels = [t("transparency.month", month=int(month)) for month in MONTHS]
    draw = stacked if NARROW in name else bars
    return Response(draw(labels, series), media_type="image/svg+xml")


def _of_year(edge: Edge, year: int) -> TransparencyReport:
    fallen = edge.not_withdrawn()
    with reading(edge.engine) as session:
        return report(session, fallen, edge.today(), from_on=date(year, 1, 1), to_on=date(year, 12, 31))


def _year(asked: str, today: date) -> int:
    """Return the year that a reader asked for, or the present one."""
    known = asked.isascii() and asked.isdecimal() and len(asked) == 4
    return int(asked) if known and date.min.year <= int(asked) <= today.year else today.year


def _summed(found: TransparencyReport, key: Callable[[OfficeMonth], str]) -> list[tuple[str, Figures]]:
    """Return the figures summed by what a row of a table stands for, in order."""
    sums: dict[str, Figures] = {}
    for item in found.items:
        sums[key(item)] = sums.get(key(item), Figures()) + item
    return sorted(sums.items())
