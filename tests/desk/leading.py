"""Leading a case through the pages of the desk, as its people do: by links, forms and files."""

import re
from dataclasses import dataclass
from typing import Any

import httpx

from registry.accounts import commands as accounts
from registry.accounts.commands import AddAccount, GrantRole
from registry.documents.commands import FileDocument, file_document
from registry.lists.commands import ProposeListing, propose_listing
from registry.store.engine import writing
from tests import given
from tests.desk.conftest import Browser, Town, give_passwords

Fields = dict[str, Any]
FILE = ("材料.pdf", b"%PDF-1.7 paper", "application/pdf")


@dataclass
class Desk:
    """The people of a town at their desks, one browser each."""

    town: Town
    browsers: dict[str, Browser]

    def of(self, name: str) -> Browser:
        """Return the browser of somebody, who signs in when he was away too long."""
        browser = self.browsers.get(name)
        if browser is None or browser.client.get("/desk", follow_redirects=False).status_code != 200:
            browser = self.browsers[name] = self.town.at_desk(name)
        return browser

    def send(
        self,
        name: str,
        path: str,
        fields: Fields | None = None,
        *,
        file: bool = False,
        files: Fields | None = None,
        to: str = "",
    ) -> httpx.Response:
        """Open the page of a form and send it, with a paper if it takes one."""
        browser = self.of(name)
        browser.open(path)
        files = files or ({"document_id": FILE} if file else None)
        held = browser.last.text if browser.last else ""
        version = re.search(r'name="expected_version" value="(\d+)"', held)
        own = {"expected_version": version[1]} if version else {}
        return browser.send(to or path.partition("?")[0], {**own, **(fields or {})}, files=files)

    def step(
        self,
        case: str,
        step: str,
        fields: dict[str, Any] | None = None,
        *,
        by: str = "officer",
        file: bool = False,
    ) -> None:
        """Take a step that is not refused."""
        answer = self.send(by, f"/desk/cases/{case}/steps/{step}", fields, file=file)
        assert answer.status_code == 303, (step, answer.status_code, answer.text)

    def paper(
        self, case: str, step: str, kind: str, fields: dict[str, Any] | None = None, *, by: str = "officer"
    ) -> None:
        """Issue a paper that goes before its step."""
        path = f"/desk/cases/{case}/papers/{step}"
        answer = self.send(by, f"{path}?kind={kind}", {"kind": kind, **(fields or {})})
        assert answer.status_code == 303, (step, answer.status_code, answer.text)


def business_with_violation(town: Town) -> tuple[str, str]:
    """Register a business that cheated, and return it with its violation."""
    with writing(town.engine) as session:
        by = given.work(session, "national", town.clock[0])
        business = given.business(by)
        return business, given.violation(by, business)


def proposed(
    town: Town, business: str, *facts: str, account: str = "officer", region: str = given.TOWN, **more: Any
) -> str:
    """Open a case by command, and return its identifier."""
    with writing(town.engine) as session:
        by = given.work(session, account, town.clock[0])
        filing = FileDocument(kind="evidence", title="证据", region=region, content=b"evidence")
        stated = {
            "regime": "henan_black",
            "business_id": business,
            "origin": "propose",
            "ground": "使用作弊电子秤",
            "evidence": facts,
            "document_id": file_document(by, town.settings.data_dir, filing),
            **more,
        }
        outcome = propose_listing(by, ProposeListing.model_validate(stated))
    assert outcome.id is not None
    return outcome.id


def identifier(answer: httpx.Response) -> str:
    """Return the identifier of what a form has made, from the address that it leads to."""
    assert answer.status_code == 303, (answer.status_code, answer.text)
    return answer.headers["location"].partition("?")[0].rpartition("/")[2]


def merchant_of(town: Town, name: str, business: str) -> None:
    """Give an account to somebody who speaks for a business."""
    with writing(town.engine) as session:
        grant = GrantRole(role="merchant", region=given.TOWN, business_id=business)
        accounts.add_account(
            given.work(session, "admin"),
            AddAccount(name=name, person_name=name, office_code="AMR-411502", grants=(grant,)),
        )
    give_passwords(town.engine, name)
