"""Words that say how others hang together, in the languages that news is mostly written in.

Short on purpose: what is missing here is sought like any other word, and what stands here too
much would be left out of a search. So negations are not here, nor what means something in another
of these languages, such as the German "war" and the Spanish "sin". In lower case, without accents.
"""

_ARTICLES_AND_PRONOUNS = """
a an the this that these those it its he his him she her they their them we you your i my
der das dem des ein eine einen einem einer eines dieser diese dieses er sie es ihr sein
le la les un une des ce cet cette ces il elle ils elles on nous vous leur leurs sa ses se
el los las una unos unas lo su sus este esta estos estas
o os as um uma uns umas seu sua seus suas il gli uno questo questa
de het een dit dat hij zij ze en ett det
"""
_PREPOSITIONS = """
of in to for on at by from with as into about
von zu mit in an auf aus bei nach fur uber um im am zum zur vom als
de du au aux en dans sur avec sous entre chez vers d l
del al por para sobre entre desde hasta
do da dos das nos nas em com por pelo pela di dello della dei degli delle nel nella
op te bij uit naar av pa til med for i om
w we z ze do od o u po za dla przy przez
в во на с со к ко о об от из у за по для при до
у в на з із зі до від за по для при про
"""
_CONJUNCTIONS_AND_VERBS = """
and or but nor if than so is are was were be been being has have had do does did will would
can could may might should shall
und oder aber ist sind waren wird werden wurde haben hatte dass wie
et ou mais que qui est sont etait a ont ete
y e ni pero que es fue ha
mas sao foi che sono e ed
is zijn was werd heeft och eller ar var og eller er
i a ale jest sa byl byla bylo ze
и а но что как это был была было были есть
і й та але що як це був була було
ve veya ama ile bir bu su de da icin olarak
"""
_OTHER_SCRIPTS = """
και η ο το τα οι τη την τον του της των σε στο στη στην στον απο με για να που ειναι
في من على الى عن مع ان أن إن هذا هذه التي الذي كان و
از به در با که را این آن است و تا بر
של את על עם אל הוא היא זה זו כי
का की के को में से पर और है हैं था थे थी ने यह वह
"""
FUNCTION_WORDS = frozenset(
    " ".join(
        (_ARTICLES_AND_PRONOUNS, _PREPOSITIONS, _CONJUNCTIONS_AND_VERBS, _OTHER_SCRIPTS)
    ).split()
)
# Words that carry no part of a fact by themselves, in lower case and without accents: besides those
# that no search is made for, those that are long enough to look like content. No negations, which
# carry much.
GRAMMAR = FUNCTION_WORDS | frozenset(
    # English; verbs of saying belong to the authority, which is recorded beside the words
    " some any each every both either neither such own other another me mine hers us our theirs"
    " one ones himself herself itself themselves who whom whose which what when where why how"
    " whether yet then off onto out over up upon within above across after against along"
    " among amid around before behind below beneath beside between beyond down during near per"
    " since through throughout till toward towards under until via while although though because"
    " unless only just also even still very too more most much many few less least quite"
    " rather again here there now already however done doing having must let get got"
    " say says said saying stated stating tell tells told telling according"
    # German
    " alle allem allen aller alles andere anderen auch beim beiden bereits damit dann darauf"
    " denen denn deren dessen dies diesem diesen doch durch etwa gegen habe hatten hinter ihre"
    " ihrem ihren ihrer jedoch kann konnen mehr muss noch schon sehr seine"
    " seinem seinen seiner seit sich soll sollen sowie unter wegen weil wenn worden wurden"
    " zwischen"
    # French, Spanish, Italian, Portuguese, Dutch
    " afin ainsi alors apres aussi autre autres avait avant avoir cela celle celui comme depuis"
    " donc dont encore etre etaient meme pour quand quel quelle selon tous tout toute"
    " toutes tres algunos ante antes aunque bajo cada como contra cual cuando donde durante ella"
    " ellos eran esto fueron hacia habia mientras otra otro porque segun sido tambien tanto"
    " tiene todo todos alla anche come contro dalla dopo hanno loro nelle prima quale quando"
    " quella quello stata stato sulla tutti ainda apos assim eles essa esse foram isso mesmo"
    " muito qual quem tambem daar deze door haar hebben maar meer onder tegen toen toch"
    " voor waar wordt zich".split()
)
