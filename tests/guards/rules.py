"""The rules of ARCHITECTURE.md that a machine can check. Each gives its breaches in a folder of apps, so that the
tests can show each rule failing on an app that breaks it."""

import ast
import re
from pathlib import Path

from kernel.moves import NEW

WEB = {"views", "forms", "urls", "tasks", "admin", "management"}
WRITES = {
    "save",
    "create",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "update_or_create",
    "get_or_create",
}


def modules(root: Path, app: str, pattern: str = "**/*.py") -> list[Path]:
    return [path for path in sorted((root / app).glob(pattern)) if "migrations" not in path.parts]


def calls(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def imported(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def foreign_web_layers(root: Path, apps: list[str]) -> list[str]:
    """No app imports another app's views, forms, urls, tasks, admin or commands; the project imports urls only."""
    return [
        f"{path.relative_to(root)} imports {name}"
        for app in apps
        for path in modules(root, app)
        for name in imported(path)
        if (parts := name.split("."))[0] in set(apps) - {app} and WEB & set(parts[1:2])
    ]


def unscoped_reads(root: Path, apps: list[str], reference: set[str] = frozenset()) -> list[str]:
    """Views and forms read rows only through `visible_to`; `reference` names models that everybody at work may read."""
    return [
        f"{path.relative_to(root)}:{node.lineno} .objects.{node.attr}"
        for app in apps
        for name in (
            "views.py",
            "*_views.py",
            "views/*.py",
            "forms.py",
            "forms/*.py",
            "*_forms.py",
            "public.py",
        )
        for path in modules(root, app, name)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in {"objects", "_base_manager", "_default_manager"}
        and node.attr not in {"visible_to", "none"}
        and ast.unparse(node.value.value) not in reference
    ]


def writing_views(root: Path, apps: list[str]) -> list[str]:
    """Views and forms do not write."""
    return [
        f"{path.relative_to(root)}:{call.lineno} .{call.func.attr}()"
        for app in apps
        for name in (
            "views.py",
            "*_views.py",
            "views/*.py",
            "forms.py",
            "forms/*.py",
            "*_forms.py",
            "public.py",
        )
        for path in modules(root, app, name)
        for call in calls(path)
        if call.func.attr in WRITES and not is_dict_or_set(call)
    ]


def is_dict_or_set(call: ast.Call) -> bool:
    """`.update()` of a plain dict, as in `context.update(…)`."""
    return isinstance(call.func.value, ast.Name) and call.func.value.id in {
        "context",
        "initial",
        "attrs",
        "kwargs",
    }


def assigned_states(root: Path, apps: list[str]) -> list[str]:
    """Nobody but the kernel sets a state."""
    return [
        f"{path.relative_to(root)}:{node.lineno}"
        for app in apps
        for name in ("services*.py", "services/*.py")
        for path in modules(root, app, name)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "state"
    ]


def moves_without_service(model, services) -> list[str]:
    """Every move has a service of the same name."""
    return [move.verb for move in model.MOVES if not hasattr(services, move.verb)]


def moves_without_view(model, names: set[str]) -> list[str]:
    """Every move with a button has a URL of the same name."""
    app = model._meta.app_label
    return [move.verb for move in model.MOVES if not move.inner and f"{app}:{move.verb}" not in names]


def relations_nobody_answers(model) -> list[str]:
    """Every relation that a move asks for is a method of the row."""
    asked = {relation for move in model.MOVES for relation in move.who.values() if relation}
    return sorted(relation for relation in asked if not hasattr(model, f"is_{relation}"))


def unreachable_states(model) -> set[str]:
    """Every state is the target of a move, or the one in which rows without an opening move begin."""
    field = model._meta.get_field("state")
    begun = set() if any(NEW in move.sources for move in model.MOVES) else {str(field.default)}
    reached = {str(move.target) for move in model.MOVES if move.target}
    return {value for value, _label in field.choices} - reached - begun


def unknown_clocks(model, codes: set[str]) -> set[str]:
    """Every clock that a move names has a rule."""
    named = {code for move in model.MOVES for code in (*move.starts, *move.stops)}
    return named - codes


def started_clocks(models, root: Path, apps: list[str]) -> set[str]:
    """The clocks that something starts: a move that names them, or a service that calls the kernel with their code."""
    of_moves = {code for model in models for move in model.MOVES for code in move.starts}
    of_services = {
        node.value
        for app in apps
        for name in ("*.py", "services/*.py")
        for path in modules(root, app, name)
        for call in calls(path)
        for given in starting(call)
        for node in ast.walk(given)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return of_moves | of_services


def starting(call: ast.Call) -> list[ast.expr]:
    """Where a call of kernel.clocks names what it starts."""
    if call.func.attr == "turn":
        return [keyword.value for keyword in call.keywords if keyword.arg == "starts"]
    return call.args if call.func.attr in {"give", "begin_all"} else []


TEMPLATE_NAME = re.compile(r"""["']([\w/.-]+\.(?:html|txt))(?:#\w+)?["']""")


def unused_templates(root: Path, apps: list[str], own: set[str]) -> list[str]:
    """Every template is named by a view, a tag, another template, or a setting; `own` are found by Django itself."""
    sources = [path for app in apps for path in (root / app).rglob("*.py")]
    pages = sorted((root / "templates").rglob("*.html"))
    named = {name for path in [*sources, *pages] for name in TEMPLATE_NAME.findall(path.read_text())}
    names = {str(path.relative_to(root / "templates")) for path in pages}
    return sorted(name for name in names - named - own)


def unscoped_choices(root: Path, apps: list[str], reference: set[str] = frozenset()) -> list[str]:
    """Fields of forms that offer rows begin with none, unless they are reference data; the form fills them."""
    return [
        f"{path.relative_to(root)}:{call.lineno}"
        for app in apps
        for name in ("*forms.py", "forms/*.py")
        for path in modules(root, app, name)
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and "ModelChoiceField" in ast.unparse(call.func)
        and not begins_with_none(call, reference)
    ]


def begins_with_none(call: ast.Call, reference: set[str]) -> bool:
    [rows] = [part.value for part in call.keywords if part.arg == "queryset"] or call.args[:1]
    text = ast.unparse(rows)
    return text == "None" or text.endswith(".none()") or text.split(".objects")[0] in reference


PLAIN_DATES = ("DateField", "DateTimeField", "SplitDateTimeField")


def plain_dates(root: Path, apps: list[str]) -> list[str]:
    """Typed dates stay within years from which days can be counted: kernel/fields.py has the fields for them."""
    return [
        f"{path.relative_to(root)}:{call.lineno}"
        for app in apps
        for path in modules(root, app)
        for call in calls(path)
        if ast.unparse(call.func) in {f"forms.{name}" for name in PLAIN_DATES}
    ]


def loosely_dated(forms: list[type]) -> list[str]:
    """The same of fields that a model gave its form."""
    return [
        f"{form.__name__}.{name}"
        for form in forms
        for name, field in form.base_fields.items()
        if type(field).__name__ in PLAIN_DATES
    ]
