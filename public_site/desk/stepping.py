"""One shape for what is led on by steps: the page of a thing, the form of each step, the taking of it.

A sort of thing says where it stands, who may see one, which steps there are and what their forms ask
for; the routes of every sort are made from that. What opens a thing by a form has the shape `Opening`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from api.edge import Edge
from public_site.desk import forms
from public_site.desk.acting import Act, carry_out, placed
from public_site.desk.asking import Asked, Filing, Group, Sent
from public_site.desk.form import LARGEST_UPLOAD, Form
from public_site.desk.forms import NO_FAULTS, NOTHING, Faults, reader_at_desk
from public_site.desk.possible_acts import PossibleAct, one_of
from public_site.reader import Reader
from public_site.texts import Words
from registry.audit.work import Work
from registry.errors import NotFound
from registry.texts import say

Asking = Request[Any, Any, Any]
Fields = Sequence[Asked | Group]
Found = TypeVar("Found")
OFFICE_DOES, PARTY_SENDS = "desk.cases.take", "desk.own.send"


@dataclass(frozen=True)
class Sort(Generic[Found]):
    """A sort of thing that is led on by steps.

    Attributes:
        place: Address of its list; a thing's own address is below it.
        identifier: The word for it in addresses and commands.
        find: Returns one that the person may see, else refuses.
        filing: Where the files of its steps are filed.
        acts: What the form of each step states.
        possible: The steps that may follow, for who looks.
        fields: What the form of a step asks for.
        shown: What its page shows, beside `found` and `acts`.
        template: Of its page.
        crumb: Address and code of the page that it belongs to.
        word: Code of the word for one of it.
        tail: Ends the code of a step's words.
        done: Said on the page after a step.
        button: Code of the words with which a step is taken.
    """

    place: str
    identifier: str
    find: Callable[[Work, str], Found]
    filing: Callable[[Found], Filing]
    acts: Mapping[str, Act]
    possible: Callable[[Work, Found], Sequence[PossibleAct]]
    fields: Callable[[Work, Found, str, Words], Fields]
    shown: Callable[[Work, Found, Reader], Mapping[str, Any]]
    template: str
    crumb: tuple[str, str]
    word: str
    tail: str = ""
    done: str = "step"
    button: str = OFFICE_DOES

    def page(self, edge: Edge, request: Asking, identifier: str, faults: Faults = NO_FAULTS) -> Response[str]:
        """Show a thing and what the person may do with it."""
        reader = reader_at_desk(request, edge)

        def read(work: Work) -> dict[str, Any]:
            found = self.find(work, identifier)
            acts = self.possible(work, found)
            return {"found": found, "acts": acts, **self.shown(work, found, reader)}

        return forms.show(
            edge,
            request,
            self.template,
            **forms.consult(edge, request, read),
            say=lambda refusal: say(refusal, reader.language),
            today=edge.today(),
            faults=faults,
        )

    def form(
        self,
        edge: Edge,
        request: Asking,
        identifier: str,
        name: str,
        faults: Faults = NO_FAULTS,
        sent: Sent | None = None,
    ) -> Response[str]:
        """Show the form of a step; where the thing has moved on from it, show the thing."""
        reader = reader_at_desk(request, edge)

        def read(work: Work) -> tuple[PossibleAct | None, Fields]:
            found = self.find(work, identifier)
            act = one_of(self.possible(work, found), name)
            return act, self.fields(work, found, name, reader.t) if act is not None else ()

        act, fields = forms.consult(edge, request, read)
        if act is None:
            return self.page(edge, request, identifier, placed(faults, sent, ()))
        address, words = self.crumb
        here = f"{self.place}/{identifier}"
        return forms.show(
            edge,
            request,
            "act.html",
            title=reader.t(f"desk.act.{name}{self.tail}"),
            lead="",
            back=((address, reader.t(words)), (here, reader.t(self.word))),
            action=f"{here}/{name}",
            button=self.button,
            fields=fields,
            refusal=act.refusal,
            say=lambda refusal: say(refusal, reader.language),
            faults=placed(faults, sent, fields),
        )

    def take(self, edge: Edge, request: Asking, form: Form, identifier: str, name: str) -> Response[Any]:
        """Take a step; its files are filed and its paper issued in the same act."""
        forms.checked(edge, request, form)
        found = forms.consult(edge, request, lambda work: self.find(work, identifier))
        if name not in self.acts:
            raise NotFound("subject.unknown", subject_id=name)
        act = self.acts[name]
        said = {self.identifier: identifier, "step": name}
        return carry_out(
            edge,
            request,
            form,
            act,
            self.filing(found),
            lambda _: f"{self.place}/{identifier}?done={self.done}",
            lambda faults, sent: self.form(edge, request, identifier, name, faults, sent),
            **{one: value for one, value in said.items() if one in act.command.model_fields},
        )

    def routes(self) -> tuple[ControllerRouterHandler, ...]:
        """Return the page of a thing, the forms of its steps, and the taking of them."""
        sort, one = self, f"{self.place}/{{{self.identifier}:str}}"

        @get(one, sync_to_thread=True, include_in_schema=False)
        def page(request: Asking, edge: NamedDependency[Edge]) -> Response[str]:
            return sort.page(edge, request, request.path_params[sort.identifier])

        @get(f"{one}/{{step:str}}", sync_to_thread=True, include_in_schema=False)
        def form_of(request: Asking, edge: NamedDependency[Edge], step: FromPath[str]) -> Response[str]:
            return sort.form(edge, request, request.path_params[sort.identifier], step)

        @post(
            f"{one}/{{step:str}}",
            sync_to_thread=True,
            include_in_schema=False,
            request_max_body_size=LARGEST_UPLOAD,
        )
        def take(
            request: Asking, edge: NamedDependency[Edge], form: NamedDependency[Form], step: FromPath[str]
        ) -> Response[Any]:
            return sort.take(edge, request, form, request.path_params[sort.identifier], step)

        return page, form_of, take


@dataclass(frozen=True)
class Opening:
    """A form that takes in something about an entry, a record or a case.

    Attributes:
        place: Address that it is sent to; the form stands at `new` below it.
        act: What it states.
        about: Returns where its files are filed and what it is about in words, else refuses.
        fields: What it asks for, by kind and identifier of the subject and the words about it.
        title: Code of its words.
        crumb: Address and code of the page that it belongs to.
        done: Said on the page of what was made.
        shown: What else its page shows, and
        template: the file of that page.
        given: What no field may say.
        button: Code of the words with which it is sent.
    """

    place: str
    act: Act
    about: Callable[[Work, str, str], tuple[Filing, str]]
    fields: Callable[[str, str, str, Words], Fields]
    title: str
    crumb: tuple[str, str]
    done: str
    shown: Callable[[Work, str, str, Reader], Mapping[str, Any]] = lambda *_: NOTHING
    template: str = "act.html"
    given: Mapping[str, object] = field(default_factory=dict)
    button: str = OFFICE_DOES

    def form(
        self,
        edge: Edge,
        request: Asking,
        kind: str,
        subject: str,
        faults: Faults = NO_FAULTS,
        sent: Sent | None = None,
    ) -> Response[str]:
        """Show the form."""
        reader = reader_at_desk(request, edge)

        def read(work: Work) -> tuple[str, Mapping[str, Any]]:
            return self.about(work, kind, subject)[1], self.shown(work, kind, subject, reader)

        about, more = forms.consult(edge, request, read)
        fields = self.fields(kind, subject, about, reader.t)
        address, words = self.crumb
        return forms.show(
            edge,
            request,
            self.template,
            title=reader.t(self.title),
            lead=about,
            back=((address, reader.t(words)),),
            action=self.place,
            button=self.button,
            fields=fields,
            refusal=None,
            faults=placed(faults, sent, fields),
            **more,
        )

    def routes(self) -> tuple[ControllerRouterHandler, ...]:
        """Return the form, and the taking in of what it states."""
        opening = self

        @get(f"{self.place}/new", sync_to_thread=True, include_in_schema=False)
        def new(
            request: Asking, edge: NamedDependency[Edge], kind: FromQuery[str], subject: FromQuery[str]
        ) -> Response[str]:
            return opening.form(edge, request, kind, subject)

        @post(self.place, sync_to_thread=True, include_in_schema=False, request_max_body_size=LARGEST_UPLOAD)
        def take_in(
            request: Asking, edge: NamedDependency[Edge], form: NamedDependency[Form]
        ) -> Response[Any]:
            return opening.take_in(edge, request, form)

        return new, take_in

    def take_in(self, edge: Edge, request: Asking, form: Form) -> Response[Any]:
        """Take in what the form states, with its papers."""
        forms.checked(edge, request, form)
        kind, subject = form.one("subject_kind"), form.one("subject_id")
        filing, _ = forms.consult(edge, request, lambda work: self.about(work, kind, subject))
        return carry_out(
            edge,
            request,
            form,
            self.act,
            filing,
            lambda made: f"{self.place}/{made}?done={self.done}",
            lambda faults, sent: self.form(edge, request, kind, subject, faults, sent),
            **self.given,
        )
