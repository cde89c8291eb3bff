"""Every page of a study lies under /studies/<key>/: the boundary is in the address."""

from django.urls import path

from annotations.views import (
    carries,
    cells,
    codebook,
    concepts,
    desk,
    echoes,
    export,
    facts,
    imports,
    library,
    members,
    proposals,
    queue,
    quotations,
    revisions,
    speakers,
    suggestions,
    tags,
    watch,
)

STUDY = "studies/<slug:key>/"
STORY = STUDY + "stories/<int:story_id>/"
CONCEPT = STUDY + "concepts/<int:concept_id>/"
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
    # echoes
    path(STUDY + "echoes/", echoes.echoes, name="echoes"),
    path(STUDY + "echoes/tag/", echoes.echoes_tag, name="echoes_tag"),
    path(STUDY + "echoes/undo/", echoes.echoes_undo, name="echoes_undo"),
    # facts
    path(STORY + "facts/", facts.matrix, name="facts"),
    path(STUDY + "facts/<int:fact_id>/", facts.fact, name="fact"),
    path(
        STUDY + "facts/<int:fact_id>/articles/<int:article_id>/",
        cells.report,
        name="report",
    ),
    path(STORY + "facts/suggestions/", suggestions.suggestions, name="suggestions"),
    path(
        STUDY + "facts/<int:fact_id>/articles/<int:article_id>/suggestions/",
        suggestions.cell_suggestions,
        name="cell_suggestions",
    ),
    # proposed facts
    path(STORY + "proposals/", proposals.proposals, name="proposals"),
    path(STORY + "proposals/find/", proposals.proposals_find, name="proposals_find"),
    path(STORY + "proposals/undo/", proposals.proposals_undo, name="proposals_undo"),
    path(STUDY + "proposals/<int:proposal_id>/", proposals.proposal, name="proposal"),
    # moderate
    path(STUDY + "queue/", queue.queue, name="queue"),
    path(STUDY + "queue/rule/", queue.rule_many, name="rule_many"),
    path(STUDY + "annotations/<uuid:annotation_id>/rule/", queue.rule, name="rule"),
    # carries
    path(STUDY + "carries/", carries.carries, name="carries"),
    path(STUDY + "carries/accept/", carries.accept_carries, name="accept_carries"),
    path(STUDY + "carries/<int:carry_id>/", carries.carry, name="carry"),
    # quotations
    path(STORY + "quotations/", quotations.quotations, name="quotations"),
    path(STUDY + "speakers/", speakers.speakers, name="speakers"),
    path(STUDY + "speakers/<int:speaker_id>/", speakers.speaker, name="speaker"),
    # word choice
    path(STUDY + "concepts/", concepts.concepts, name="concepts"),
    path(STUDY + "concepts/name/", concepts.concept_naming, name="concept_naming"),
    path(CONCEPT, concepts.concept, name="concept"),
    path(CONCEPT + "passages/", concepts.concept_places, name="concept_places"),
    path(CONCEPT + "names/", concepts.concept_name_add, name="concept_name_add"),
    path(CONCEPT + "names/<int:name_id>/", concepts.concept_name, name="concept_name"),
    path(CONCEPT + "exclude/", concepts.concept_exclude, name="concept_exclude"),
    path(
        CONCEPT + "exclusions/<int:exclusion_id>/readmit/",
        concepts.concept_readmit,
        name="concept_readmit",
    ),
    path(CONCEPT + "merge/", concepts.concept_merge, name="concept_merge"),
    path(CONCEPT + "delete/", concepts.concept_delete, name="concept_delete"),
    # take away
    path(STUDY + "export/", export.export, name="export"),
    path(STUDY + "export/annotations.csv", export.annotations_csv, name="annotations_csv"),
    path(STUDY + "export/facts.csv", export.facts_csv, name="facts_csv"),
    path(STUDY + "export/concepts.csv", concepts.concepts_csv, name="concepts_csv"),
]
