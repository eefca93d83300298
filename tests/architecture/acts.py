"""Every act that the audit log can hold, read from the code that writes it.

What `Work.record` is given first is followed back to its constants: through conditions, tables of the
module, arguments of the functions around it and the `act` that is told of. Where a state or a step of a
procedure completes the word, the procedure itself is asked. What cannot be followed is a fault.
"""

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from itertools import product
from types import ModuleType
from typing import get_args

from pydantic import BaseModel

from registry.lists.procedures import PROCEDURES
from registry.mergers.commands import DecideMerger
from registry.repair import accepting, objections
from registry.repair import commands as repairs
from registry.signups.commands import DecideSignUp
from tests.architecture.sources import Source

COMPLETED: Mapping[tuple[str, str], Callable[[], set[str]]] = {
    ("registry/lists/steps.py", "step.after or step.name"): lambda: {
        step.after or step.name for steps in PROCEDURES.values() for step in steps
    },
    ("registry/mergers/commands.py", "command.decision"): lambda: _choices(DecideMerger, "decision"),
    ("registry/repair/commands.py", "_ACTS.get(step, repair.state)"): lambda: (
        {*repairs._ACTS.values()} | _states(repairs, "repair") | _states(accepting, "repair")
    ),
    ("registry/repair/objections.py", "_ACTS.get(step, objection.state)"): lambda: (
        {*objections._ACTS.values()} | _states(objections, "objection") | _states(accepting, "objection")
    ),
    ("registry/signups/commands.py", "command.decision"): lambda: _choices(DecideSignUp, "decision"),
}
"""By module and words of its code: what it may say where it completes an act."""


class Unfollowed(Exception):
    """An act whose words do not stand in the code."""


class Acts:
    """What the sources can write into the audit log."""

    def __init__(self, sources: Iterator[Source]) -> None:
        self.sources = list(sources)
        self.functions = [
            (source, node)
            for source in self.sources
            for node in ast.walk(source.tree)
            if isinstance(node, ast.FunctionDef)
        ]

    def written(self) -> set[str]:
        """Return every act.

        Raises:
            Unfollowed: One cannot be told from the code.
        """
        found: set[str] = set()
        for source, call, around in self._calls():
            name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
            first = call.args[0] if call.args else None
            subject = call.args[1] if len(call.args) > 1 else None
            if name == "record" and first is not None and _is_subject(subject):
                found |= self._values(source, first, around)
        return found

    def subjects(self) -> set[str]:
        """Return the kinds of things that acts are done to."""
        named = [call.args[0] for _, call, _ in self._calls() if getattr(call.func, "id", "") == "Subject"]
        return {
            one.value
            for kind in named
            for one in ast.walk(kind.body if isinstance(kind, ast.IfExp) else kind)
            if isinstance(one, ast.Constant) and isinstance(one.value, str)
        } | {
            kind.orelse.value
            for kind in named
            if isinstance(kind, ast.IfExp) and isinstance(kind.orelse, ast.Constant)
        }

    def _calls(self) -> Iterator[tuple[Source, ast.Call, ast.FunctionDef | None]]:
        for source, function in self.functions:
            for node in ast.walk(function):
                if isinstance(node, ast.Call):
                    yield source, node, function

    def _values(self, source: Source, it: ast.expr, around: ast.FunctionDef | None) -> set[str]:
        match it:
            case ast.Constant(value=str() as said):
                found = {said}
            case ast.IfExp(body=one, orelse=other):
                found = self._values(source, one, around) | self._values(source, other, around)
            case ast.JoinedStr(values=parts):
                pieces = [self._values(source, part, around) for part in parts]
                found = {"".join(one) for one in product(*pieces)}
            case ast.FormattedValue(value=value):
                told = COMPLETED.get((source.path, ast.unparse(value)))
                found = told() if told is not None else self._values(source, value, around)
            case ast.Subscript(value=ast.Name(id=table)):
                found = self._table(source, table)
            case ast.Attribute(attr="act"):
                found = self._told()
            case ast.Name(id=name) if around is not None:
                found = self._named(source, name, around)
            case _:
                raise Unfollowed(f"{source.at(it)}: {ast.unparse(it)}")
        return found

    def _table(self, source: Source, table: str) -> set[str]:
        for node in source.tree.body:
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            value = getattr(node, "value", None)
            if isinstance(target, ast.Name) and target.id == table and isinstance(value, ast.Dict):
                return set().union(*(self._values(source, one, None) for one in value.values))
        raise Unfollowed(f"{source.path}: {table}")

    def _named(self, source: Source, name: str, around: ast.FunctionDef) -> set[str]:
        """Follow a name to what it was given in its function, or to what the function is called with."""
        given = [
            node.value
            for node in ast.walk(around)
            if isinstance(node, ast.Assign) and any(ast.unparse(one) == name for one in node.targets)
        ]
        if given:
            return set().union(*(self._values(source, one, around) for one in given))
        places = [one.arg for one in around.args.args if one.arg != "self"]
        if name not in places:
            raise Unfollowed(f"{source.path}: {name} in {around.name}")
        found = list(self._handed(source, around.name, places.index(name), name))
        if not found:
            raise Unfollowed(f"{source.path}: nobody calls {around.name}")
        return set().union(*found)

    def _handed(self, source: Source, function: str, place: int, name: str) -> Iterator[set[str]]:
        """Yield what the calls of a function hand it: in its module, or where that is imported."""
        for where, call, around in self._calls():
            called = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if called != function or not (where is source or _imports(where, source, called)):
                continue
            by_name = next((one.value for one in call.keywords if one.arg == name), None)
            value = by_name or (call.args[place] if len(call.args) > place else None)
            if value is not None:
                yield self._values(where, value, around)

    def _told(self) -> set[str]:
        """Return the acts that are told of: the first of what makes a `Told`."""
        found: set[str] = set()
        for source, call, around in self._calls():
            if getattr(call.func, "id", "") == "Told":
                found |= self._values(source, call.args[0], around)
        return found


def _is_subject(it: ast.expr | None) -> bool:
    if isinstance(it, ast.Call):
        return getattr(it.func, "id", "") == "Subject"
    return it is not None and "subject" in ast.unparse(it)


def _imports(where: Source, source: Source, name: str) -> bool:
    """Say whether a module has the public names of another at hand."""
    module = source.path.removesuffix(".py").replace("/", ".")
    froms = (one for one in ast.walk(where.tree) if isinstance(one, ast.ImportFrom))
    return not name.startswith("_") and any(one.module == module for one in froms)


def _choices(command: type[BaseModel], field: str) -> set[str]:
    return set(get_args(command.model_fields[field].annotation))


def _states(module: ModuleType, case: str) -> set[str]:
    """Return the states into which a module brings a case of this name, or any `case`."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        targets = ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""
        sets = f"{case}.state" in targets or "case.state" in targets
        if sets or (isinstance(node, ast.keyword) and node.arg == "state"):
            for one in ast.walk(node.value):
                if isinstance(one, ast.Constant) and isinstance(one.value, str):
                    found.add(one.value)
                elif isinstance(one, ast.Name) and isinstance(said := getattr(module, one.id, None), str):
                    found.add(said)
    return found
