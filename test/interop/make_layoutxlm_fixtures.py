"""Makes the tokenizer fixtures of the LayoutXLM kind in test/layoutlmv2/fixtures/layoutxlm.

Usage: python make_layoutxlm_fixtures.py FOLDER [CHARSMAP]

Needs sentencepiece, tokenizers and transformers. It trains a SentencePiece Unigram model of a few hundred pieces on the text
below, converts it as transformers does for LayoutXLM (tokenizer.json), and records the ids of both libraries for words that
a page may hold: ids.json. The ids of sentencepiece are moved into the numbers of XLM-R (<s> 0, <pad> 1, </s> 2, <unk> 3).
CHARSMAP: the normalisation, "small" (a few hundred rules, as committed) or the name of one of sentencepiece's own.
"""

import json
import os
import random
import sys
import unicodedata
from types import SimpleNamespace

import sentencepiece
import tokenizers
import transformers
from tokenizers import Tokenizer
from transformers.convert_slow_tokenizer import XLMRobertaConverter

SENTENCES = """
Invoice number 2024-0117, due within thirty days of the invoice date.
Rechnung Nr. 4711 vom 3. März 2023, zahlbar innerhalb von 14 Tagen ohne Abzug.
Die Lieferung erfolgte an die Straße der Übersetzer, Größe und Gewicht laut Lieferschein.
Facture n° 88, à payer avant le 30 juin; la société vous remercie de votre confiance.
Factura número 5 de la compañía, fecha de vencimiento el próximo año.
Total amount 1,234.56 EUR including VAT at 19 %, net amount 1,037.44 EUR.
Dear customer, we confirm that the letter of the fifth of May has been received.
Sehr geehrte Damen und Herren, wir bestätigen den Eingang Ihres Schreibens.
Счёт на оплату: сумма к оплате и дата поставки товара указаны ниже.
Τιμολόγιο πώλησης, ποσό πληρωμής και ημερομηνία παράδοσης.
請求書 番号 合計 金額 日付 会社 東京 本社 支払 期限
发票 号码 合计 金额 日期 公司 北京 付款 期限
فاتورة رقم المبلغ الإجمالي تاريخ الشركة
חשבונית מספר סכום תאריך חברה
송장 번호 합계 금액 날짜 회사 서울
affidavit official office fifty efficient final field traffic
The memo asks for the form to be filled in and signed by the manager.
Ein Formular ist auszufüllen und zu unterschreiben; das Memo liegt bei.
"""

SMALL_RULE_RANGES = [
    (0x00A0, 0x00FF),  # no-break space, superscripts, fractions
    (0x2000, 0x200B),  # spaces
    (0x2100, 0x2130),  # letterlike signs
    (0x2460, 0x2475),  # numbers in circles
    (0x3000, 0x3001),
    (0x3300, 0x3320),  # squared words
    (0xFB00, 0xFB07),  # ligatures
    (0xFDFA, 0xFDFB),  # one sign that becomes 18
    (0xFF01, 0xFF9F),  # full-width forms, half-width kana
]
DELETED = [0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0xFEFF, 0x00AD, *range(0x01, 0x09), 0x7F]
BLANKS = [0x09, 0x0A, 0x0D, 0x2028, 0x2029]


def small_rules():
    rules = {}
    for first, end in SMALL_RULE_RANGES:
        for code_point in range(first, end):
            normal = unicodedata.normalize("NFKC", chr(code_point))
            if normal != chr(code_point):
                rules[chr(code_point)] = normal
    for letter in "aeiouAEIOUncszy":
        for mark in "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327":
            composed = unicodedata.normalize("NFKC", letter + mark)
            if len(composed) == 1:
                rules[letter + mark] = composed
    # Two marks in a row, and half-width kana with its voicing: longer rules that start like shorter ones.
    rules["o\u0308\u0304"] = "\u022b"
    rules["\uff76\uff9e"] = "\u30ac"
    for code_point in DELETED:
        rules[chr(code_point)] = ""
    for code_point in BLANKS:
        rules[chr(code_point)] = " "
    return rules


def train(folder, charsmap):
    corpus = os.path.join(folder, "corpus.txt")
    with open(corpus, "w", encoding="utf-8") as file:
        file.write("\n".join([SENTENCES.strip()] * 3))
    options = {"normalization_rule_name": charsmap}
    rules_path = os.path.join(folder, "rules.tsv")
    if charsmap == "small":
        with open(rules_path, "w", encoding="utf-8") as file:
            for source, target in sorted(small_rules().items()):
                columns = [" ".join(f"{ord(c):X}" for c in text) for text in (source, target)]
                file.write("\t".join(columns) + "\n")
        options = {"normalization_rule_tsv": rules_path}
    sentencepiece.SentencePieceTrainer.train(
        input=corpus,
        model_prefix=os.path.join(folder, "sentencepiece.bpe"),
        model_type="unigram",
        vocab_size=420,
        character_coverage=0.999,
        hard_vocab_limit=False,
        num_threads=1,
        minloglevel=2,
        **options,
    )
    for name in [corpus, rules_path, os.path.join(folder, "sentencepiece.bpe.vocab")]:
        if os.path.exists(name):
            os.remove(name)


def convert(folder):
    special = {"<s>": 0, "</s>": 2}
    slow = SimpleNamespace(
        vocab_file=os.path.join(folder, "sentencepiece.bpe.model"),
        convert_tokens_to_ids=special.get,
        add_prefix_space=True,
    )
    tokenizer = XLMRobertaConverter(slow).converted()
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer.save(os.path.join(folder, "tokenizer.json"))


WORDS = [
    "", " ", "  ", "\u3000", "\u00a0", "\u200b", "\ufeff", "\t", "\n", "a", "A", "Invoice", "invoice", "Rechnung", "1,234.56",
    "2024-0117", "Straße", "STRASSE", "Übersetzer", "U\u0308bersetzer", "société", "socie\u0301te\u0301", "compan\u0303ia",
    "ﬁnal", "oﬃce", "eﬀicient", "ｉｎｖｏｉｃｅ", "１２３４", "ﾄｳｷｮｳ", "ｶﾞ", "ガ", "カ\u3099", "㌀", "①②③", "½", "x²", "℃", "™",
    "n°", "№", "€", "東京", "東京本社", "合計金額", "北京公司", "𠮷野", "鿿", "송장", "\u1109\u1169\u11bc", "فاتورة", "ﷺ", "חשבונית",
    "\u202eabc\u202c", "Счёт", "Сче\u0308т", "Τιμολόγιο", "ΣΊΣΥΦΟΣ", "😀", "👨‍👩‍👧", "🇩🇪", "👍🏽", "e\u0301\u0301\u0301",
    "o\u0308\u0304", "o\u0304\u0308", "A\u030a", "\u0301", "\u0301abc", "soft\u00adhyphen", "zero\u200bwidth", "no\u00a0break",
    "two words", " lead", "trail ", " both ", "three   blanks", "tab\there", "line\nbreak", "cr\r\nlf", "\r\n", "a\u2028b",
    "\u2581", "\u2581a", "a\u2581", "a\u2581b", "\u2581\u2581", "▁▁a▁▁", "(", ")", "...", "---", "____", "§", "%", "19%", "a/b", "\\",
    "mail@example.org", "http://example.org/a?b=c", "C++", "O'Neill", "don’t", "“quoted”", "–", "—", "\u0001", "a\u0001b",
    "\u007f", "\u0000", "a\u0000b", "\ufffd", "\ufffe", "\U0010ffff", "\u0378", "ǆ", "ŉ", "ſ", "ẛ\u0323", "Å", "Ω", "ﬆ",
    "\u0915\u094d\u0937", "กำ", "ཀྵ", "\u200dx", "x\u200d", "x\u200cy", "\ufe0f", "☎\ufe0f", "1\ufe0f\u20e3", "ａ\u0301", "ﬁ\u0301",
    "①\u0308", "a" * 200, "東" * 120, "x" * 50 + "東" * 50, "ab" * 300, "é" * 99, "e\u0301" * 99, "中a" * 60, "in" * 64 + "voice",
    "dd", "ddd", "dddd", "Zahlungseingangsbestätigung", "Donaudampfschifffahrtsgesellschaft", "supercalifragilisticexpialidocious",
]

# Texts that would be special tokens if they were trusted: only sentencepiece treats them as text.
LITERALS = ["<s>", "</s>", "<pad>", "<unk>", "<mask>", "a</s>b", "<s><s>", "</s>NOTUSED", "x <mask> y", "＜s＞"]


def random_words(count):
    draw = random.Random(11)
    alphabet = sorted(set(SENTENCES + "".join(w for w in WORDS if len(w) < 40)) - {"\n"})
    return ["".join(draw.choice(alphabet) for _ in range(draw.randint(1, 14))) for _ in range(count)]


def record(folder, count):
    spm = sentencepiece.SentencePieceProcessor(model_file=os.path.join(folder, "sentencepiece.bpe.model"))
    fast = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))

    def of_sentencepiece(text):
        return [3 if id == 0 else id + 1 for id in spm.encode(text)]

    def of_tokenizers(text):
        return fast.encode([text], is_pretokenized=True, add_special_tokens=False).ids

    cases = [
        {"text": text, "sentencepiece": of_sentencepiece(text), "tokenizers": of_tokenizers(text)}
        for text in [*WORDS, *random_words(count)]
    ]
    literals = [{"text": text, "sentencepiece": of_sentencepiece(text)} for text in LITERALS]
    how = (
        f"Made by test/interop/make_layoutxlm_fixtures.py with sentencepiece {sentencepiece.__version__}, "
        f"tokenizers {tokenizers.__version__}, transformers {transformers.__version__}."
    )
    lines = [json.dumps(case, ensure_ascii=True) for case in cases]
    literal_lines = [json.dumps(case, ensure_ascii=True) for case in literals]
    with open(os.path.join(folder, "ids.json"), "w", encoding="utf-8") as file:
        file.write(f'{{\n"how": {json.dumps(how)},\n"cases": [\n' + ",\n".join(lines))
        file.write('\n],\n"literals": [\n' + ",\n".join(literal_lines) + "\n]\n}\n")


def main():
    folder = sys.argv[1]
    charsmap = sys.argv[2] if len(sys.argv) > 2 else "small"
    train(folder, charsmap)
    convert(folder)
    record(folder, 60 if charsmap == "small" else 3000)


main()
