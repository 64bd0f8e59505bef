"""Languages as file names and containers write them, to ISO 639-1.

Sources: ISO 639-1 and 639-2 (both the bibliographic and the terminological codes), English names,
and the words that people and download programs put into the names of subtitles.
"""

_TABLE = """
aa aar afar|ab abk abkhazian|ae ave avestan|af afr afrikaans|ak aka akan|am amh amharic
an arg aragonese|ar ara arabic|as asm assamese|av ava avaric|ay aym aymara|az aze azerbaijani
ba bak bashkir|be bel belarusian|bg bul bulgarian|bi bis bislama|bm bam bambara
bn ben bengali bangla|bo bod tib tibetan|br bre breton|bs bos bosnian|ca cat catalan catala
ce che chechen|ch cha chamorro|co cos corsican|cr cre cree|cs cze ces czech cesky|cv chv chuvash
cy wel cym welsh|da dan danish dansk|de ger deu german deutsch|dv div divehi maldivian
dz dzo dzongkha|ee ewe|el gre ell greek|en eng english|eo epo esperanto
es spa spanish espanol español castellano latino|et est estonian|eu eus baq basque
fa fas per persian farsi|ff ful fulah|fi fin finnish suomi|fj fij fijian|fo fao faroese
fr fre fra french francais français vff vfq|fy fry frisian|ga gle irish|gd gla gaelic
gl glg galician galego|gn grn guarani|gu guj gujarati|gv glv manx|ha hau hausa
he heb hebrew|hi hin hindi|ho hmo|hr hrv scr croatian hrvatski|ht hat haitian
hu hun hungarian magyar|hy hye arm armenian|hz her herero|ia ina interlingua
id ind indonesian|ie ile interlingue|ig ibo igbo|ik ipk inupiaq|io ido
is isl ice icelandic|it ita italian italiano|iu iku inuktitut|ja jpn jap japanese|jv jav javanese
ka kat geo georgian|kg kon kongo|ki kik kikuyu|kj kua kuanyama|kk kaz kazakh|kl kal greenlandic
km khm khmer|kn kan kannada|ko kor korean|kr kau kanuri|ks kas kashmiri|ku kur kurdish
kv kom komi|kw cor cornish|ky kir kyrgyz|la lat latin|lb ltz luxembourgish|lg lug ganda
li lim limburgish|ln lin lingala|lo lao|lt lit lithuanian|lu lub|lv lav latvian
mg mlg malagasy|mh mah marshallese|mi mri mao maori|mk mkd mac macedonian|ml mal malayalam
mn mon mongolian|mr mar marathi|ms msa may malay|mt mlt maltese|my mya bur burmese|na nau nauru
nb nob|nd nde|ne nep nepali|ng ndo ndonga|nl nld dut dutch nederlands flemish|nn nno
no nor norwegian norsk|nr nbl|nv nav navajo|ny nya chichewa|oc oci occitan|oj oji ojibwa
om orm oromo|or ori odia oriya|os oss ossetian|pa pan punjabi|pi pli pali
pl pol polish polski|ps pus pashto|pt por portuguese portugues português pob ptbr brazilian
qu que quechua|rm roh romansh|rn run rundi|ro rum ron romanian romana|ru rus russian
rw kin kinyarwanda|sa san sanskrit|sc srd sardinian|sd snd sindhi|se sme|sg sag sango
si sin sinhala|sk slk slo slovak|sl slv slovenian|sm smo samoan|sn sna shona|so som somali
sq sqi alb albanian|sr srp scc serbian|ss ssw swati|st sot sotho|su sun sundanese
sv swe swedish svenska|sw swa swahili|ta tam tamil|te tel telugu|tg tgk tajik|th tha thai
ti tir tigrinya|tk tuk turkmen|tl tgl tagalog fil filipino|tn tsn tswana|to ton tonga
tr tur turkish turkce türkçe|ts tso tsonga|tt tat tatar|tw twi|ty tah tahitian|ug uig uyghur
uk ukr ukrainian|ur urd urdu|uz uzb uzbek|ve ven venda|vi vie vietnamese|vo vol volapuk
wa wln walloon|wo wol wolof|xh xho xhosa|yi yid yiddish|yo yor yoruba|za zha zhuang
zh zho chi chinese chs cht zhs zht cmn mandarin yue cantonese|zu zul zulu
"""
_CODES = {
    word: row.split()[0]
    for line in _TABLE.strip().splitlines()
    for row in line.split("|")
    for word in row.split()
}


def language_code(word: str) -> str | None:
    """``"eng"``, ``"English"``, ``"pt-BR"`` → ``"en"``, ``"en"``, ``"pt"``; else ``None``."""
    base = word.casefold().replace("_", "-").partition("-")[0]
    return _CODES.get(base)
