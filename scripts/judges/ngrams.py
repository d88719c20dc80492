"""Texts and counts of character sequences, for the judges that compare with real text."""
import collections
import json
import math
import subprocess


def read_texts(path, limit=None):
    """The texts of a file of lines or JSON objects with a "text", also in zstd.

    Empty lines are left out. Ends with the text that reaches `limit` characters.
    """
    command = ["zstd", "-dcq", path] if path.endswith(".zst") else ["cat", path]
    read = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        for line in process.stdout:
            text = line.decode("utf-8", "replace").removesuffix("\n")
            if not text:
                continue
            if text.startswith("{"):
                text = json.loads(text)["text"]
            yield text
            read += len(text)
            if limit is not None and read >= limit:
                process.stdout.close()
                process.kill()
                break


class NGrams:
    """Counts of all runs of up to `order` characters; a newline stands before each text.

    `counts[k]` has the runs of k + 1 characters: k of context and the one that follows. They keep
    the order in which they came, which draws from them depend on.
    """

    def __init__(self, texts, order):
        self.order = order
        self.counts = [collections.Counter() for _ in range(order)]
        for text in texts:
            text = "\n" + text
            for k, counts in enumerate(self.counts):
                counts.update(text[i - k : i + 1] for i in range(max(k, 1), len(text)))
        # For every context: how often it occurs, and how many characters follow it.
        self.contexts = []
        for counts in self.counts:
            contexts = {}
            for run, count in counts.items():
                total, kinds = contexts.get(run[:-1], (0, 0))
                contexts[run[:-1]] = (total + count, kinds + 1)
            self.contexts.append(contexts)

    def probability(self, context, following):
        """P(following | context), from short contexts to long ones (Witten and Bell, 1991)."""
        probability = 1 / 1024
        for k in range(min(self.order, len(context) + 1)):
            end = context[len(context) - k :]
            known = self.contexts[k].get(end)
            if known is None:
                break
            total, kinds = known
            count = self.counts[k].get(end + following, 0)
            probability = (count + kinds * probability) / (total + kinds)
        return probability

    def bits_per_character(self, texts):
        bits, characters = 0, 0
        for text in texts:
            text = "\n" + text
            for i in range(1, len(text)):
                bits -= math.log2(self.probability(text[max(0, i - self.order + 1) : i], text[i]))
            characters += len(text) - 1
        return bits / max(1, characters)

    def followers(self, k):
        """For every context of k characters what follows it, and how often: two lists."""
        table = {}
        for run, count in self.counts[k].items():
            characters, counts = table.setdefault(run[:-1], ([], []))
            characters.append(run[-1])
            counts.append(count)
        return table
