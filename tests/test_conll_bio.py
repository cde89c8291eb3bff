"""CoNLL tables with BIO tags: whole sentences, one column for each code."""

import io
import json
from dataclasses import replace

from annotations.interchange import conll_bio
from tests.interchanged import DATASET, TEXT, documents, members_of, records, tag, written


def table(document, name="anna/article-7-revision-9.conllup"):
    file = io.BytesIO()
    conll_bio.write([document], file, DATASET)
    members = members_of(file)
    left_out = [json.loads(line) for line in members["left_out.jsonl"].decode().splitlines()]
    return members[name].decode(), left_out


def rows(content):
    lines = (line for line in content.splitlines() if line and not line.startswith("#"))
    return [line.split("\t") for line in lines]


def test_a_table_names_its_columns_and_has_one_for_each_code():
    first, *_ = documents()
    content, _ = table(
        replace(first, annotations=[tag("“slammed” 😀", 1), tag("slam", 2, code="fear")])
    )
    assert content.split("\n\n")[0] == (
        "# global.columns = ID FORM PARALLAX:START PARALLAX:END BIO:LOADED BIO:WAR BIO:FEAR\n"
        "# newdoc id = article-7-revision-9\n"
        "# sent_id = 1\n"
        "# text = Officials “slammed” 😀 the plan.\n"
        "1\tOfficials\t2\t11\tO\tO\tO\n"
        "2\t“\t12\t13\tB-loaded\tO\tO\n"
        "3\tslammed\t13\t20\tI-loaded\tO\tB-fear\n"
        "4\t”\t20\t21\tI-loaded\tO\tO\n"
        "5\t😀\t22\t23\tI-loaded\tO\tO\n"
        "6\tthe\t24\t27\tO\tO\tO\n"
        "7\tplan\t28\t32\tO\tO\tO\n"
        "8\t.\t32\t33\tO\tO\tO"
    )


def test_no_sentence_begins_inside_a_tag():
    for name, content in members_of(written(conll_bio)).items():
        if name.endswith(".conllup"):
            sentences = content.decode().split("\n\n")
            firsts = [rows(sentence)[0] for sentence in sentences if rows(sentence)]
            assert not [cell for row in firsts for cell in row[4:] if cell.startswith("I")]


def test_tokens_stand_where_their_rows_say():
    content = members_of(written(conll_bio))["anna/article-7-revision-9.conllup"].decode()
    assert all(TEXT[int(start) : int(end)] == form for _, form, start, end, *_ in rows(content))
    assert "".join(row[1] for row in rows(content)) == "".join(TEXT.split())


def test_the_longer_of_two_tags_of_one_code_stays_and_the_other_is_listed():
    first, *_ = documents()
    content, left_out = table(replace(first, annotations=[tag("slam", 1), tag("“slammed” 😀", 2)]))
    assert [row[4] for row in rows(content)][:5] == ["O", "B-loaded", *["I-loaded"] * 3]
    (listed,) = left_out
    assert (listed["annotation_id"], listed["beside"]) == (tag("", 1).id, tag("", 2).id)
    assert (listed["start"], listed["end"]) == (13, 17)


def test_the_code_in_force_counts_and_rejected_tags_do_not():
    first, *_ = documents()
    ruled = tag("slam", 1, ruled_code="war", status="accepted")
    rejected = tag("Officials", 2, status="rejected")
    content, left_out = table(replace(first, annotations=[ruled, rejected]))
    assert [row[4:] for row in rows(content)][:3] == [["O"] * 3, ["O"] * 3, ["O", "B-war", "O"]]
    assert [one["why"] for one in left_out] == ["rejected"]


def test_a_code_that_the_codebook_lacks_gets_a_column_at_the_end():
    first, *_ = documents()
    content, _ = table(replace(first, annotations=[tag("slam", 1, code="old")]))
    assert content.startswith(
        "# global.columns = ID FORM PARALLAX:START PARALLAX:END BIO:LOADED BIO:WAR BIO:FEAR BIO:OLD"
    )


def test_every_text_and_annotator_has_a_table():
    names = members_of(written(conll_bio))
    assert "untagged/article-8-revision-10.conllup" in names
    assert len(names) == len({record.annotator for record in records()}) + 2
    assert written(conll_bio).getvalue() == written(conll_bio).getvalue()
