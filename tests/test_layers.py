"""The layers, kept by reading the imports. A new module has to be put into one of them here."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = {
    "sources": (
        "archives cleaning dates describing details feeds fetching function_words likeness listing "
        "noise normalising passages reading reading_ahead refusals robots sentences sitemaps terms "
        "webpages words"
    ),
    "annotations": (
        "agreement anchoring balancing carrying chaining clustering codebook_files collating "
        "columns comparing counterparts decisions excerpts facing grouping interchange json_lines "
        "leaving_out manifest masking naming pairing phrasing plotting prose quoting ranking "
        "release_readme repeating rewording scoring seeing segmenting shared_words spellings "
        "styling utterances verifying wording"
    ),
}
# Questions read and never write; what they return may be more than a queryset.
QUESTIONS = {
    "sources": "",
    "annotations": (
        "adjudications agreement_cases agreement_export agreement_page agreement_runs assignments "
        "awaiting blinding card_page cards carry_queue choosing clipping codebook_history "
        "codebook_plan coded codes counting desk documents drift echoes fact_page feedback gold "
        "harvests marks matrix outcomes plans prepared proposals pseudonyms queue quotations "
        "release_listing release_tables releases scope shelves speakers story_sentences "
        "suggestions tables timeline uncounted waiting watching word_choice worklist"
    ),
}
ACTIONS = {
    "sources": "confirming courtesy harvesting importing indexing originals refetching revising",
    "annotations": (
        "adjudicating agreeing alike arranging assigning breaking_off carries claiming codebooks "
        "codifying conceiving concept_export drift_runs echoing exporting fetching founding "
        "gilding grounds importing intakes keeping laying making preparing proposing queueing "
        "quick_tagging recoding recording reinstating release_differences release_files releasing "
        "replying retiring ruling sample settling speaking staffing stating storing suggesting "
        "tagging taking_part tokens training undoing upkeep veiling vetting"
    ),
}
REST = {
    "api",
    "models",
    "migrations",
    "access",
    "admin",
    "apps",
    "drawing",
    "forms",
    "management",
    "templatetags",
} | {
    "urls",
    "views",
}
PACKAGES = set(
    """texts tags facts finding language revisions codebook rulings team measuring export
    intake tasks""".split()
)
LAYERS = {"pure": PURE, "questions": QUESTIONS, "actions": ACTIONS}
VAGUE = set("utils helpers common core services signals mixins".split())
HTTP = {"django.http", "django.shortcuts", "django.forms", "django.views", "django.urls"}
WRITES = set(
    "save create update delete bulk_create bulk_update get_or_create update_or_create".split()
)
MODULES = sorted(
    path.relative_to(ROOT).with_suffix("")
    for app in ("sources", "annotations", "config")
    for path in (ROOT / app).rglob("*.py")
)


def layer(module):
    """Return the layer of a path such as sources/reading, or None."""
    app, name, *rest = (*module.parts, "")
    name = rest[0] if app == "annotations" and name in PACKAGES else name
    return next((key for key, names in LAYERS.items() if name in names.get(app, "").split()), None)


def imports(module):
    """Yield the dotted names that a module imports; of `from a import b` both a and a.b."""
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import, line {node.lineno}"
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def source(module):
    return (ROOT / module).with_suffix(".py").read_text()


def writes(module):
    """Yield the lines that write to the database, as far as a name can tell.

    `name.update(…)` is spared: it is a dictionary's or a digest's far more often.
    """
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            spared = node.func.attr == "update" and isinstance(node.func.value, ast.Name)
            if node.func.attr in WRITES and not spared:
                yield node.lineno


def within(name, packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_has_a_layer_and_a_telling_name(module):
    assert not VAGUE & set(module.parts)
    if module.parts[0] != "config" and module.name != "__init__":
        known = layer(module) or not REST.isdisjoint(module.parts)
        assert known, "put it into a layer in this test"


@pytest.mark.parametrize("module", [m for m in MODULES if layer(m) == "pure"], ids=str)
def test_pure_module_imports_no_django_and_nothing_impure(module):
    for name in imports(module):
        assert not within(name, {"django", "config"}), name
        if within(name, {"sources", "annotations"}) and "." in name:
            assert layer(Path(*name.split("."))) == "pure", name


@pytest.mark.parametrize("module", [m for m in MODULES if m.parts[0] == "sources"], ids=str)
def test_sources_know_nothing_of_annotations(module):
    assert not [name for name in imports(module) if within(name, {"annotations"})]


@pytest.mark.parametrize("module", [m for m in MODULES if layer(m)], ids=str)
def test_no_form_and_no_http_below_the_web(module):
    web = HTTP | {f"{app}.{part}" for app in PURE for part in ("forms", "views", "access", "admin")}
    assert not [name for name in imports(module) if within(name, web)]


@pytest.mark.parametrize(
    "module", [m for m in MODULES if "views" in m.parts or layer(m) == "questions"], ids=str
)
def test_views_and_questions_never_write(module):
    assert list(writes(module)) == []
