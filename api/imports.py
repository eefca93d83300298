"""Files of rows: examined or imported by an officer, and the templates to fill in."""

import hashlib
from collections.abc import Collection
from io import BytesIO
from typing import Annotated, Any, Self

from litestar import Controller, Request, Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from pydantic import BaseModel, ConfigDict, Field

from api.acts import record
from api.answers import Recorded
from api.describing import FILES, WORKBOOK, file_act, public
from api.edge import Edge
from api.faults import Fault, Misread
from api.problems import language_of
from registry.audit.work import Work
from registry.errors import Malformed, NotFound
from registry.imports.columns import COLUMNS
from registry.imports.commands import carry_out, examine
from registry.imports.faults import RowError
from registry.imports.report import ImportReport
from registry.imports.templates import write_template
from registry.texts import Language

LARGEST_FILE = 16_777_216  # 16 MiB: twenty thousand rows of any kind, with room
MOST_ROWS = 20_000  # one request is one transaction, and other writers wait for it
MOST_FAULTS = 1_000  # more than a person corrects one by one; the counts by reason are of all

Kind = Annotated[str, QueryParameter(max_length=40, description="What its rows are: pledges, violations …")]
Name = Annotated[str, QueryParameter(max_length=200, description="What the file is called.")]
DryRun = Annotated[bool, QueryParameter(description="Tell what would become of each row; keep nothing.")]


class ImportFile(BaseModel):
    """A file that is to be imported, by its digest."""

    model_config = ConfigDict(frozen=True)

    kind: str
    name: str
    dry_run: bool
    sha256: str


class RowFault(BaseModel):
    """One reason against one row, or what a row that was taken still lacks."""

    model_config = ConfigDict(frozen=True)

    sheet: str | None = Field(description="Null where the file has no sheets.")
    row: int = Field(description="As a spreadsheet counts, from 1; the line of JSON lines.")
    cell: str | None = Field(description="Such as B7; null where the whole row is meant.")
    column: str | None = Field(description="Heading as it stands in the file.")
    value: str | None
    code: str = Field(description="Stable; what a program decides by.")
    detail: str = Field(description="In the reader's language.")

    @classmethod
    def of(cls, error: RowError, language: Language) -> Self:
        """Return the fault in words of a language."""
        return cls(
            sheet=error.sheet,
            row=error.number,
            cell=error.cell,
            column=error.column,
            value=error.value,
            code=error.refusal.code,
            detail=error.reason(language),
        )


class Imported(Recorded):
    """What became of a file, or would; its identifier is the SHA-256 of its bytes."""

    kind: str
    dry_run: bool
    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    refused_by_reason: dict[str, int]
    faults: tuple[RowFault, ...] = Field(description=f"The first {MOST_FAULTS:,} at most.")
    remarks: tuple[RowFault, ...] = Field(description="What was taken but lacks something; as many at most.")
    unread_sheets: tuple[str, ...]


class Imports(Controller):
    """Files of rows (批量导入)."""

    path = "/api/v1/imports"
    tags = ("imports",)

    @post(
        "/", **file_act(Imported), request_max_body_size=LARGEST_FILE, summary="Import a file, or examine it"
    )
    async def take(
        self,
        request: Request[Any, Any, Any],
        edge: NamedDependency[Edge],
        kind: Kind,
        name: Name = "",
        dry_run: DryRun = False,
    ) -> Response[Imported]:
        """Import XLSX, CSV or JSON lines in one transaction; a bad row never stops the good ones.

        Refused rows are told by sheet and cell. With `dry_run` the same is told and nothing is kept.
        """
        refuse_other_media(request, FILES)
        content = await request.body()
        asked = ImportFile(kind=kind, name=name, dry_run=dry_run, sha256=hashlib.sha256(content).hexdigest())

        def act(work: Work) -> Imported:
            take = examine if dry_run else carry_out
            return _told(take(work, kind, content, name, most_rows=MOST_ROWS), asked, request)

        return await sync_to_thread(record, edge, request, asked, act)

    @get(
        "/templates/{name:str}",
        **public(404),
        media_type=WORKBOOK,
        summary="A workbook to fill in",
    )
    def template(self, edge: NamedDependency[Edge], name: FromPath[str]) -> Response[bytes]:
        """Return the template of a kind, such as `pledges.xlsx`: headings, an example, choices and help."""
        kind, _, form = name.partition(".")
        if kind not in COLUMNS or form != "xlsx":
            raise NotFound("import.template_unknown", name=name)
        made = BytesIO()
        write_template(made, kind, edge.rulebook())
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(made.getvalue(), media_type=WORKBOOK, headers=headers)


def refuse_other_media(request: Request[Any, Any, Any], known: Collection[str]) -> str:
    """Return the media type of a body.

    Raises:
        Misread: It is none of those that are known, or the body is compressed.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    coded = request.headers.get("content-encoding", "identity").strip().lower() != "identity"
    if media not in known or coded:
        fault = Fault("/Content-Type", Malformed("import.media", known=", ".join(known)), "header")
        raise Misread([fault], status=415)
    return media


def _told(report: ImportReport, asked: ImportFile, request: Request[Any, Any, Any]) -> Imported:
    wrote = not asked.dry_run and (report.created or report.changed)
    language = language_of(request)

    def fault(error: RowError) -> RowFault:
        return RowFault.of(error, language)

    return Imported(
        what="created" if wrote else "unchanged",
        id=asked.sha256,
        kind=report.kind,
        dry_run=asked.dry_run,
        rows=report.rows,
        created=report.created,
        changed=report.changed,
        unchanged=report.unchanged,
        refused=report.refused_rows,
        refused_by_reason=report.refused_by_reason,
        faults=tuple(map(fault, report.refused[:MOST_FAULTS])),
        remarks=tuple(map(fault, report.warnings[:MOST_FAULTS])),
        unread_sheets=report.unread,
    )
