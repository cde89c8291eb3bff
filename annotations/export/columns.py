"""The columns of the exported files: name, where the value comes from, and what it says.

docs/export.md describes the same columns in the same order; a test keeps the two in step. The
expressions are PostgreSQL's and speak of the aliases in annotations/export/tables.py.
"""

from dataclasses import dataclass

# White space that a spreadsheet may pass over before it looks for a formula.
BLANK = (
    r"\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200f\u2028-\u202f"
    r"\u205f\u2060\u3000\ufeff"
)
# = + - @, the same in full width and as small forms.
FORMULA = r"=+@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b-"
# OWASP, "CSV Injection". The apostrophe is here so that taking one away always restores the cell.
UNSAFE = rf"^(?:'|[\u0009\u000a\u000d]|[{BLANK}]*[{FORMULA}])"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    value: str
    meaning: str
    is_text: bool = False  # somebody's words, which a spreadsheet might run as a formula


def cell(column: Column, *, lossless: bool) -> str:
    """Return the expression of the column's cell; an empty text is an empty cell.

    Unless `lossless`, a text that looks like a formula, or begins with an apostrophe, gets an
    apostrophe in front.
    """
    value = column.value
    if not column.is_text:
        return value
    if lossless:
        return f"nullif({value}, '')"
    unsafe = UNSAFE.replace("'", "''")
    return f"CASE WHEN {value} ~ '{unsafe}' THEN '''' || {value} ELSE nullif({value}, '') END"


def moment(value: str, *, fraction: bool = True) -> str:
    """Return the expression of a time in ISO 8601, UTC."""
    form = 'YYYY-MM-DD"T"HH24:MI:SS' + (".US" if fraction else "") + '"Z"'
    return f"to_char({value} AT TIME ZONE 'UTC', '{form}')"


def utf16(value: str) -> str:
    """Return the expression of an offset in UTF-16 units: two for what lies beyond the BMP."""
    wide = f"(SELECT count(*) FROM unnest(r.wide) AS place WHERE place <= {value})"  # noqa: S608 - no input
    return f"CASE WHEN r.wide IS NULL THEN {value} ELSE {value} + {wide} END"


def text(name: str, value: str, meaning: str) -> Column:
    return Column(name, value, meaning, is_text=True)


ELSEWHERE = "r.id <> n.id"  # the span is on an older text of the article

SPAN = (
    Column("start", "s.start", "first code point of the span, from 0"),
    Column("end", 's."end"', "code point after its last"),
    Column("start_utf16", utf16("s.start"), "start in UTF-16 units, as JavaScript and Java count"),
    Column("end_utf16", utf16('s."end"'), "end in UTF-16 units"),
    text("exact", "s.exact", "the words of the span"),
    text("prefix", "s.prefix", "up to 32 code points before them"),
    text("suffix", "s.suffix", "up to 32 code points after them"),
)
ARTICLE = (
    text("outlet", "o.name", "who published it"),
    text("headline", "ar.headline", "its headline, that of its newest text"),
    text("url", "ar.url", "its address"),
    Column(
        "published_at",
        moment("ar.published_at", fraction=False),
        "when it was published; midnight stands for a date without a time",
    ),
    text("language", "ar.language", "its language, BCP 47"),
)
REVISION = (
    Column("revision_id", "r.id", "number of the text in the database"),
    Column("revision", "r.number", "which text of the article, from 1"),
    Column("revision_sha256", "r.sha256", "SHA-256 of that text in UTF-8"),
)
# Where the span stands in its article's newest text: its own place, or where it was carried.
CARRY = (
    Column("newest_revision", "n.number", "number of the article's newest text"),
    Column(
        "carry_outcome",
        f"CASE WHEN {ELSEWHERE} THEN coalesce(k.outcome, 'pending') END",
        "how the span was carried there: kept, moved, review or gone; pending if that is still "
        "to be done; empty if the span is on the newest text itself",
    ),
    Column("carry_score", "round(k.score::numeric, 3)", "how sure that outcome's place is, 0 to 1"),
    Column(
        "carry_ruling",
        "nullif(k.ruling, '')",
        "what a moderator said of it: accepted, placed or gone; empty if nothing",
    ),
    Column("carried_from", "k.origin_number", "number of the text from which it was carried"),
    Column(
        "current_start",
        f"CASE WHEN {ELSEWHERE} THEN k.start ELSE s.start END",
        "start in the newest text; empty if the words are gone or their place is uncertain",
    ),
    Column(
        "current_end",
        f'CASE WHEN {ELSEWHERE} THEN k."end" ELSE s."end" END',
        "end in the newest text",
    ),
    text(
        "current_exact",
        f"CASE WHEN {ELSEWHERE} THEN k.exact ELSE s.exact END",
        "the words that stand there",
    ),
)

# A ruling touches the annotation; whoever may not know of it is told when its own words changed.
UPDATED_AT = """CASE WHEN closed.story_id IS NULL THEN a.updated_at ELSE coalesce((
    SELECT max(greatest(made_at, undone_at)) FROM annotations_change
    WHERE annotation_id = a.id), a.created_at) END"""

ANNOTATIONS = (
    Column("annotation_id", "a.id", "UUID of the annotation"),
    Column("span_id", "s.id", "number of the span; annotations of the same words share it"),
    Column("study", "st.key", "key of the study"),
    Column("story_id", "y.id", "number of the story"),
    text("story", "y.title", "title of the story"),
    Column("article_id", "ar.id", "number of the article"),
    *ARTICLE,
    *REVISION,
    *SPAN,
    *CARRY,
    text("code", "c.key", "key of the code that the reviewer chose"),
    text("code_path", "c.path", "that code with its parent: parent/code"),
    text("code_name", "c.name", "its name"),
    Column(
        "counts_as_bias",
        "coalesce(rc.counts_as_bias, c.counts_as_bias)::text",
        "true or false, of the code in force: ruled_code if there is one, else code",
    ),
    text("ruled_code", "rc.key", "key of the code that a moderator put in its place"),
    text("ruled_code_path", "rc.path", "that code with its parent"),
    text("target", "a.target", "whom or what the words are about"),
    Column("polarity", "nullif(a.polarity, '')", "positive, negative or mixed"),
    Column("voice", "a.voice", "whose words: outlet or attributed"),
    text("speaker", "a.speaker", "to whom attributed words belong"),
    text(
        "speaker_recorded",
        "w.name",
        "the speaker whom that spelling means; empty if it is not recorded",
    ),
    text("note", "a.note", "the reviewer's note"),
    text("annotator", "annotator.username", "the reviewer"),
    Column(
        "status",
        "CASE WHEN closed.story_id IS NULL THEN a.status ELSE 'pending' END",
        "pending, accepted or rejected",
    ),
    text("moderator", "moderator.username", "who ruled; empty if no ruling is in force"),
    text("reason", "d.reason", "the moderator's reason"),
    Column("created_at", moment("a.created_at"), "when the words were tagged"),
    Column("updated_at", moment(UPDATED_AT), "when the annotation last changed"),
    Column("ruled_at", moment("d.made_at"), "when the moderator ruled"),
    Column("codebook_revision", "a.codebook_revision", "what the codebook said when it was coded"),
    Column(
        "in_gold",
        "verdict.in_gold::text",
        "true if adjudication put the code in force on exactly these words into the gold layer, "
        "false if it ruled otherwise; empty if no ruling on its card stands",
    ),
)

FACTS = (
    Column("fact_id", "f.id", "number of the fact"),
    Column("article_id", "ar.id", "number of the article"),
    Column("span_id", "s.id", "number of the span; empty for a cell without words"),
    Column("study", "st.key", "key of the study"),
    Column("story_id", "y.id", "number of the story"),
    text("story", "y.title", "title of the story"),
    Column("position", "f.position", "place of the fact in its story, from 0"),
    text("fact", "f.statement", "the fact in neutral words"),
    Column(
        "happened_on",
        "to_char(f.happened_on, 'YYYY-MM-DD')",
        "the day of the fact, in UTC; empty if nobody gave it",
    ),
    *ARTICLE,
    Column(
        "report",
        "coalesce(p.status, 'unchecked')",
        "how the article treats the fact: reported, partial, omitted, not_applicable, or "
        "unchecked if nobody has looked",
    ),
    *REVISION,
    *SPAN,
    *CARRY,
    Column("stance", "q.stance", "asserted, attributed, disputed or denied"),
    text("speaker", "q.speaker", "on whose authority"),
    text(
        "speaker_recorded",
        "w.name",
        "the speaker whom that spelling means; empty if it is not recorded",
    ),
    text("note", "p.note", "the note on the cell"),
    text("set_by", "setter.username", "who set the cell"),
    Column("set_at", moment("p.set_at"), "when"),
    Column("version", "p.version", "how often the cell was set"),
)

CARD_RULING = (
    Column(
        "ruling",
        "d.kind",
        "one, merged, several, nobody or discuss; reopen if the card was opened again",
    ),
    Column("ruling_number", "d.number", "which ruling on the card, from 1"),
    text("reason", "d.reason", "why"),
    Column("guideline", "d.guideline::text", "true if the moderator says the guideline needs work"),
    Column("automatic", "d.automatic::text", "true if a rule that a moderator applied made it"),
    text("moderator", "moderator.username", "who ruled"),
    Column("ruled_at", moment("d.made_at"), "when"),
)

GOLD = (
    Column("gold_id", "g.id", "number of the gold tag"),
    Column("card_id", "cd.id", "number of the card: a cluster of overlapping tags"),
    Column("span_id", "s.id", "number of the span"),
    Column("study", "st.key", "key of the study"),
    Column("story_id", "y.id", "number of the story"),
    text("story", "y.title", "title of the story"),
    Column("article_id", "ar.id", "number of the article"),
    *ARTICLE,
    *REVISION,
    *SPAN,
    *CARRY,
    text("code", "c.key", "key of the code"),
    text("code_path", "c.path", "that code with its parent: parent/code"),
    text("code_name", "c.name", "its name"),
    Column("counts_as_bias", "c.counts_as_bias::text", "true or false, of the code"),
    text("target", "g.target", "whom or what the words are about"),
    Column("polarity", "nullif(g.polarity, '')", "positive, negative or mixed"),
    Column("voice", "g.voice", "whose words: outlet or attributed"),
    text("speaker", "g.speaker", "to whom attributed words belong"),
    text(
        "speaker_recorded",
        "w.name",
        "the speaker whom that spelling means; empty if it is not recorded",
    ),
    text("note", "g.note", "the note on the gold tag"),
    Column(
        "annotation_id",
        "g.annotation_id",
        "UUID of the coder's tag that was found right; empty if a moderator edited words or code",
    ),
    Column("card_coders", "on_card.coders", "how many coders have a tag on the card"),
    Column(
        "same_coders",
        "coalesce(alike.coders, 0)",
        "how many of them put this code on exactly these words",
    ),
    *CARD_RULING,
    Column(
        "story_ruled_at",
        moment("adjudication.ruled_at"),
        "when the story's adjudication was closed; empty if it is under way",
    ),
    Column("codebook_revision", "g.codebook_revision", "what the codebook said when it was ruled"),
)

RULINGS = (
    Column("ruling_id", "d.id", "number of the ruling"),
    Column("annotation_id", "a.id", "UUID of the annotation that is on the card"),
    Column("card_id", "cd.id", "number of the card"),
    Column("study", "st.key", "key of the study"),
    Column("story_id", "y.id", "number of the story"),
    text("story", "y.title", "title of the story"),
    Column("article_id", "ar.id", "number of the article"),
    text("outlet", "o.name", "who published it"),
    text("headline", "ar.headline", "its headline, that of its newest text"),
    *REVISION,
    *SPAN,
    Column("card_revision", "shown.number", "the text on which the card was laid"),
    Column("card_start", "cd.start", "first code point that the card covers in that text"),
    Column("card_end", 'cd."end"', "code point after its last"),
    text("code", "c.key", "key of the coder's code, as it was when the card was laid"),
    text("code_path", "c.path", "that code with its parent"),
    text("coder", "annotator.username", "who tagged"),
    Column(
        "chosen",
        "verdict.is_right::text",
        "true if the ruling put this code on exactly these words into the gold layer",
    ),
    *CARD_RULING,
    Column(
        "in_force",
        "(later.id IS NULL)::text",
        "true for the newest ruling on the card",
    ),
    Column("taken_back_at", moment("undone.made_at"), "when it was taken back; empty if never"),
    Column("takes_back", "d.takes_back_id", "number of the ruling that this one takes back"),
)
