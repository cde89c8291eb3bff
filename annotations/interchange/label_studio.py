"""Label Studio's tasks in JSON (https://labelstud.io/guide/task_format).

A study is written as a zip of the tasks and of the labelling configuration that they fit. Offsets
count code points: Label Studio runs in a browser, but its pages convert them. Versions whose pages
did not are told by the words that they repeat in each region. A tag is one region, whose id is the
tag's; voice, polarity, target, speaker and note are answers on that region, which its pages show.
What it has no word for stands in the region's `meta`, which it keeps. `completed_by` is not
written: it names people by their number or address over there, and an unknown one makes Label
Studio refuse the whole file.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

from annotations.interchange import own_fields
from annotations.interchange.archives import Archive, is_archive, members
from annotations.interchange.json_values import (
    BadValue,
    checked,
    moment,
    objects,
    shown,
    values,
    whole,
    words,
)
from annotations.interchange.records import (
    AnnotationRecord,
    ArticleRef,
    Dataset,
    Document,
    Record,
    Reject,
    Unit,
)

TASKS, CONFIGURATION = "tasks.json", "labelling-config.xml"
CHOICES = {"voice": ("outlet", "attributed"), "polarity": ("positive", "negative", "mixed")}
QUESTIONS = ("target", "speaker", "note")
ANSWERS = (*CHOICES, *QUESTIONS)
# XML takes these in no form at all.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LABELS = ("labels", "hypertextlabels", "paragraphlabels")


def write(documents: Iterable[Document], file: BinaryIO, dataset: Dataset) -> None:
    """Write a zip of tasks.json, a task per text, and labelling-config.xml."""
    with Archive(file) as archive:
        archive.add(CONFIGURATION, labelling_configuration(dataset).encode())
        with archive.member(TASKS, large=True) as tasks:
            tasks.write(b"[")
            for number, document in enumerate(documents):
                task = json.dumps(_task(document), ensure_ascii=False)
                tasks.write(f"{',' if number else ''}\n{task}".encode())
            tasks.write(b"\n]\n")


def labelling_configuration(dataset: Dataset) -> str:
    """Return what a project in Label Studio needs to show the tags, with our codes and colours."""
    lines = ['<View><Labels name="code" toName="text">']
    for code in dataset.codes:
        said = {"value": code.key, "background": code.colour, "hint": code.definition}
        said |= {"hotkey": code.hotkey} if code.hotkey else {}
        lines.append(f"<Label {_attributes(said)}/>")
    lines += ["</Labels>", '<Text name="text" value="$text"/>']
    for name, choices in CHOICES.items():
        offered = "".join(f'<Choice value="{choice}"/>' for choice in choices)
        lines.append(f'<Choices name="{name}" toName="text" perRegion="true">{offered}</Choices>')
    lines += [
        f'<TextArea name="{name}" toName="text" perRegion="true" placeholder="{name}"/>'
        for name in QUESTIONS
    ]
    return "\n".join([*lines, "</View>", ""])


def _attributes(said: dict[str, str]) -> str:
    return " ".join(f"{name}={quoteattr(NOT_XML.sub('', text))}" for name, text in said.items())


def _task(document: Document) -> dict[str, Any]:
    text = document.article.text
    if text is None:
        raise ValueError(f"{document.name}: Label Studio needs the text")
    by_reader: dict[str, list[dict[str, Any]]] = {}
    for record in document.annotations:
        by_reader.setdefault(record.annotator, []).extend(_region(record))
    return {
        "data": {"text": text, **own_fields.of_article(document.article)},
        "annotations": [{"result": result} for _, result in sorted(by_reader.items())],
    }


def _region(record: AnnotationRecord) -> Iterator[dict[str, Any]]:
    """Yield the region of a tag, and each answer on it."""
    place = {"start": record.start, "end": record.end, "text": record.exact}
    whose = {"id": record.id, "to_name": "text", "origin": "manual"}
    kept = {k: v for k, v in own_fields.of_tag(record).items() if k not in {*ANSWERS, "id"}}
    code = {"from_name": "code", "type": "labels", "value": {**place, "labels": [record.code]}}
    yield {**whose, **code, "meta": {"parallax": kept}}
    for name in ANSWERS:
        if answer := getattr(record, name):
            kind, key = ("choices", "choices") if name in CHOICES else ("textarea", "text")
            # A text area's answer takes the key under which the words of the region stand.
            value = {**place, key: [answer]}
            yield {**whose, "from_name": name, "type": kind, "value": value}


def read(file: BinaryIO) -> Iterator[Record]:
    """Yield the articles and tags of tasks: JSON, a task a line, or a zip of either.

    Also read is the short form, "JSON-MIN". What a machine predicted is left out, and said.
    Raises Unreadable.
    """
    if not is_archive(file):
        yield from _read(file, "")
        return
    for name, member in members(file, wanted=lambda name: name.endswith((".json", ".jsonl"))):
        yield from _read(member, f"{name}, ")


def _read(file: BinaryIO, member: str) -> Iterator[Record]:
    for place, value in values(file):
        if isinstance(value, Reject):
            yield replace(value, place=f"{member}{place}")
            continue
        yield from _task_read(value, f"{member}{place}")


def _task_read(task: Any, place: str) -> Iterator[Record]:
    try:
        if not isinstance(task, dict):
            raise BadValue("it is no object")
        data = task.get("data", task)
        if not isinstance(data, dict):
            raise BadValue("its data is no object")
        text = _text(data)
        # A task's own number is of that project; another file's may have the same.
        article = own_fields.article(data, text, name=f"task {task.get('id', place)}", place=place)
    except BadValue as error:
        yield Reject(place, f"This is no task that we can use: {error}.", shown(task))
        return
    yield article
    try:
        for result, template in _results(task, article.ref, place):
            yield from _regions(result, template, text or "")
        guesses = task.get("predictions")  # in Label Studio's own export only their numbers
        if guesses and isinstance(guesses, list):
            yield Reject(place, f"{len(guesses)} predictions of a machine are left out.")
    except BadValue as error:
        yield Reject(place, f"The annotations of this task cannot be used: {error}.", shown(task))


def _text(data: dict[str, Any]) -> str | None:
    """Return the text: what stands under `text`, or the longest there is that is no address."""
    if text := words(data, "text"):
        return text
    if "html" in data:
        return None  # offsets count what the browser showed, which is not here
    texts = [value for value in data.values() if isinstance(value, str)]
    longest = max((text for text in texts if not re.match(r"\w+://", text)), key=len, default="")
    return checked(longest, "text") or None


def _results(
    task: dict[str, Any], ref: ArticleRef, place: str
) -> Iterator[tuple[list[dict[str, Any]], AnnotationRecord]]:
    """Yield the results of each annotator with what they have in common."""
    template = AnnotationRecord(ref, None, None, "", "", place)
    if "data" not in task:
        yield _short_form(task), _by(template, task)
        return
    done = objects(task.get("annotations") or task.get("completions"), "annotations")
    for number, annotation in enumerate(done, 1):
        at = replace(template, place=f"{place}, annotation {number}")
        result = objects(annotation.get("result"), "result")
        if not annotation.get("was_cancelled"):
            yield result, _by(at, annotation)


def _short_form(task: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the regions of a task in the short form, as results of the long one."""
    listed = [item for item in task.values() if isinstance(item, list)]
    regions = [region for item in listed for region in item if isinstance(region, dict)]
    return [{"type": "labels", "value": region} for region in regions if _labels(region)]


def _by(template: AnnotationRecord, said: dict[str, Any]) -> AnnotationRecord:
    return replace(
        template,
        annotator=_annotator(said.get("completed_by", said.get("annotator"))),
        created_at=moment(said, "created_at"),
        updated_at=moment(said, "updated_at"),
    )


def _annotator(who: Any) -> str:
    if isinstance(who, dict):
        who = who.get("email") or who.get("username") or who.get("id")
    return "" if who is None else checked(str(who), "completed_by")


def _regions(
    result: list[dict[str, Any]], template: AnnotationRecord, text: str
) -> Iterator[Record]:
    """Yield the tags of one annotator, each with the answers on its region."""
    answers: dict[str, dict[str, str]] = {}
    for item in result:
        name = item.get("from_name")
        if name in ANSWERS and isinstance(item.get("value"), dict):
            given = item["value"].get("choices") or item["value"].get("text")
            first = given[0] if isinstance(given, list) and given else given
            answers.setdefault(str(item.get("id")), {})[name] = first or ""
    for item in result:
        value = item.get("value")
        labels = _labels(value) if isinstance(value, dict) else []
        for number, label in enumerate(labels):
            try:
                given = answers.get(str(item.get("id")), {})
                said: dict[str, Any] = {name: checked(given[name], name) for name in given}
                said["id"] = words(item, "id") if number == 0 else ""
                yield replace(_tag(item, label, template, text), **said)
            except BadValue as error:
                reason = f"This region cannot be used: {error}."
                yield Reject(template.place, reason, shown(item))


def _labels(value: dict[str, Any]) -> list[Any]:
    listed: Any = next((value[name] for name in LABELS if value.get(name)), [])
    return listed if isinstance(listed, list) else [listed]


def _tag(
    item: dict[str, Any], label: Any, template: AnnotationRecord, text: str
) -> AnnotationRecord:
    value = item["value"]
    place = value.get("globalOffsets")  # in marked-up text, `start` and `end` are paths in it
    if not isinstance(place, dict):
        place = value
    start, end = whole(place, "start"), whole(place, "end")
    if start is None or end is None:
        raise BadValue("it has no offsets")
    meta = item.get("meta")
    kept = meta.get("parallax") if isinstance(meta, dict) else None
    said, standing = words(value, "text"), text[start:end] if 0 <= start < end else ""
    record = replace(
        template,
        start=start,
        end=end,
        exact=_exact(said, standing),
        code=checked(label, "label"),
        unit=None if said else Unit.CODE_POINTS,
    )
    return own_fields.with_fields(record, kept)


def _exact(said: str, standing: str) -> str:
    """Return the words of a region: what stands in the text, unless the region says other words.

    Some versions write a line's end in a region as backslash and n.
    """
    if not said or said.replace("\\n", "\n") == standing:
        return standing
    return said
