"""Every page of a study lies under /studies/<key>/: the boundary is in the address."""

from django.urls import path

from annotations.views import (
    adjudication,
    agreement,
    assignments,
    cards,
    carries,
    cells,
    codebook,
    codebook_files,
    codebook_history,
    codebook_steps,
    concepts,
    desk,
    drift,
    echoes,
    export,
    facts,
    gold,
    imports,
    library,
    members,
    outcomes,
    parts,
    proposals,
    queue,
    quotations,
    revisions,
    settings,
    speakers,
    suggestions,
    tags,
    training,
    watch,
    worklist,
)

STUDY = "studies/<slug:key>/"
STORY = STUDY + "stories/<int:story_id>/"
CONCEPT = STUDY + "concepts/<int:concept_id>/"
REVISIONS = STUDY + "articles/<int:article_id>/revisions/"

urlpatterns = [
    path("", library.home, name="home"),
    path("studies/new/", library.study_new, name="study_new"),
    path(STUDY, library.study, name="study"),
    path(STUDY + "settings/", settings.study_settings, name="study_settings"),
    path(STUDY + "members/", members.members, name="members"),
    path(STUDY + "members/<int:membership_id>/", members.member, name="member"),
    path(
        STUDY + "members/<int:membership_id>/remove/",
        members.member_remove,
        name="member_remove",
    ),
    path(STUDY + "codebook/", codebook.codebook, name="codebook"),
    path(STUDY + "codebook/codes/", codebook.code_panel, name="code_panel"),
    path(
        STUDY + "codebook/codes/<int:code_id>/<slug:step>/",
        codebook_steps.code_step,
        name="code_step",
    ),
    path(STUDY + "codebook/history/", codebook_history.codebook_history, name="codebook_history"),
    path(
        STUDY + "codebook/history/<int:number>/",
        codebook_history.codebook_then,
        name="codebook_then",
    ),
    path(STUDY + "codebook/history/compare/", codebook_history.codebook_diff, name="codebook_diff"),
    path(
        STUDY + "codebook/codebook.csv",
        codebook_files.codebook_file,
        {"form": "csv"},
        name="codebook_csv",
    ),
    path(
        STUDY + "codebook/codebook.json",
        codebook_files.codebook_file,
        {"form": "json"},
        name="codebook_json",
    ),
    path(STUDY + "codebook/import/", codebook_files.codebook_import, name="codebook_import"),
    path(STUDY + "codebook/worklist/", worklist.worklist, name="worklist"),
    path(STUDY + "codebook/worklist/undo/", worklist.worklist_undo, name="worklist_undo"),
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
    # assignments and training
    path(STUDY + "assignments/", assignments.assignments, name="assignments"),
    path(
        STUDY + "assignments/balance/",
        assignments.assignments_balance,
        name="assignments_balance",
    ),
    path(STUDY + "assignments/undo/", assignments.assignments_undo, name="assignments_undo"),
    path(
        STUDY + "assignments/replace/",
        assignments.assignments_replace,
        name="assignments_replace",
    ),
    path(
        STUDY + "assignments/<int:assignment_id>/reopen/",
        assignments.assignment_reopen,
        name="assignment_reopen",
    ),
    path(
        STUDY + "assignments/<int:assignment_id>/feedback/",
        training.training_feedback,
        name="training_feedback",
    ),
    path(STUDY + "training/", training.training, name="training"),
    path(STUDY + "training/<int:training_id>/move/", training.training_move, name="training_move"),
    path(
        STUDY + "training/<int:training_id>/remove/",
        training.training_remove,
        name="training_remove",
    ),
    path(STUDY + "next/", parts.next_part, name="next"),
    path(STORY + "part/start/", parts.part_start, name="part_start"),
    path(STORY + "part/done/", parts.part_done, name="part_done"),
    path(STORY + "part/reopen/", parts.part_reopen, name="part_reopen"),
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
    # adjudicate
    path(STUDY + "adjudication/", adjudication.adjudication, name="adjudication"),
    path(STORY + "adjudication/", adjudication.story_adjudication, name="story_adjudication"),
    path(STORY + "adjudication/next/", adjudication.card_next, name="card_next"),
    path(STORY + "adjudication/alike/", adjudication.alike, name="alike"),
    path(
        STORY + "adjudication/alike/<uuid:batch>/undo/",
        adjudication.alike_undo,
        name="alike_undo",
    ),
    path(STUDY + "cards/<int:card_id>/", cards.card, name="card"),
    path(STUDY + "cards/<int:card_id>/claim/", cards.card_claim, name="card_claim"),
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
    # what adjudication made of the tags
    path(STORY + "gold/", gold.gold, name="gold"),
    path(STUDY + "outcomes/", outcomes.outcomes, name="outcomes"),
    path(STUDY + "outcomes/replies/", outcomes.replies, name="replies"),
    path(STUDY + "outcomes/<int:card_id>/", outcomes.card_reply, name="card_reply"),
    # agreement
    path(STUDY + "agreement/", agreement.agreement, name="agreement"),
    path(STUDY + "agreement/compute/", agreement.agreement_compute, name="agreement_compute"),
    path(STUDY + "agreement/cases/", agreement.agreement_cases, name="agreement_cases"),
    path(STUDY + "agreement/methods/", agreement.agreement_methods, name="agreement_methods"),
    path(STUDY + "export/agreement.csv", agreement.agreement_csv, name="agreement_csv"),
    path(STUDY + "export/agreement.md", agreement.agreement_md, name="agreement_md"),
    # drift
    path(STUDY + "drift/", drift.drift, name="drift"),
    path(STUDY + "drift/<int:coder_id>/", drift.drift_cases, name="drift_cases"),
    # take away
    path(STUDY + "export/", export.export, name="export"),
    path(STUDY + "export/annotations.csv", export.annotations_csv, name="annotations_csv"),
    path(STUDY + "export/gold.csv", export.gold_csv, name="gold_csv"),
    path(STUDY + "export/rulings.csv", export.rulings_csv, name="rulings_csv"),
    path(STUDY + "export/facts.csv", export.facts_csv, name="facts_csv"),
    path(STUDY + "export/concepts.csv", concepts.concepts_csv, name="concepts_csv"),
]
