"""From answers to a page: one Jinja environment, and how money, days and counts are written."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import MediaType, Response

from public_site.assets import address_of, icon
from public_site.marks import marked
from public_site.texts import Words, words
from registry.settings import Settings
from registry.texts import Language

SHANGHAI = ZoneInfo("Asia/Shanghai")
LANG_TAGS: Mapping[Language, str] = {"zh": "zh-CN", "en": "en"}


class Named(Protocol):
    """What has a name in each language."""

    @property
    def name_zh(self) -> str:
        """Its name in Chinese."""

    @property
    def name_en(self) -> str:
        """Its name in English."""


class Written:
    """How values are written in one language."""

    def __init__(self, t: Words) -> None:
        self.t = t

    def money(self, fen: int) -> str:
        """Write an amount.

        Args:
            fen: Amount in fen.
        """
        sign = "-" if fen < 0 else ""
        yuan, rest = divmod(abs(fen), 100)
        return self.t("write.money", amount=f"{sign}{yuan:,}.{rest:02d}")

    def count(self, number: int) -> str:
        """Write a whole number in groups of three digits."""
        return f"{number:,}"

    def day(self, on: date | None, precision: str = "day") -> str:
        """Write a day as precisely as it is known, or that it is not known."""
        if on is None or precision == "unknown":
            return self.t("write.no_day")
        return self.t(f"write.{precision}", year=on.year, month=on.month, day=on.day)

    def day_of(self, said: str) -> str:
        """Write a day that stands as ISO 8601 in what was kept of an act."""
        return self.day(date.fromisoformat(said))

    def last_day(self, until: date) -> str:
        """Write the last day of a period.

        Args:
            until: First day on which it is over.
        """
        return self.day(until - timedelta(days=1))

    def schedule(self, published_on: str) -> str:
        """Write when a list comes out: daily, weekly:1 to weekly:7, monthly:1 to monthly:28."""
        rhythm, _, day = published_on.partition(":")
        weekday = self.t(f"list.weekday_{day}") if rhythm == "weekly" else ""
        return self.t(f"list.{rhythm}", weekday=weekday, day=day)

    def named(self, one: Named) -> str:
        """Return the name of what has one in each language."""
        return one.name_zh if self.t.language == "zh" else one.name_en

    def moment(self, at: datetime) -> str:
        """Write an instant as the clock shows it in Shanghai."""
        local = at.astimezone(SHANGHAI)
        return self.t("write.moment", day=self.day(local.date()), time=f"{local:%H:%M}")


@cache
def environment(language: Language) -> Environment:
    """Return the templates of a language; a name that is not given to a template is an error."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    t = words(language)
    written = Written(t)
    made.globals |= {
        "t": t,
        "lang": LANG_TAGS[language],
        "icon": icon,
        "asset": address_of,
        "link": link,
        "marked": marked,
    }
    made.filters |= {
        "named": written.named,
        "money": written.money,
        "count": written.count,
        "day": written.day,
        "day_of": written.day_of,
        "last_day": written.last_day,
        "moment": written.moment,
        "schedule": written.schedule,
        "points": points,
        "share": share,
    }
    return made


def points(hundredths: int, *, signed: bool = False) -> str:
    """Write hundredths of a point, with a sign where asked for."""
    whole, rest = divmod(abs(hundredths), 100)
    sign = "−" if hundredths < 0 else "+" if signed and hundredths else ""
    return f"{sign}{whole}.{rest:02d}".removesuffix(".00")


def share(basis_points: int) -> str:
    """Write a share."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02d}".removesuffix(".00") + "%"


def link(path: str, **query: str | None) -> str:
    """Return an address with those parts of a query that are not empty."""
    asked = {name: value for name, value in query.items() if value}
    return f"{path}?{urlencode(asked)}" if asked else path


def page(
    settings: Settings, template: str, *, status: int = 200, language: Language = "zh", **context: object
) -> Response[str]:
    """Render a page.

    Args:
        settings: They say whether the page must tell that its merchants are invented.
        template: File in `templates`.
        status: HTTP status.
        language: Language of its words.
        context: What the template shows.
    """
    made = environment(language).get_template(template)
    text = made.render(demonstration=settings.demonstration, site=settings.public_url, **context)
    headers = {"Content-Language": LANG_TAGS[language]}
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)
