"""Templates, compiled once in each language, with the texts they say written into them.

`{{ _('打电话给%(name)s', name=row.name) }}` then costs a page as much as the words beside it: no call, no lookup.
"""

import re
from functools import cached_property, lru_cache
from typing import Any

from babel.support import NullTranslations, Translations
from flask.templating import Environment
from jinja2 import nodes
from jinja2.visitor import NodeTransformer

from gridunion.config import ROOT
from gridunion.words import CHINESE

TRANSLATIONS = ROOT / "gridunion" / "translations"
PARTS = {"m": "ui.html", "f": "forms.html", "chart": "charts.html"}  # macros that every template may call
# Of these, those that read nothing but what they are given.
DRAWN_ONCE = {"icon", "sh", "mark", "bar", "meter", "hit", "nav", "skeleton", "choose"}
PLACE = re.compile(r"%\((\w+)\)s|%%")


class Spoken(Environment):
    """The templates in one language."""

    catalog: NullTranslations = CHINESE

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        return super()._generate(_Writer(self).visit(source), *args, **options)

    def know_parts(self) -> None:
        """Make the macros known to every template, also to a block of it that is rendered alone."""
        for name, template in PARTS.items():
            self.globals[name] = _drawn_once(self.get_template(template).module)

    @cached_property
    def english(self) -> "Spoken":
        """The same templates in English."""
        made = self.overlay()
        made.globals = {**self.globals}
        made.catalog = Translations.load(str(TRANSLATIONS), ["en"])
        made.know_parts()
        return made


def _drawn_once(macros: Any) -> Any:
    """Macros that draw the same for the same words draw it once."""
    for name in DRAWN_ONCE & set(dir(macros)):
        setattr(macros, name, lru_cache(1000)(getattr(macros, name)))
    return macros


class _Writer(NodeTransformer):
    """Writes texts and drawings into a template, in place of the calls that ask for them."""

    def __init__(self, spoken: Spoken) -> None:
        self.catalog = spoken.catalog
        self.parts = {name: spoken.globals[name] for name in PARTS if name in spoken.globals}

    def visit_Output(self, node: nodes.Output) -> nodes.Output:
        """What is joined to be put out is put out piece by piece."""
        self.generic_visit(node)
        node.nodes = [
            piece
            for part in node.nodes
            for piece in (part.nodes if isinstance(part, nodes.Concat) else [part])
        ]
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:
        self.generic_visit(node)
        pieces = self._said(node) or self._drawn(node) or [node]
        return pieces[0] if len(pieces) == 1 else nodes.Concat(pieces, lineno=node.lineno)

    def _said(self, call: nodes.Call) -> list[nodes.Expr]:
        """The pieces of a text in this language; none when only the page knows."""
        named = {given.key: given.value for given in call.kwargs}
        match getattr(call.node, "name", ""), _values(call):
            case "_" | "gettext", [str(text)]:
                return _pieces(self.catalog.gettext(text), named)
            case "pgettext", [str(context), str(text)]:
                return _pieces(str(self.catalog.pgettext(context, text)), named)
            case "ngettext", [str(one), str(), _] if self.catalog is CHINESE:
                return _pieces(one, named | {"num": call.args[2]})
        return []

    def _drawn(self, call: nodes.Call) -> list[nodes.Expr]:
        """What a macro draws the same on every page."""
        part, macro = getattr(getattr(call.node, "node", None), "name", ""), getattr(call.node, "attr", "")
        given = _values(call)
        if part not in self.parts or macro not in DRAWN_ONCE or call.kwargs:
            return []
        if any(isinstance(value, nodes.Node) for value in given):
            return []
        return [nodes.TemplateData(str(getattr(self.parts[part], macro)(*given)))]


def _values(call: nodes.Call) -> list[Any]:
    """What a call is given, as far as the template says it."""
    return [arg.value if isinstance(arg, nodes.Const) else arg for arg in call.args]


def _pieces(text: str, named: dict[str, nodes.Expr]) -> list[nodes.Expr]:
    """A text, and what is put into it. Raises KeyError when it asks for something that is not given."""
    found: list[nodes.Expr] = []
    at = 0
    for place in PLACE.finditer(text):
        found += (
            nodes.TemplateData(text[at : place.start()]),
            named[place[1]] if place[1] else nodes.TemplateData("%"),
        )
        at = place.end()
    return [*found, nodes.TemplateData(text[at:])]
