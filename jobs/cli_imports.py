"""`import KIND FILE`."""

import json
import sys
from pathlib import Path

import click
from rich.progress import DownloadColumn, TimeRemainingColumn

from jobs.acting import desk
from jobs.telling import bar, counted, counting
from registry.imports.columns import COLUMNS
from registry.imports.commands import BUILTIN, KINDS, builtin, import_file
from registry.imports.exports import EXPORTS
from registry.imports.exports import export as exported
from registry.imports.faults import RowError
from registry.imports.report import ImportReport, write_errors
from registry.imports.templates import write_template
from registry.imports.writing import write_csv, write_xlsx
from registry.regions import prefix
from registry.rulebook import load_rulebook
from registry.settings import read_settings


@click.command("import")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--as", "account", required=True, help="Account that acts.")
@click.option("--dry-run", is_flag=True, help="Say what would become of each row; write nothing.")
@click.option(
    "--errors",
    type=click.Path(path_type=Path),
    default=None,
    help="For the refused rows: .xlsx, to be corrected and imported again; else a CSV of reasons.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def import_command(
    kind: str, file: Path, account: str, dry_run: bool, errors: Path | None, as_json: bool
) -> None:
    """Read FILE (XLSX, CSV or JSON lines) as facts of KIND; `-` reads the cases or records of the package.

    Exit 1 when a row was refused: its number, column, value and reason are shown, or written to
    the --errors file. The same file twice changes nothing.
    """
    settings = read_settings()
    if str(file) == "-" and kind not in BUILTIN:
        raise click.BadParameter(f"the package carries no file of {kind}; it has {', '.join(BUILTIN)}")
    path = builtin(kind) if str(file) == "-" else file
    if errors is not None:
        write_errors(
            errors, ImportReport(kind)
        )  # a place that cannot be written is told before anything is imported
    shown = bar("import", DownloadColumn(), TimeRemainingColumn())
    with shown, desk(account, settings) as opened:
        task = shown.add_task(kind, total=None)
        report = import_file(
            kind,
            path,
            opened.work,
            dry_run=dry_run,
            progress=lambda _rows, done, total: shown.update(task, completed=done, total=total),
        )
    if errors is not None:
        write_errors(errors, report)
    click.echo(json.dumps(summary(report), ensure_ascii=False, indent=2) if as_json else words(report))
    if report.refused:
        sys.exit(1)


@click.command()
@click.argument("kind", type=click.Choice(tuple(COLUMNS)))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def template(kind: str, file: Path) -> None:
    """Write a workbook to be filled in with facts of KIND: headings, help, an example, and its choices."""
    write_template(file, kind, load_rulebook())
    click.echo(str(file))


@click.command()
@click.argument("kind", type=click.Choice(tuple(EXPORTS)))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "account", required=True, help="Account that acts.")
@click.option("--region", default="", help="Only what is within this region: 41, 4115, 411502.")
def export(kind: str, file: Path, account: str, region: str) -> None:
    """Write what is on record of KIND as FILE: XLSX by that name, else CSV; no cell is a live formula."""
    with desk(account) as opened, opened.work() as work, counting("export") as tell:
        found = exported(work, kind, prefix(region))
        rows = counted(tell, kind, found.rows)
        if file.suffix.lower() == ".xlsx":
            write_xlsx(file, kind, found.headings, rows)
        else:
            with file.open("w", encoding="utf-8-sig", newline="") as text:
                write_csv(text, found.headings, rows)
    click.echo(str(file))


def summary(report: ImportReport) -> dict[str, object]:
    """Return the figures of an import, as JSON."""
    return {
        "kind": report.kind,
        "rows": report.rows,
        "created": report.created,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "refused": report.refused_rows,
        "refused_by_reason": dict(report.refused_by_reason),
        "unread_sheets": list(report.unread),
    }


def words(report: ImportReport) -> str:
    """Return the figures of an import, what it refused and what it warns of, for a person."""
    figures = summary(report)
    reasons = figures.pop("refused_by_reason")
    figures.pop("unread_sheets")
    lines = [", ".join(f"{name} {value}" for name, value in figures.items())]
    if isinstance(reasons, dict):
        lines += [f"  {code} {count}" for code, count in reasons.items()]
    lines += [in_words("✗", error) for error in report.refused]
    lines += [in_words("!", error) for error in report.warnings]
    lines += [f"! 未读取的工作表 sheet not read: {name}" for name in report.unread]
    return "\n".join(lines)


def in_words(mark: str, error: RowError) -> str:
    """Return one reason against one row: number, column, value, and why in both languages."""
    where = " · ".join(str(part) for part in (error.place, error.column, error.value) if part is not None)
    return f"{mark} {where}\n    {error.reason('zh')}\n    {error.reason('en')}"


COMMANDS = (import_command, template, export)
