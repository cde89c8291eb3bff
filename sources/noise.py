"""What the lines around an article look like: tables of patterns for cleaning.

A pattern of `WHOLE_LINES` must match the line from end to end; one of `PHRASES` may stand
anywhere in a line of few words. Both are tables by reason, so that a language is added by a
word and not by a rule. English first, then the languages that our readers compare most.
"""

import re


def _table(rows: dict[str, list[str]], wrap: str) -> dict[str, re.Pattern[str]]:
    return {
        reason: re.compile(wrap.format("|".join(alternatives)), re.IGNORECASE)
        for reason, alternatives in rows.items()
    }


_NETWORKS = (
    r"facebook|twitter|x|whatsapp|telegram|linkedin|reddit|pinterest|instagram|threads|bluesky"
    r"|messenger|e-?mail|mail|print|copy link|link|vk|viber|line|weibo|wechat|flipboard|tumblr"
)
_AGENCIES = (
    r"getty(?: images)?|reuters|afp|ap|associated press|anadolu(?: agency)?|epa(?:-efe)?|efe|dpa"
    r"|ansa|xinhua|tass|ria novosti|sputnik|kyodo|jiji|yonhap|shutterstock|istock|alamy|bloomberg"
    r"|pool|zuma|upi|picture[ -]alliance|imago|ukrinform|unsplash|nurphoto|handout|belga|keystone"
)
_COUNT = r"\d{1,3}(?:[.,]?\d{3})*(?:[.,]\d)?\s?[km]?"

# The whole line is furniture of the page.
WHOLE_LINES = _table(
    {
        "navigation": [
            r"skip to (?:main )?content",
            r"(?:main )?menu|search|log ?in|sign in|close|home|back to top|loading\W*",
            r"startseite|zum inhalt springen|accueil|inicio|главная|首页|トップ",
            r"(?:previous|next) (?:article|post|story)",
        ],
        "related links": [
            r"related (?:news|articles?|stories|posts?|topics?|content|coverage|links?)",
            r"you (?:may|might) (?:also )?(?:like|be interested in)|you'll also like",
            r"(?:more|latest|top|trending|popular) (?:news|stories|articles|posts|from \w+)",
            r"recommended(?: for you| stories| reading)?|most (?:read|popular|viewed)",
            r"read (?:more|next|also|the full (?:story|article))|see also|don'?t miss|more on this",
            (
                r"mehr zum thema|verwandte (?:artikel|themen|beiträge)|das könnte (?:sie|dich) auch"
                r" interessieren|lesen sie (?:auch|mehr)|meistgelesen|weiterlesen"
            ),
            (
                r"(?:à )?lire (?:aussi|également)|articles? (?:liés|similaires"
                r"|connexes)|sur le même"
                r" sujet|vous aimerez aussi|les plus lus"
            ),
            (
                r"noticias relacionadas|artículos relacionados|le puede interesar"
                r"|te puede interesar"
                r"|también te puede (?:gustar|interesar)|leer más|lo más leído"
            ),
            r"leggi anche|articoli correlati|potrebbe interessarti(?: anche)?",
            r"leia também|leia mais|notícias relacionadas|lees ook|czytaj także|zobacz także",
            r"читайте также|по теме|похожие (?:новости|материалы)|читайте ещё",
            r"相关(?:新闻|阅读|文章)|延伸阅读|関連(?:記事|ニュース)|あわせて読みたい|관련 ?기사",
        ],
        "comment form": [
            r"(?:leave|post|write|add)(?: a| your)? (?:comment|reply)|comments? (?:are )?closed",
            (
                rf"(?:no|{_COUNT}) (?:comments?|replies)|comments?(?: \({_COUNT}\))?|join the"
                r" (?:conversation|discussion)|cancel reply|reply|(?:view|show"
                r"|load)(?: all)? comments"
            ),
            r"kommentar (?:schreiben|hinterlassen)|kommentare?|schreiben sie einen kommentar",
            r"laisser un commentaire|commentaires?|deja(?:r)? un comentario|comentarios?",
            r"lascia un commento|deixe um comentário|оставить комментарий|комментарии",
            r"发表评论|评论|コメント(?:する|を書く)?|댓글",
        ],
        "share buttons": [
            (
                rf"(?:share|tweet|pin|post|send|follow(?: us)?)(?: (?:this|it"
                rf"|the))?(?: (?:article|story"
                rf"|post|page))?(?: (?:this|on|via|with|by|to|in|at))*(?:[\s,:"
                rf"|·/]*(?:{_NETWORKS}))*"
                r"(?: friends)?"
            ),
            rf"(?:(?:{_NETWORKS})[\s,|·/]+)+(?:{_NETWORKS}|share)",
            (
                rf"(?:teilen|partager|compartir|condividi|compartilhar|поделиться|分享|シェア|공유)"
                rf"(?: (?:auf|sur|en|su|no|в|via))?(?:[\s,:|·/]*(?:{_NETWORKS}))*"
            ),
        ],
        "share count": [
            rf"{_COUNT} (?:shares?|views?|likes?|tweets?|reads?|retweets?|facebook shares?)",
            rf"(?:shares?|views?|likes?|total shares?)[: ]+{_COUNT}",
            rf"{_COUNT} (?:mal geteilt|partages?|compartidos?|vistas|visualizzazioni|просмотр\w*)",
        ],
        "reading time": [
            r"(?:\d+|a few|one)[ -]?min(?:ute)?s?(?: (?:read|reading time|to read))",
            r"(?:reading time|read time|lesezeit|temps de lecture|tiempo de lectura)\W+\d+ \w+\W?",
            r"\d+ (?:min(?:uten)? lesezeit|min(?:utes)? de lecture|min(?:utos)? de lectura)",
        ],
        "advertisement": [
            r"(?:advertise?ments?|advertising|sponsored(?: content)?|ad|promoted|paid content)\W*",
            (
                r"(?:advertisement\W+)?(?:story |article )?continues (?:below"
                r"|after)(?: (?:this |the )?"
                r"(?:ad(?:vertise?ment)?))?|scroll (?:down )?to continue(?: reading)?"
            ),
            r"anzeige|werbung|publicit[ée]|publicidad|anuncio|pubblicità|reclame|reklama|реклама",
            r"广告|広告|광고",
        ],
        "copyright line": [
            r"(?:copyright )?(?:©|\(c\)|copyright \d{4}).{0,120}",
            (
                r".{0,80}(?:all rights reserved|alle rechte vorbehalten|tous droits réservés"
                r"|todos los derechos reservados|все права защищены).{0,40}"
            ),
        ],
        "privacy notice": [
            (
                r"(?:privacy|cookies?)(?: (?:&|and) (?:privacy|cookies?))? (?:policy"
                r"|notice|settings"
                r"|preferences)|terms (?:of (?:use|service)|and conditions)|do not sell my .{0,40}"
            ),
            (
                r"datenschutz(?:erklärung|hinweise?)?|impressum|mentions légales|politique de"
                r" confidentialité|política de privacidad|aviso legal|политика конфиденциальности"
            ),
        ],
    },
    r"\W*(?:{0})[\s:：…»›>→.!?*)\]]*",
)

# A few words of the line give it away. They speak to the reader: an article that reports on
# cookies or on newsletters does not.
PHRASES = _table(
    {
        "cookie notice": [
            r"\b(?:this|our) (?:web)?(?:site|page)s? (?:may )?uses? (?:\w+ ){0,3}cookies",
            r"\bwe(?: and our \w+)? (?:may )?use (?:\w+ ){0,3}cookies",
            r"^(?:accept|reject|manage|allow) (?:all |the |our )?cookies",
            r"\b(?:wir|(?:diese|unsere) (?:web)?(?:seite|site))\b.{0,40}\bcookies",
            r"\b(?:nous utilisons|ce site utilise|accepter)\b.{0,20}\bcookies",
            (
                r"\b(?:utilizamos|usamos|este (?:sitio|site)(?: web)? (?:usa"
                r"|utiliza))\b.{0,20}\bcookies"
            ),
            r"\b(?:utilizziamo|questo sito (?:usa|utilizza))\b.{0,20}\bcookie",
            r"\b(?:deze (?:web)?site gebruikt|ta strona używa|używamy)\b.{0,20}\bcookie",
            r"(?:сайт|мы) использу\w+ (?:файлы )?(?:cookie|куки)",
            (
                r"(?:本网站|我们).{0,4}使用.{0,6}cookie|(?:cookie|クッキー)を使用してい"
                r"|쿠키를 사용합니다"
            ),
        ],
        "comment form": [
            (
                r"\bakismet\b|your comment data is processed"
                r"|your e-?mail address will not be published"
            ),
            r"required fields are marked|\bsave my name,? e-?mail",
            (
                r"^(?:you must )?(?:be )?(?:log|sign|logged"
                r"|signed) in to (?:post a )?(?:comment|reply)"
            ),
            r"e-?mail-adresse wird nicht veröffentlicht|adresse e-?mail ne sera pas publiée",
            r"dirección de correo electrónico no será publicada|адрес email не будет опубликован",
        ],
        "newsletter sign-up": [
            (
                r"\b(?:sign up|subscribe|register)(?: now| here| today)? (?:for"
                r"|to) (?:our|your)\b.{0,60}"
                r"(?:newsletter|briefing|alerts?|channel|podcast|digest|updates)"
            ),
            r"^(?:sign up|subscribe)(?: now| here| today)?\b.{0,60}(?:newsletter|briefing|digest)",
            r"\b(?:in|to) your inbox\b|^newsletter (?:abonnieren|bestellen)",
            r"^(?:abonnieren|bestellen) sie .{0,40}newsletter|^(?:inscrivez|abonnez)-vous",
            (
                r"^suscríbe(?:te|se) a|^iscriviti alla|^assine (?:a|nossa)"
                r"|^подпи(?:шитесь|сывайтесь) на"
            ),
        ],
        "privacy notice": [
            (
                r"\bby (?:continuing|clicking|subscribing|signing up|using (?:this|our)).{0,60}"
                r"you (?:agree|accept|consent)|(?:read|see) our privacy (?:policy|notice)"
            ),
        ],
        "share buttons": [
            (
                r"\bclick to (?:share|print|email)\b|\(opens in new window\)|^share this:"
                rf"|\bfollow us on (?:{_NETWORKS})\b"
            ),
        ],
    },
    r"{0}",
)

# One of these stands in every line that PHRASES or CAPTION may match. To look for a substring takes
# a hundredth of the time of the pattern, and nearly every line of an article holds none.
TRIGGERS = {
    "cookie notice": ("cookie", "куки", "クッキー", "쿠키"),
    "comment form": ("akismet", "comment", "mail", "required fields", "correo", "reply"),
    "newsletter sign-up": (
        *("newsletter", "inbox", "subscri", "sign up", "register", "inscrivez", "abonnez"),
        *("suscríbe", "iscriviti", "assine", "подпи", "abonnieren", "briefing", "digest"),
    ),
    "privacy notice": ("you agree", "you accept", "you consent", "privacy"),
    "share buttons": ("click to", "opens in new window", "share this:", "follow us on"),
    "possible caption": ("photo", "pictur", "seen here", "image", "imagen", "bild"),
}

# A label, and the headline of another piece.
CROSS_LINK = re.compile(
    r"\W*(?:"
    # Plain enough without a colon.
    r"(?:(?:see|read|watch|learn) (?:also|more|next)|also (?:read|see|watch)"
    r"|lesen sie (?:auch|mehr|dazu)|lire (?:aussi|également)|lea también|lee también"
    r"|leggi anche|leia (?:também|mais)|lees ook|czytaj (?:także|też)|читайте также)\b[\s:：|–—-]+"
    r"|(?:read|watch|listen|more|related(?: \w+)?|editorials?|mehr|lire|lea|leer|leggi"
    r"|по теме|читать|相关(?:新闻|阅读)|延伸阅读|関連記事)\s?[:：|»]\s*)"
    r"\S.*",
    re.IGNORECASE,
)
# The same labels may head a part of the article itself.
MAYBE_CROSS_LINK = re.compile(
    r"\W*(?:opinion|analysis|explainer|explained|video|photos|gallery|podcast|in pictures"
    r"|fact check|live|timeline|in depth|hintergrund|kommentar|analyse)\s?[:：|»]\s*\S.*",
    re.IGNORECASE,
)
BREADCRUMB = re.compile(
    r"(?:home(?:page)?|start(?:seite)?|accueil|inicio|início|главная|首页|ホーム|홈)"
    r"\s*[»›>/|→·].*|(?:[^»›→>]{1,40}\s[»›→>]\s){2,}[^»›→>]{1,150}",
    re.IGNORECASE,
)
HASHTAGS = re.compile(r"[#＃][^\s#＃]+(?:[\s,|·]*[#＃][^\s#＃]+)+")
TAG_LIST = re.compile(
    r"(?:tags?|tagged(?: (?:with|as|in))?|topics|keywords|filed under|categor(?:y"
    r"|ies)|schlagw[oö]rte"
    r"r?|mots[- ]clés|étiquettes|etiquetas|теги|标签|タグ|태그)\s?[:：]\s?.{1,300}",
    re.IGNORECASE,
)
BYLINE = re.compile(
    r"(?:by|von|par|por|di|door|written by|author|reported by|автор"
    r"|作者)[:：]?\s+(?P<name>\S.{0,100})",
    re.IGNORECASE,
)
NOBODY = {"admin", "administrator", "editor", "staff", "webmaster", "root", "user", "news desk"}
OUTLET_WORDS = {
    "news",
    "times",
    "post",
    "media",
    "press",
    "agency",
    "desk",
    "daily",
    "online",
    "tv",
}
CREDIT_TAIL = re.compile(
    r"[(\[](?:file )?(?:photo|image|picture|foto|bild|imagen|crédit|credit)s?\b[^()]{0,80}[)\]]$",
    re.IGNORECASE,
)
AGENCY_TAIL = re.compile(rf"[(\[][^()]{{0,60}}\b(?:{_AGENCIES})[)\]]$", re.IGNORECASE)
CREDIT_LINE = re.compile(
    r"\W*(?:(?:file )?(?:photo|image|picture|photograph|foto|bild|imagen|immagine"
    r"|фото|图片|图源|写真)"
    r"(?: (?:credit|courtesy|source|by|via|:)| ?[:：]| ?courtesy of)|(?:photo )?credits? ?[:：]"
    r"|crédits? photos?|getty images|bildquelle|фото ?[:：]|图片来源|写真[:：])(?P<rest>.*)",
    re.IGNORECASE,
)
CREDIT_PARTS = re.compile(r"\s*[|/]\s*")
AGENCY = re.compile(rf"(?:{_AGENCIES})(?: (?:photos?|images|news|agency))?", re.IGNORECASE)
CAPTION_PLACE = re.compile(
    r"[(,\[]\s?(?:left|right|centre|center|l|r|c|back|front|from left|above|below|links|rechts"
    r"|à gauche|à droite|izquierda|derecha|слева|справа|左|右)\s?[),\]]",
    re.IGNORECASE,
)
CAPTION = re.compile(
    r"\b(?:pictured|seen here|poses? for (?:a )?(?:photo|picture)|file photo|in this (?:file )?"
    r"(?:photo|picture|image)|archivbild|im bild|photo d'archives|imagen de archivo)\b",
    re.IGNORECASE,
)
ADVERTISING = re.compile(
    r"\b(?:our clients|limited[- ]time|click here|you won'?t believe|this one (?:weird )?trick|sign"
    r" up (?:now|today)|buy now|shop now|order now|act now|free trial|special offer|exclusive offer"
    r"|\d+ ?% off|get rich|passive income|doctors (?:hate|are)|jetzt (?:kaufen|bestellen|sichern)"
    r"|achetez maintenant|compra ahora)\b"
    r"|^(?:revealed|sponsored|promoted|partner content|ad|anzeige) ?[:：]"
    r"|\b(?:earn|win|save|make)\b.{0,15}[$€£]\s?\d",
    re.IGNORECASE,
)
QUESTION_WORD = re.compile(
    r"(?:how|why|what|watch|who|where|when|inside|meet|here's|this is|warum|wie|wieso|comment"
    r"|pourquoi|cómo|por qué|come|perché|почему|как)\b",
    re.IGNORECASE,
)
