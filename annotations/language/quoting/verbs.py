"""Words that attribute a quotation, by language: a table to read and to add to.

Forms, not stems: what is listed is what is found, in upper or lower case. A form that is a common
noun as well ("claims", "report") is left out. `AHEAD` stand before whom they name.
"""

# Verbs of saying. They tell as much as they say: "claimed" and "said" are two choices.
SAYING = {
    "en": """
        said says saying told tells telling stated stating added adds adding argued argues arguing
        insisted insists insisting warned warns warning noted noting stressed stressing emphasized
        emphasised emphasizing emphasising declared declares declaring announced announcing
        explained explains explaining replied replying responded responding answered asked asking
        admitted admits admitting conceded concedes acknowledged acknowledges denied denies
        denying alleged alleging alleges asserted asserts asserting contended contends maintained
        maintains reiterated reiterating repeated suggested suggests suggesting claimed claiming
        called calls calling described describes describing dubbed dubbing labelled labeled
        branded urged urges urging vowed vows vowing pledged promised praised praises praising
        hailed slammed blasted condemned condemning criticized criticised accused accusing advised
        advises quipped joked shouted cried whispered tweeted wrote writes writing posted remarked
        commented observed concluded clarified clarifies confirmed confirming revealed recalled
        recalling proposed complained conjectured testified boasted lamented fumed thundered
        mocked scoffed retorted countered opined predicted predicts cautioned
        """,
    "de": """
        sagte sagten sagt sagen erklärte erklärten erklärt betonte betonten betont meinte meint
        warnte warnten warnt forderte forderten fordert nannte nannten nennt bezeichnete
        bezeichneten bezeichnet fügte behauptete behaupteten behauptet kritisierte kritisiert
        versicherte schrieb schreibt antwortete fragte räumte wies verwies teilte äußerte
        beklagte lobte zitierte bekräftigte unterstrich
        """,
    "fr": """
        dit disait disent déclare déclaré déclarait affirme
        affirmé affirmait explique expliqué expliquait ajoute ajouté souligne souligné précise
        précisé indique indiqué assure assuré estime estimé prévient prévenu dénonce dénoncé
        qualifie qualifié répond répondu lance lancé insiste insisté martèle martelé écrit
        rappelle rappelé reconnaît reconnu
        """,
    "es": """
        dijo dijeron dice dicen dicho afirmó afirma afirmaron declaró declara aseguró
        asegura explicó explica añadió añade agregó agrega señaló señala sostuvo sostiene advirtió
        advierte manifestó expresó indicó subrayó subraya recalcó calificó denunció denuncia
        insistió respondió escribió reiteró destacó apuntó aclaró
        """,
    "pt": """
        disse disseram diz dizem afirmou afirma afirmaram declarou declara acrescentou explicou
        explica alertou destacou ressaltou garantiu respondeu escreveu criticou denunciou
        reiterou avisou sublinhou chamou
        """,
    "it": """
        disse dissero dice dicono detto dichiarato afferma
        affermato spiega spiegato aggiunge aggiunto
        sottolinea sottolineato avverte avvertito assicura ribadisce ribadito definito scrive
        risponde risposto sostiene denuncia
        """,
    "nl": """
        zei zeiden zegt zeggen verklaarde verklaart benadrukte benadrukt waarschuwde waarschuwt
        noemde noemt voegde stelde stelt schreef schrijft antwoordde aldus meldde
        """,
    "sv": """
        sade sa säger säga förklarade förklarar betonade betonar varnade varnar skrev skriver
        menade menar hävdade hävdar kallade tillade uppgav svarade
        """,
    "pl": """
        powiedział powiedziała powiedzieli mówi mówił mówiła stwierdził stwierdziła dodał dodała
        podkreślił podkreśliła oświadczył oświadczyła zaznaczył ostrzegł napisał napisała nazwał
        """,
    "tr": """
        dedi dediler diyor söyledi söylediler belirtti vurguladı açıkladı ekledi konuştu uyardı
        savundu kaydetti yazdı
        """,
    "ru": """
        сказал сказала сказали говорит говорил говорила заявил заявила заявили заявляет отметил
        отметила отметили подчеркнул подчеркнула добавил добавила сообщил сообщила сообщили
        пояснил пояснила объяснил объяснила назвал назвала написал написала предупредил
        предупредила ответил ответила утверждает утверждал считает уточнил уточнила призвал
        """,
    "uk": """
        сказав сказала сказали каже заявив заявила заявили зазначив зазначила наголосив
        наголосила додав додала повідомив повідомила пояснив пояснила назвав назвала написав
        """,
    "ar": """
        قال قالت قالوا يقول تقول أكد أكدت صرح صرحت أضاف أضافت أعلن أعلنت
        ذكر ذكرت أوضح أوضحت أشار أشارت شدد شددت وصف وصفت اعتبر اعتبرت حذر حذرت كتب كتبت
        """,
    "zh": """
        说道 说 說道 說 表示 称 稱 指出 强调 強調 宣布 宣佈 认为 認為 警告
        回应 回應 写道 寫道 补充 補充 批评 批評 呼吁 呼籲 声称 聲稱 形容 告诉 告訴
        """,
    "ja": """
        述べた 述べ 語った 語り 話した 話し 言った 言い 主張した 主張し 強調した 強調し
        説明した 批判した 批判し 明らかにした 答えた 訴えた 警告した 表明した 指摘した 指摘し
        コメントした 呼んだ 書いた
        """,
    "ko": """
        말했다 밝혔다 강조했다 전했다 주장했다 설명했다 덧붙였다 지적했다 비판했다
        경고했다 답했다 라고
        """,
}

# Verbs of saying in several words.
PHRASES = {
    "en": "pointed out|points out|pointing out|hit back|hits back|went on|goes on|put it|puts it|"
    "hastens to clarify|hastened to clarify|hastened to add",
    "fr": "a dit|ont dit|a-t-il dit|a-t-elle dit|a déclaré|ont déclaré|a affirmé|a ajouté",
    "es": "ha dicho|han dicho|ha afirmado|ha declarado|hizo hincapié",
    "it": "ha detto|hanno detto|ha dichiarato|ha affermato|ha spiegato|ha aggiunto",
    "nl": "liet weten|laat weten",
    "tr": "ifade etti|dile getirdi",
}

# Phrases that attribute without a verb and stand before the speaker.
AHEAD = {
    "en": "according to|in the words of",
    "de": "laut|zufolge|nach Angaben von|nach den Worten von",
    "fr": "selon|d’après|d'après",
    "es": "según|en palabras de|de acuerdo con",
    "pt": "segundo|de acordo com|nas palavras de",
    "it": "secondo",
    "nl": "volgens",
    "sv": "enligt",
    "pl": "według|zdaniem",
    "ru": "по словам|по мнению",
    "uk": "за словами",
    "ar": "بحسب|وفقا ل|حسب",
    "zh": "据|據|根据|根據",
}

# Forms of verbs of saying that have no subject of their own: it is that of the sentence.
PARTICIPLES = {
    "en": """
        saying telling stating adding arguing insisting warning noting stressing emphasizing
        emphasising declaring announcing explaining replying responding asking admitting denying
        alleging asserting reiterating suggesting claiming calling describing dubbing urging
        vowing praising condemning accusing writing confirming recalling
        """,
}

# Words that may stand between a subject and its verb, or begin a sentence before the subject.
AROUND_SUBJECT = {
    "en": """
        also later further then has have had is was were been being again earlier meanwhile
        however still once reportedly repeatedly recently hastened hastens to previously
        subsequently yesterday today on monday tuesday wednesday thursday friday saturday sunday
        """,
    "de": "auch dann später hat haben habe wurde am montag dienstag mittwoch donnerstag freitag",
    "fr": "a ont aussi encore ensuite a-t-il a-t-elle lundi mardi mercredi jeudi vendredi",
    "es": "ha han también luego después se lo el lunes martes miércoles jueves viernes",
    "ru": "также затем позже ранее",
    "zh": "也 还 還 周一 周二 周三 周四 周五",
}

# Words at which the name of a speaker ends when it stands behind the verb.
BEHIND_SPEAKER = {
    "en": """
        on in at during after before when while who as that to from with by monday tuesday
        wednesday thursday friday saturday sunday yesterday today last this earlier late later
        early speaking adding and but not
        """,
    "de": "am im in auf bei vor nach während mit und zu gegenüber hinzu weiter",
    "fr": "à au en dans lors devant sur lundi mardi mercredi jeudi vendredi et mais qui",
    "es": "en a al durante ante tras lunes martes miércoles jueves viernes y que quien",
    "pt": "em no na durante nesta neste à ao e que",
    "it": "a in nel nella durante lunedì martedì mercoledì giovedì venerdì e che",
    "ru": "в на во после журналистам и что",
    "ar": "في خلال إن أن يوم",
}

# Words that begin a clause of its own: what so follows a quotation does not attribute it.
CONJUNCTIONS = {
    "en": "and but or nor while which who whose that because although though when where as if so",
    "de": "und aber oder während der die das weil obwohl als",
    "fr": "et mais ou qui que alors tandis",
    "es": "y pero o que mientras cuando",
    "pt": "e mas ou que enquanto quando",
    "it": "e ma o che mentre quando",
    "ru": "и но а который когда пока",
}

# Stand for somebody who was named before.
PRONOUNS = set(
    """
    he she they it i we you who one
    er sie wir ich man il elle ils elles on nous je él ella ellos yo ele ela eles lui lei loro
    hij zij han hon de on ona oni я он она они мы вона він вони هو هي 他 她 他们 她们 他們 彼 彼女
    """.split()
)
