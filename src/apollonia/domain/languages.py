"""Languages as file names and containers write them, to ISO 639-1."""

_TABLE = """
ar ara arabic|bg bul bulgarian|ca cat catalan|cs cze ces czech|da dan danish
de ger deu german deutsch|el gre ell greek|en eng english
es spa spanish espanol castellano|et est estonian
fa per fas persian|fi fin finnish|fr fre fra french francais|he heb hebrew|hi hin hindi
hr hrv croatian
hu hun hungarian|id ind indonesian|is ice isl icelandic|it ita italian italiano|ja jpn japanese
ko kor korean
lt lit lithuanian|lv lav latvian|ms may msa malay|nl dut nld dutch|no nor norwegian|nb nob
nn nno|pl pol polish|pt por portuguese|ro rum ron romanian|ru rus russian|sk slo slk slovak
sl slv slovenian|sr srp serbian|sv swe swedish|th tha thai|tr tur turkish|uk ukr ukrainian
vi vie vietnamese
zh chi zho chinese
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
