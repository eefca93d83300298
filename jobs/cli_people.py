"""`office add`, `account add`, `key ask|issue|revoke`."""

from datetime import datetime

import click

from jobs.acting import acting
from registry.accounts.api_keys import AskKey, ask_key, issue_key, revoke_key
from registry.accounts.commands import AddAccount, GrantRole, add_account
from registry.accounts.invitations import invite
from registry.offices.commands import AddOffice, add_office


@click.group()
def office() -> None:
    """Offices (机关)."""


@office.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--region", required=True, help="GB/T 2260 code.")
@click.option("--level", type=click.Choice(["nation", "province", "city", "county"]), required=True)
@click.option("--superior", default=None, help="Code of the superior office.")
@click.option(
    "--mark", default=None, help="Mark in the numbers of its papers (机关代字); else its whole name."
)
@click.option(
    "--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day of the name."
)
@click.option("--as", "account", required=True, help="Account that acts.")
def office_add(
    code: str,
    name: str,
    region: str,
    level: str,
    superior: str | None,
    mark: str | None,
    since: datetime,
    account: str,
) -> None:
    """Enter an office with its code and NAME."""
    command = AddOffice.model_validate(
        {
            "code": code,
            "name": name,
            "region": region,
            "level": level,
            "superior_code": superior,
            "mark": mark,
            "held_from_on": since.date(),
        }
    )
    with acting(account) as work:
        click.echo(add_office(work, command))


@click.group()
def account() -> None:
    """Accounts of people."""


@account.command("add")
@click.argument("name")
@click.argument("person")
@click.option("--office", "office_code", required=True)
@click.option("--grant", "grants", multiple=True, help="ROLE:REGION, e.g. officer:411502; may be repeated.")
@click.option("--invite", "invited", is_flag=True, help="Print a code by which PERSON sets a password.")
@click.option("--as", "by", required=True, help="Account that acts (an administrator).")
def account_add(
    name: str, person: str, office_code: str, grants: tuple[str, ...], invited: bool, by: str
) -> None:
    """Give PERSON the account NAME at an office."""
    parts = [grant.partition(":") for grant in grants]
    for role, _, region in parts:
        if not region:
            raise click.BadParameter(f"the grant {role!r} names no region; 000000 is the whole country")
    command = AddAccount(
        name=name,
        person_name=person,
        office_code=office_code,
        grants=tuple(GrantRole.model_validate({"role": role, "region": region}) for role, _, region in parts),
    )
    with acting(by) as work:
        add_account(work, command)
        code = invite(work, name) if invited else ""
    click.echo(name)
    if code:
        click.echo(code)


@account.command("invite")
@click.argument("name")
@click.option("--as", "by", required=True, help="Account that acts (an administrator).")
def account_invite(name: str, by: str) -> None:
    """Print a code, once, by which the person of account NAME sets the first password at /desk/invitation."""
    with acting(by) as work:
        code = invite(work, name)
    click.echo(code)


@click.group()
def key() -> None:
    """Bearer keys of the API."""


@key.command("ask")
@click.option("--account", "name", required=True)
@click.option("--reason", required=True, help="What the key is for, and who holds it.")
@click.option("--as", "by", required=True, help="Account that acts (an administrator).")
def key_ask(name: str, reason: str, by: str) -> None:
    """Ask for a key of another person's account; another administrator issues it."""
    with acting(by) as work:
        click.echo(ask_key(work, AskKey(account=name, reason=reason)))


@key.command("issue")
@click.option("--account", "name", required=True)
@click.option("--as", "by", required=True, help="Account that acts (an administrator).")
def key_issue(name: str, by: str) -> None:
    """Issue a key and print its token, once; for another's account another administrator asked before."""
    with acting(by) as work:
        issued = issue_key(work, name)
    click.echo(issued.token)


@key.command("revoke")
@click.argument("key_id")
@click.option("--as", "by", required=True, help="Account that acts (an administrator).")
def key_revoke(key_id: str, by: str) -> None:
    """Revoke a key; the next request that bears it is refused."""
    with acting(by) as work:
        revoke_key(work, key_id)


COMMANDS = (office, account, key)
