"""The gold layer of a story: its articles with the tags that adjudication found right."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from annotations.access import story_for, study_for
from annotations.rulings.gold import articles_with_gold, gold_for, readable, texts_of, why_not
from annotations.tags.desk import articles_of

ARTICLES_PER_PAGE = 5


@require_safe
def gold(request, key, story_id):
    """Read a story's articles with gold marks only. Constant number of queries."""
    study = study_for(request.user, key)
    story = story_for(study, story_id)
    context = {"study": study, "story": story}
    if reason := why_not(study, story, study.role):
        return render(request, "annotations/gold.html", context | {"closed": reason}, status=403)
    tags = gold_for(study, study.role).filter(ruling__card__adjudication__story=story)
    counts = articles_with_gold(tags)
    articles = sorted(articles_of(story), key=lambda article: article.pk not in counts)
    page = Paginator(articles, ARTICLES_PER_PAGE).get_page(request.GET.get("page"))
    context |= {
        "adjudication": readable(study, study.role).filter(story=story).first(),
        "page": page,
        "tag_count": sum(counts.values()),
        "texts": texts_of(study, tags, list(page)),
    }
    return render(request, "annotations/gold.html", context)
