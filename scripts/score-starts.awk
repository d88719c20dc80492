# Compares where segments begin with where words begin.
#
# usage: LC_ALL=C awk -f score-starts.awk LINES ROWS
#   LINES  the documents, one a line
#   ROWS   what `zk split` printed for them
#
# A segment may begin with the word or with the space before it; the convention that suits a
# splitter better is used, for the learned segments and for the fixed stride alike. The start of a
# line counts for nobody.

# The number of the field `name` in a JSON row of numbers and strings.
function number(row, name) {
  if (!match(row, "\"" name "\":[0-9]+")) {
    printf "row %d has no %s\n", FNR, name > "/dev/stderr"
    failed = 1
    exit 1
  }
  return substr(row, RSTART + length(name) + 3, RLENGTH - length(name) - 3) + 0
}

# Notes a start of `who` at `offset` of line `doc`.
function count(who, doc, offset) {
  starts[who]++
  if ((doc, offset) in word) atWord[who]++
  if ((doc, offset) in space) atSpace[who]++
}

function report(who, label) {
  hits = atWord[who] > atSpace[who] ? atWord[who] : atSpace[who]
  precision = starts[who] ? hits / starts[who] : 0
  recall = words ? hits / words : 0
  f1 = precision + recall ? 2 * precision * recall / (precision + recall) : 0
  printf "%-30s %12.0f %% %12.0f %% %12.2f\n", label, 100 * precision, 100 * recall, f1
}

FNR == NR {
  size[FNR] = length($0)
  for (offset = 1; offset < length($0); offset++) {
    before = substr($0, offset, 1)
    here = substr($0, offset + 1, 1)
    if (before == " " && here != " ") {
      word[FNR, offset] = 1
      words++
    }
    if (before != " " && here == " ") space[FNR, offset] = 1
  }
  next
}

{
  segments++
  doc = number($0, "doc")
  start = number($0, "start")
  bytes += number($0, "end") - start
  if (start > 0) count("learned", doc, start)
}

END {
  if (failed) exit 1
  if (!segments) {
    print "no segments to score" > "/dev/stderr"
    exit 1
  }
  mean = bytes / segments
  for (doc in size) {
    for (step = 1; int(step * mean + 0.5) < size[doc]; step++) {
      count("stride", doc, int(step * mean + 0.5))
    }
  }
  printf "%d segments, %.1f bytes each on average; %d words\n\n", segments, mean, words
  printf "%-30s %14s %14s %12s\n", "", "at word starts", "words found", "F1"
  report("learned", "learned segments")
  report("stride", "fixed stride, same length")
}
