"""The library: studies, their stories, and the articles as they were imported."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from annotations.access import article_for, revision_for, sees_outlets, story_for, study_for
from annotations.codebook.codebooks import default_codebook
from annotations.forms.library import DetailsForm, StoryForm, StudyForm, details_initial
from annotations.forms.watch import WatchForm
from annotations.models import Role, Study
from annotations.plans import planned_anew
from annotations.revisions.watching import watch_card
from annotations.tags.counting import (
    articles_with_counts,
    count_tags,
    outlets_in,
    stories_with_counts,
    studies_with_counts,
    waiting_batches,
)
from annotations.team.assignments import part_of
from annotations.team.founding import KeyTaken, add_story, create_study, rename_story
from sources.importing import edit_article
from sources.models import Story
from sources.passages import passages
from sources.refusals import ImportRefused

STORIES_PER_PAGE = 50
ARTICLES_PER_PAGE = 100


@require_safe
@planned_anew()
def home(request):
    """List the studies that the user may see."""
    studies = studies_with_counts(Study.objects.visible_to(request.user), request.user)
    page = Paginator(studies, STORIES_PER_PAGE).get_page(request.GET.get("page"))
    for study in page:
        # A site administrator counts as an owner of every study.
        study.role = Role(Role.OWNER if request.user.is_superuser else study.member_role)
    count_tags([(study, study.role) for study in page], request.user)
    return render(request, "annotations/home.html", {"page": page})


@require_http_methods(["GET", "POST"])
def study_new(request):
    """Found a study; for site administrators."""
    if not request.user.is_superuser:
        raise PermissionDenied("Only a site administrator founds a study.")
    form = StudyForm(request.POST or None, request.FILES or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        given["codebook"] = given.pop("file") or given["codebook"] or default_codebook()
        try:
            study = create_study(**given, owner=request.user)
        except KeyTaken as refusal:
            form.add_error("key", str(refusal))
        else:
            messages.success(request, f"“{study}” is founded. Now add its members and a story.")
            return redirect("study", study.key)
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/study_new.html", {"form": form}, status=status)


@require_safe
def study(request, key):
    """List the stories of a study; `q` keeps those that hold the words somewhere."""
    study = study_for(request.user, key)
    stories = study.stories.all()
    if q := request.GET.get("q", "").strip():
        articles = Q(articles__headline__icontains=q)
        if not study.veil:
            articles |= Q(articles__outlet__name__icontains=q)
        found = study.stories.filter(Q(title__icontains=q) | articles)
        stories = stories.filter(pk__in=found.order_by().values("pk"))
    context = {
        "study": study,
        "page": _page(stories, study, request.GET.get("page")),
        "q": q,
        "batches": waiting_batches(study, request.user),
    }
    return render(request, "annotations/study.html", context)


@require_http_methods(["GET", "POST"])
def story_new(request, key):
    """Begin a story in the study."""
    study = study_for(request.user, key)
    form = StoryForm(request.POST or None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        story = add_story(study, form.cleaned_data["title"])
        messages.success(request, "The story is there. Now import its articles.")
        return redirect("article_import", study.key, story.pk)
    context = {"study": study, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/story_new.html", context, status=status)


@require_safe
def story(request, key, story_id):
    """List the articles of a story, to open them side by side."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    card = watch_card(story, study.role)
    in_order = F("published_at").asc(nulls_last=True), "pk"
    articles = articles_with_counts(story.articles.order_by(*in_order), study)
    context = {
        "study": study,
        "story": story,
        "page": Paginator(articles, ARTICLES_PER_PAGE).get_page(request.GET.get("page")),
        "batches": waiting_batches(study, request.user).filter(story=story),
        "card": card,
        "watch_form": WatchForm(initial=card.terms),
        "part": part_of(study, story, request.user),
    }
    return render(request, "annotations/story.html", context)


@require_http_methods(["GET", "POST"])
def story_edit(request, key, story_id):
    """Give a story another title."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    form = StoryForm(request.POST or None, initial={"title": story.title}, label_suffix="")
    if request.method == "POST" and form.is_valid():
        rename_story(story, form.cleaned_data["title"])
        messages.success(request, "The title is saved.")
        return redirect("story", study.key, story.pk)
    context = {"study": study, "story": story, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "annotations/story_edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
def article(request, key, article_id):
    """Read an article with its provenance, and correct what is said about it."""
    study = study_for(request.user, key)
    article = article_for(study, article_id)
    if request.method == "POST":
        sees_outlets(study)
    form = DetailsForm(request.POST or None, initial=details_initial(article), label_suffix="")
    if request.method == "POST" and form.is_valid():
        details = form.details()
        try:
            edit_article(
                article,
                headline=details.headline,
                outlet_name=details.outlet,
                url=details.url,
                byline=details.byline,
                published_at=details.published_at,
                language=details.language,
            )
        except ImportRefused as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "The details are saved.")
            return redirect("article", study.key, article.pk)
    status = 422 if request.method == "POST" else 200
    context = {"study": study, "article": article, "form": form, "outlets": outlets_of(study)}
    context |= provenance(article, request.GET.get("revision"))
    return render(request, "annotations/article.html", context, status=status)


@require_safe
def original(request, key, revision_id):
    """Hand out the bytes as they came: to keep, never to show or run in this site."""
    study = sees_outlets(study_for(request.user, key))
    revision = revision_for(study, revision_id)
    original = revision.original
    name = original.filename or f"original-{original.sha256[:12]}.txt"
    headers = {
        "Content-Disposition": content_disposition_header(True, name),
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(
        bytes(original.data), content_type="application/octet-stream", headers=headers
    )


def _page(stories, study, number):
    """Return a page of stories with their counts, which are made of those on it alone."""
    page = Paginator(list(stories.values_list("pk", flat=True)), STORIES_PER_PAGE).get_page(number)
    shown = Story.objects.filter(pk__in=page.object_list)
    page.object_list = stories_with_counts(shown, study)
    return page


def outlets_of(study):
    """Return the outlets that the study's stories hold already, to choose from."""
    return outlets_in(study)


def provenance(article, number):
    """Return the revision `number` of an article, or its newest: who brought it, and what fell."""
    revisions = article.revisions.select_related("original", "created_by")
    revisions = revisions.defer("original__data")
    if number and not number.isdecimal():
        raise Http404("No such revision")
    shown = get_object_or_404(revisions, number=number) if number else revisions.first()
    return {
        "revisions": revisions.defer("text", "original__data"),
        "revision": shown,
        "passages": [shown.text[p.start : p.end] for p in passages(shown.text)] if shown else [],
        "cleaned_lines": shown.cleaned_lines.all() if shown else [],
    }
