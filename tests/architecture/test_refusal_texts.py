"""Every refusal has its words in Chinese and English, with the parameters that the code gives it."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from string import Formatter

import pytest

from registry.texts import catalogue
from tests.architecture.sources import Source, product_sources

REFUSALS = {"Malformed", "Unauthenticated", "Forbidden", "NotFound", "Conflict", "RuleRefused", "Gone"}
NO_PARAMETER = {"field"}  # where the refusal points; not part of its words

Texts = Mapping[str, Mapping[str, str]]


def wordless(sources: Iterable[Source], texts: Texts) -> Iterator[str]:
    """Yield each refusal whose words are missing or differ in parameters, then each unused text."""
    used: set[object] = set()
    for source in sources:
        # a reason may also be said without being raised
        used |= {node.value for node in ast.walk(source.tree) if isinstance(node, ast.Constant)}
        for call in _refusals(source.tree):
            code = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
            given = {keyword.arg for keyword in call.keywords} - NO_PARAMETER
            if not isinstance(code, str) or None in given:
                yield f"{source.at(call)}: the code or its parameters are not written out"
            elif code not in texts:
                yield f"{source.at(call)}: {code} has no text"
            else:
                for language, words in texts[code].items():
                    if _parameters(words) != given:
                        yield f"{source.at(call)}: {code} in {language} does not use {given or 'nothing'}"
    yield from (f"{code}: no refusal uses this text" for code in sorted(set(texts) - used))


def _refusals(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in REFUSALS:
                yield node


def _parameters(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


def test_every_refusal_has_its_words_and_every_text_its_refusal() -> None:
    problems = list(wordless(product_sources(), catalogue()))
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("raise Conflict('a.b', n=1)", None),
        ("raise errors.Conflict('a.b', field='x', n=1)", None),
        ("raise Conflict('a.c', n=1)", "a.c has no text"),
        ("raise Conflict(code, n=1)", "not written out"),
        ("raise Conflict('a.b', **given)", "not written out"),
        ("raise Conflict('a.b')", "does not use nothing"),
        ("raise Conflict('a.b', m=1)", "does not use {'m'}"),
        ("", "no refusal uses this text"),
    ],
)
def test_a_refusal_without_its_words_is_reported(code: str, problem: str | None) -> None:
    texts = {"a.b": {"zh": "{n} 个", "en": "{n} of them"}}
    found = "\n".join(wordless([Source("registry/planted.py", code)], texts))
    assert problem in found if problem else found == ""
