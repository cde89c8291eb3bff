"""Every page of a study lies under /studies/<key>/: the boundary is in the address."""

from django.urls import path

from annotations.views import (
    carries,
    codebook,
    desk,
    export,
    facts,
    imports,
    library,
    members,
    queue,
    revisions,
    tags,
    watch,
)

STUDY = "studies/<slug:key>/"
STORY = STUDY + "stories/<int:story_id>/"
REVISIONS = STUDY + "articles/<int:article_id>/revisions/"

urlpatterns = [
    path("", library.home, name="home"),
    path("studies/new/", library.study_new, name="study_new"),
    path(STUDY, library.study, name="study"),
    path(STUDY + "members/", members.members, name="members"),
    path(STUDY + "members/<int:membership_id>/", members.member, name="member"),
    path(
        STUDY + "members/<int:membership_id>/remove/",
        members.member_remove,
        name="member_remove",
    ),
    path(STUDY + "codebook/", codebook.codebook, name="codebook"),
    path("codebooks/<int:codebook_id>/codes.css", codebook.stylesheet, name="code_stylesheet"),
    path(STUDY + "stories/new/", library.story_new, name="story_new"),
    path(STORY, library.story, name="story"),
    path(STORY + "edit/", library.story_edit, name="story_edit"),
    path(STUDY + "articles/<int:article_id>/", library.article, name="article"),
    path(STUDY + "originals/<int:revision_id>/", library.original, name="original"),
    # revisions
    path(REVISIONS, revisions.revisions, name="revisions"),
    path(REVISIONS + "<int:number>/", revisions.revision, name="revision"),
    path(REVISIONS + "<int:old>/<int:new>/", revisions.revision_diff, name="revision_diff"),
    # import
    path(STORY + "import/", imports.article_import, name="article_import"),
    path(STUDY + "drafts/<uuid:batch>/", imports.drafts, name="drafts"),
    path(STUDY + "drafts/<uuid:batch>/<uuid:draft_id>/", imports.draft, name="draft"),
    path(
        STUDY + "drafts/<uuid:batch>/<uuid:draft_id>/discard/",
        imports.draft_discard,
        name="draft_discard",
    ),
    # watch
    path(STORY + "watch/", watch.watch, name="watch"),
    path(STORY + "watch/now/", watch.refetch_now, name="refetch_now"),
    # read and tag
    path(STORY + "desk/", desk.desk, name="desk"),
    path(STORY + "annotations/", desk.annotation_list, name="annotation_list"),
    path(STUDY + "tag/", tags.tag, name="tag"),
    path(STUDY + "annotations/<uuid:annotation_id>/", tags.annotation, name="annotation"),
    path(
        STUDY + "annotations/<uuid:annotation_id>/remove/",
        tags.annotation_remove,
        name="annotation_remove",
    ),
    path(STORY + "undo/", tags.undo, name="undo"),
    path(STORY + "redo/", tags.redo, name="redo"),
    # facts
    path(STORY + "facts/", facts.matrix, name="facts"),
    path(STUDY + "facts/<int:fact_id>/", facts.fact, name="fact"),
    path(
        STUDY + "facts/<int:fact_id>/articles/<int:article_id>/",
        facts.report,
        name="report",
    ),
    # moderate
    path(STUDY + "queue/", queue.queue, name="queue"),
    path(STUDY + "queue/rule/", queue.rule_many, name="rule_many"),
    path(STUDY + "annotations/<uuid:annotation_id>/rule/", queue.rule, name="rule"),
    # carries
    path(STUDY + "carries/", carries.carries, name="carries"),
    path(STUDY + "carries/accept/", carries.accept_carries, name="accept_carries"),
    path(STUDY + "carries/<int:carry_id>/", carries.carry, name="carry"),
    # take away
    path(STUDY + "export/", export.export, name="export"),
    path(STUDY + "export/annotations.csv", export.annotations_csv, name="annotations_csv"),
    path(STUDY + "export/facts.csv", export.facts_csv, name="facts_csv"),
]
