def test_tagged_words_are_where_the_tag_says(revision, tag):
    annotation = tag(revision, "military suffocation")
    span = annotation.span
    assert revision.text[span.start : span.end] == span.exact == "military suffocation"
