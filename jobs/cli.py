"""The command line `honest-metrology`: exit 0 done, 1 rows refused or a check failed, 2 could not run."""

import sys
from typing import NoReturn

import click
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from api.faults import Fault, of_shape
from jobs import (
    cli_backups,
    cli_demo,
    cli_imports,
    cli_index,
    cli_mergers,
    cli_people,
    cli_publication,
    cli_reports,
    cli_rulebook,
    cli_scoring,
    intake,
    process,
)
from registry.accounts.devices import Devices
from registry.errors import Broken, Refusal
from registry.founding import Found, found, founded
from registry.log import notes
from registry.overrides.commands import ensure_archived
from registry.publication.signing import load_or_create
from registry.reports import store as reports
from registry.rulebook import load_rulebook
from registry.settings import read_settings
from registry.store.engine import open_engine, writing
from registry.store.migrate import upgrade
from registry.texts import say


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="honest-metrology")
def cli() -> None:
    """Honest-metrology credit registry (诚信计量信用登记).

    Settings come from HM_DATA_DIR, HM_DATABASE_URL and their like.
    """


@cli.command()
@click.option("--office-code", default="SAMR", show_default=True, help="Code of the office that runs it.")
@click.option("--office-name", default="市场监督管理局", show_default=True)
@click.option("--region", default="000000", show_default=True, help="GB/T 2260 code, 000000 for the nation.")
@click.option("--level", type=click.Choice(["nation", "province", "city", "county"]), default="nation")
@click.option("--administrator", default="admin", show_default=True, help="Account of the administrator.")
@click.option("--administrator-name", default="管理员", show_default=True)
def init(
    office_code: str, office_name: str, region: str, level: str, administrator: str, administrator_name: str
) -> None:
    """Bring the database to this release's schema and found the registry in it, once."""
    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.database)
    upgrade(engine)
    load_or_create(settings.data_dir)
    reports.prepare(settings).engine.dispose()
    log_signer = notes.load_or_create(settings.data_dir, settings.origin)
    rulebook = load_rulebook()
    command = Found.model_validate(
        {
            "office_code": office_code,
            "office_name": office_name,
            "region": region,
            "level": level,
            "administrator": administrator,
            "administrator_name": administrator_name,
        }
    )
    with writing(engine) as session:
        Devices(settings.second_factor_file).prepare(session)
        new = not founded(session)
        if new:
            found(session, command, process.clock(), rulebook)
        ensure_archived(session, rulebook, process.clock())
    where = engine.url.render_as_string(hide_password=True)
    click.echo(
        f"{where}: {'founded' if new else 'brought to this release; the options served only to begin it'}"
    )
    click.echo(f"key of the transparency log, to be published: {log_signer.verifier_key}")


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--no-jobs", is_flag=True, help="Leave the jobs to a worker (PostgreSQL).")
@click.option("--no-intake", is_flag=True, help="Leave the reports to a process of their own.")
def serve(host: str, port: int, no_jobs: bool, no_intake: bool) -> None:
    """Serve site and API, take reports, and run the jobs in the same process."""
    process.serve(read_settings(), host, port, jobs=not no_jobs, intake=not no_intake)


@cli.command("intake")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True)
def take_reports(host: str, port: int) -> None:
    """Take sealed reports in a process of its own; a proxy leads /report and /api/v1/reports to it."""
    intake.take(read_settings(), host, port)


@cli.command()
def worker() -> None:
    """Run the jobs alone (PostgreSQL), as leader."""
    process.work(read_settings())


for module in (
    cli_backups,
    cli_demo,
    cli_imports,
    cli_index,
    cli_mergers,
    cli_people,
    cli_publication,
    cli_reports,
    cli_rulebook,
    cli_scoring,
):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Run the command line; a refusal is told in both languages, never as a traceback."""
    process.collect_rarely()
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as misused:
        click.echo("命令用法有误，见下（英文）；加 --help 查看用法。\nThe command was misused:", err=True)
        misused.show()
        sys.exit(2)
    except Refusal as refusal:
        _could_not_run(say(refusal, "zh"), say(refusal, "en"))
    except ValidationError as invalid:
        _could_not_run(*(line for error in invalid.errors() for line in _fault(of_shape(error))))
    except OperationalError as failed:
        _could_not_run("数据库没有应答：", f"the database does not answer: {failed.orig}")
    except Broken as broken:
        _could_not_run("本系统的设置或者安装有误，不能运行：", str(broken))
    except OSError as failed:
        _could_not_run("文件或者系统操作失败：", f"{failed.filename or 'the system'}: {failed.strerror}")


def _fault(fault: Fault) -> tuple[str, str]:
    """Say what is wrong with an argument, in both languages."""
    name = fault.pointer.removeprefix("/")
    return f"{name}：{say(fault.refusal, 'zh')}", f"{name}: {say(fault.refusal, 'en')}"


def _could_not_run(*lines: str) -> NoReturn:
    click.echo("\n".join(lines), err=True)
    sys.exit(2)


if __name__ == "__main__":
    main()
