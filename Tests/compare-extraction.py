#!/usr/bin/env python3
"""Compares the text that `zk extract` makes of Wikipedia dumps with that of two known extractors.

The references are mwparserfromhell's `strip_code` and WikiExtractor, article by article:

  python3 -m venv /tmp/compare && /tmp/compare/bin/pip install mwparserfromhell wikiextractor
  /tmp/compare/bin/python Tests/compare-extraction.py --zk .build/release/zk DUMP...

One JSON object per dump and one for all of them go to stdout. Of every reference it has

  recall     the share of the reference's words that our text has too,
  precision  the share of our words that the reference has too,
  f1         their harmonic mean, and
  overlap    the common words as a share of the shorter of the two texts.

Words are runs of letters and digits without case, and single characters in scripts without spaces;
powers and indices are taken for plain digits (NFKC), so that no notation counts as a loss. They are
counted as a multiset. A dump's figures are of the sums over its articles.

Markup is left in a line that has any of `LEFTOVERS`, unless the page shows that very text as an
example: in <nowiki> or code, or written so that it is no markup.

What an article's text is, the references see differently: `strip_code` keeps footnotes, table
cells, the options of images, categories and lists of literature; WikiExtractor drops every list.
So there is a third reference, `prose`: strip_code after footnotes, files, categories, language
links, tables and closing sections were taken out of the parse tree. `better` takes for each article
that of the two as they are whose F1 is higher, `best` that of all three. `both` has the words that
strip_code and WikiExtractor both keep: what our text lacks of those is lost, by `lost`. `wikitext`
is the markup itself: its precision is the share of our words that stand in it as they are.
"""

import argparse
import bz2
import collections
import gzip
import hashlib
import html
import json
import logging
import os
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree

import mwparserfromhell
from wikiextractor.extract import Extractor

TAGS = (
    "a|abbr|b|big|blockquote|br|center|chem|cite|code|dd|del|div|dl|dt|em|font|gallery|h[1-6]|hr|i|"
    "includeonly|ins|kbd|li|math|noinclude|nowiki|ol|onlyinclude|p|poem|pre|ref|references|s|samp|"
    "score|section|small|source|span|strike|strong|sub|sup|syntaxhighlight|table|td|th|timeline|tr|"
    "tt|u|ul|var"
)
ATTRIBUTES = "style|align|colspan|rowspan|class|width"
MEDIA_NAMES = "File|Image|Datei|Immagine|Attels|Ficheiro|ملف|Файл|Картинка|ファイル|画像"
CATEGORY_NAMES = "Category|Kategorie|Categoria|Kategoreja|Категория|カテゴリ|تصنيف"
LEFTOVERS = {
    "[[": r"\[\[",
    "]]": r"\]\]",
    "{{": r"\{\{",
    "}}": r"\}\}",
    "<ref": r"<\s*/?\s*ref",
    "|-": r"^\|-|^\{\||^\|\}",
    "&nbsp;": r"&(?:[a-zA-Z][a-zA-Z0-9]+|#\d+|#x[0-9a-fA-F]+);",
    "''": r"''",
    "-{": r"-\{|\}-",
    "<tag>": rf"</?(?:{TAGS})(?:\s[^<>]*)?/?>",
    "bar line": r"^\s*[|!]",
    "attribute": rf"^\W*(?:{ATTRIBUTES})\s*=|\b(?:{ATTRIBUTES})\s*=\s*\S+\s*\|",
    "File:": rf"\b(?:{MEDIA_NAMES}):[^\s:][^:]*\.[a-z]{{3,4}}\b|\b(?:{CATEGORY_NAMES}):\S",
}
LEFTOVERS = {kind: re.compile(pattern, re.I) for kind, pattern in LEFTOVERS.items()}
REFERENCES = ["mwparserfromhell", "wikiextractor", "prose"]
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(f"[{UNSPACED}]|[^\\W_{UNSPACED}]+")
CLOSING = re.compile(
    r"see also|references|external links?|further reading|notes|footnotes|citations|bibliography|"
    r"sources|notes and references|references and notes|works cited|endnotes|weblinks|"
    r"einzelnachweise|literatur|siehe auch|anmerkungen|quellen|note|bibliografia|voci correlate|"
    r"altri progetti|collegamenti esterni|脚注|関連項目|外部リンク|参考文献|انظر أيضا|مراجع|"
    r"وصلات خارجية|вижте също|източници|външни препратки", re.I)
MEDIA = re.compile(r"\.(?:jpe?g|png|gif|svg|tiff?|webp|og[gva]|midi?|wav|webm|pdf)\s*$", re.I)
LANGUAGE = re.compile(r"(?:[a-z]{2,3}|simple)(?:-[a-z]{2,})*$")


NO_PROSE = {
    "ref", "references", "table", "gallery", "timeline", "imagemap", "pre", "source",
    "syntaxhighlight",
}
# WikiExtractor puts numbered words in the place of formulas and code.
PLACEHOLDER = re.compile(r"\b(?:formula|codice)_\d+")


def opened(path):
    """A dump's bytes, decompressed."""
    if path.endswith(".bz2"):
        return bz2.open(path)
    return gzip.open(path) if path.endswith(".gz") else open(path, "rb")


def pages(path):
    """The articles of a dump as (id, title, wikitext, numbers of namespaces by name)."""
    names = {}
    page = {}
    with opened(path) as stream:
        for event, element in ElementTree.iterparse(stream, ("start", "end")):
            tag = element.tag.rpartition("}")[2]
            if event == "start":
                if tag == "page":
                    page = {"ns": None, "model": "wikitext", "id": None, "redirect": False}
                continue
            if tag == "namespace":
                names[(element.text or "").lower()] = int(element.get("key"))
            elif tag in ("title", "ns", "text", "model"):
                page[tag] = element.text or ""
            elif tag == "redirect":
                page["redirect"] = True
            elif tag == "id" and page.get("id") is None:
                page["id"] = element.text
            elif tag == "page":
                if is_article(page, names):
                    yield page["id"], page["title"], page.get("text", ""), names
                element.clear()


def is_article(page, names):
    """Whether a page is one whose text is extracted: of namespace 0, wikitext, no redirect."""
    prefix = page["title"].lower().rpartition(":")[0]
    outside = page["ns"] != "0" if page["ns"] else prefix and prefix in names.keys() | ENGLISH
    redirect = page["redirect"] or REDIRECT.match(page.get("text", ""))
    return not outside and not redirect and page["model"] == "wikitext"


REDIRECT = re.compile(r"\s*#\w+\s*:?\s*\[\[")
ENGLISH = {
    "talk", "user", "user talk", "wikipedia", "file", "image", "template", "help", "category",
    "portal",
}


def prose(wikitext, names):
    """strip_code of what is left when the parts that are no prose are taken out."""
    code = mwparserfromhell.parse(wikitext)
    for section in code.get_sections(include_headings=True, flat=False):
        heading = next(iter(section.filter_headings(recursive=False)), None)
        if heading and CLOSING.fullmatch(heading.title.strip_code().strip()):
            remove(code, section)
    for link in code.filter_wikilinks():
        title = str(link.title).strip()
        before, colon, _ = title.partition(":")
        prefix = before.strip().lower().replace("_", " ") if colon else ""
        dropped = names.get(prefix) in (6, 14) or prefix in ("file", "image", "category")
        if dropped or MEDIA.search(title) or (colon and LANGUAGE.match(before)):
            remove(code, link)
    for tag in code.filter_tags(matches=lambda tag: str(tag.tag).lower() in NO_PROSE):
        remove(code, tag)
    return code.strip_code()


def remove(code, node):
    try:
        code.remove(node)
    except ValueError:
        pass  # It went with what held it.


def references(identifier, title, wikitext, names):
    extractor = Extractor(identifier, "", "", title, [wikitext])
    text = "\n".join(extractor.clean_text(wikitext, html_safe=False))
    return {
        "mwparserfromhell": mwparserfromhell.parse(wikitext).strip_code(),
        "wikiextractor": PLACEHOLDER.sub("", text),
        "prose": prose(wikitext, names),
    }


def cached(directory, arguments):
    """The references' texts, which take minutes, from a directory when they are there."""
    if not directory:
        return references(*arguments)
    key = hashlib.sha256(repr(arguments[:3]).encode()).hexdigest()
    path = os.path.join(directory, key + ".json")
    if not os.path.exists(path):
        texts = references(*arguments)
        with open(f"{path}.{os.getpid()}", "w") as stream:
            json.dump(texts, stream)
        os.replace(stream.name, path)
    with open(path) as stream:
        return json.load(stream)


def words(text):
    return collections.Counter(WORD.findall(unicodedata.normalize("NFKC", text).lower()))


EXAMPLES = re.compile(
    r"<(nowiki|code|pre|source|syntaxhighlight|tt|math)\b[^>]*>(.*?)</\1\s*>", re.I | re.S)


def leftovers(line, wikitext):
    """The kinds of markup that a line has, but for what the page shows as an example."""
    found = []
    for kind, pattern in LEFTOVERS.items():
        match = pattern.search(line)
        if not match:
            continue
        text = match.group()
        shown = html.unescape("\n".join(part for _, part in EXAMPLES.findall(wikitext)))
        # A page that writes &amp;amp; or breaks a tag up shows what does not stand in its wikitext.
        escaped = text not in wikitext
        # Brackets of a formula or a quotation, as many of either kind.
        paired = kind in ("]]", "[[") and line.count("[") == line.count("]") and "[[" not in line
        if not (text in shown or escaped or paired):
            found.append(kind)
    return found


def scores(common, ours, theirs):
    ratio = lambda part, whole: 1.0 if whole == 0 else part / whole
    return {
        "recall": round(ratio(common, theirs), 4), "precision": round(ratio(common, ours), 4),
        "f1": round(ratio(2 * common, ours + theirs), 4),
        "overlap": round(ratio(common, min(ours, theirs)), 4),
    }


class Tally:
    """The sums of a dump, or of all."""

    def __init__(self):
        self.counts = collections.Counter()
        self.sums = {name: [0, 0, 0] for name in REFERENCES + ["better", "best", "both", "wikitext"]}
        self.lines = {name: collections.Counter() for name in REFERENCES + ["ours"]}
        self.articles = []
        self.missing = {name: [] for name in REFERENCES}

    def add(self, title, ours, others, wikitext):
        self.counts["articles"] += 1
        self.add_lines("ours", ours, wikitext)
        mine = words(ours)
        best = {}
        total = sum(mine.values())
        if not total:
            self.counts["empty ours"] += 1
        for name, text in others.items():
            self.add_lines(name, text, wikitext)
            theirs = words(text)
            common = sum((mine & theirs).values())
            triple = (common, total, sum(theirs.values()))
            self.sums[name] = [a + b for a, b in zip(self.sums[name], triple)]
            if not triple[2]:
                self.counts["empty " + name] += 1
            f1 = scores(*triple)["f1"]
            for group in ("better", "best") if name != "prose" else ("best",):
                best[group] = max(best.get(group, (-1, triple)), (f1, triple))
            if name == "prose":
                self.articles.append((f1, title, scores(*triple)))
            if not total and triple[2]:
                self.missing[name].append(title)
        shared = words(others["mwparserfromhell"]) & words(others["wikiextractor"])
        best["both"] = (0, (sum((mine & shared).values()), total, sum(shared.values())))
        source = words(wikitext)
        best["wikitext"] = (0, (sum((mine & source).values()), total, sum(source.values())))
        for group, (_, triple) in best.items():
            self.sums[group] = [a + b for a, b in zip(self.sums[group], triple)]

    def add_lines(self, name, text, wikitext):
        counts = self.lines[name]
        for line in text.split("\n"):
            if not line.strip():
                continue
            counts["lines"] += 1
            found = leftovers(line, wikitext)
            counts.update(found)
            counts["markup left"] += bool(found)

    def merge(self, other):
        self.counts += other.counts
        self.articles += other.articles
        for name, titles in other.missing.items():
            self.missing[name] += titles
        for name, triple in other.sums.items():
            self.sums[name] = [a + b for a, b in zip(self.sums[name], triple)]
        for name, counts in other.lines.items():
            self.lines[name] += counts

    def report(self, name, worst):
        leftovers = {}
        for who, counts in self.lines.items():
            lines = counts["lines"] or 1
            leftovers[who] = {"lines": counts["lines"]} | {
                kind: count if kind == "markup left" else round(1000 * count / lines, 3)
                for kind, count in sorted(counts.items()) if kind != "lines"
            }
        articles = sorted(self.articles, key=lambda article: article[0])[:worst]
        return {
            "dump": name, **self.counts, "empty only ours, by reference": self.missing,
            "lost": round(1 - scores(*self.sums["both"])["recall"], 5),
            "words": {name: scores(*triple) for name, triple in self.sums.items()},
            "lines, those with markup, kinds per 1000": leftovers,
            "worst against prose": [[title, figures] for _, title, figures in articles],
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--zk", required=True, help="the executable that is compared")
    parser.add_argument("--cache", help="a directory that keeps the references' texts between runs")
    parser.add_argument("--worst", type=int, default=5, help="how many articles to name")
    parser.add_argument("--holes", help="passed to `zk extract`")
    parser.add_argument("--show", help="print all texts of the article of this title instead")
    parser.add_argument("dumps", nargs="+")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    everything = Tally()
    for path in options.dumps:
        ours = extracted(options, path)
        if options.show:
            show(path, options, ours)
            continue
        tally = Tally()
        for arguments in pages(path):
            text = ours.pop(arguments[0], "")
            tally.add(arguments[1], text, cached(options.cache, arguments), arguments[2])
        tally.counts["only ours"] = len(ours)
        report = tally.report(os.path.basename(path), options.worst)
        print(json.dumps(report, ensure_ascii=False), flush=True)
        everything.merge(tally)
    if not options.show:
        print(json.dumps(everything.report("all", options.worst), ensure_ascii=False))


def extracted(options, path):
    """The texts of `zk extract` by page id."""
    command = [options.zk, "extract"] + (["--holes", options.holes] if options.holes else []) + [path]
    output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    documents = [json.loads(line) for line in output.splitlines()]
    return {document["id"]: document["text"] for document in documents}


def show(path, options, ours):
    """Prints all that there is of one article."""
    for arguments in pages(path):
        if arguments[1] == options.show:
            texts = {"ours": ours.get(arguments[0], ""), "wikitext": arguments[2]}
            texts |= cached(options.cache, arguments)
            print(json.dumps(texts, ensure_ascii=False))


if __name__ == "__main__":
    main()
