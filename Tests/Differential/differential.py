#!/usr/bin/env python3
"""Compares our expression language with Google's C++ implementation on generated expressions.

Each expression is answered by `tocsin cel-eval` and by the PyPI package cel-expr-python, a part of them without the
type check. Value and type must agree; an error on both sides agrees. A difference is cut down to its smallest form
first, and that form is looked up in explained.json: what is there is counted, what is not is printed, and the exit
status is 1.

    differential.py --tocsin .build/debug/tocsin --count 100000 --seed 7
"""
import argparse
import collections
import json
import os
import random
import re
import sys
import time

import answers
import expressions

HERE = os.path.dirname(os.path.abspath(__file__))
UNCHECKED_SHARE = 0.3
EXTENDED_SHARE = 0.15
SHOWN = 40


class Table:
    """The differences that are known, each with its reason."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.rows = json.load(file)
        for row in self.rows:
            for part in ("expression", "ours", "peer"):
                row[part] = re.compile(row[part])

    def explain(self, difference):
        """The name of the first row that fits in all three parts; None when there is none."""
        for row in self.rows:
            fits = (row["expression"].fullmatch(difference.text) and row["ours"].match(shown(difference.ours))
                    and row["peer"].match(shown(difference.peer)))
            if (fits and (difference.is_same_value or not row.get("same_value"))
                    and (difference.is_wider or not row.get("wider_type"))):
                return row["name"]
        return None


class Difference:
    def __init__(self, node, place, is_unchecked, ours, peer):
        self.node, self.place, self.is_unchecked = node, place, is_unchecked
        self.ours, self.peer = ours, peer

    @property
    def text(self):
        return self.node.text()

    @property
    def shape(self):
        """What stays the same while the expression is cut down."""
        return (self.ours[0], self.peer[0], self.is_same_value)

    @property
    def is_same_value(self):
        return self.ours[0] == "value" == self.peer[0] and self.ours[1] == self.peer[1]

    @property
    def is_wider(self):
        """Whether the value is the same, and our type is theirs with some parts of it `dyn`."""
        if not self.is_same_value or None in (self.ours[2], self.peer[2]):
            return False
        return re.fullmatch(re.escape(self.ours[2]).replace("dyn", ".+"), self.peer[2]) is not None


def shown(answer):
    """An answer as one text: `error: ...` or `value: type: ...`."""
    if answer[0] == "error":
        return "error: " + answer[1].replace("\n", " ")
    return f"value: {answer[2]}: {answer[1]}"


class Judge:
    def __init__(self, command):
        self.command = command
        self.ours = answers.Ours(command)
        self.peer = answers.Peer()
        self.stops = 0

    def ask(self, node, place, is_unchecked):
        """The difference between both answers; None when they agree."""
        text = node.text()
        self.ours.ask(text, place, is_unchecked)
        peer = self.peer.answer(text, place, is_unchecked)
        ours = self.ours.answer()
        if ours[0] == "error" and ours[1].startswith("THE PROGRAM STOPPED"):
            self.stops += 1
            self.ours = answers.Ours(self.command)
        self.last = (ours, peer)
        return None if answers.agree(ours, peer) else Difference(node, place, is_unchecked, ours, peer)

    def smallest(self, difference):
        """The difference with everything taken away that does not matter for it."""
        best = difference
        is_smaller = True
        while is_smaller:
            is_smaller = False
            for candidate in candidates(best.node):
                found = self.ask(candidate, best.place, best.is_unchecked)
                if found and found.shape == best.shape:
                    best, is_smaller = found, True
                    break
        return best


def candidates(node):
    """Expressions that are shorter by one cut, the greatest cut first."""
    length = len(node.text())
    below = list(node.descendants())
    made = below + [
        node.replacing(old, new) for old in [node] + below for new in old.children() + leaves(old)]
    seen = set()
    for candidate in sorted(made, key=lambda made: len(made.text())):
        text = candidate.text()
        if len(text) < length and text not in seen:
            seen.add(text)
            yield candidate


def leaves(node):
    """The plainest values that can stand for a node."""
    plain = {"int": ["1", "0"], "uint": ["1u"], "double": ["1.0"], "string": ["'a'", "''"], "bytes": ["b'a'"],
             "bool": ["true", "false"], "duration": ["p1"], "timestamp": ["t1"]}
    texts = plain.get(node.type, []) if isinstance(node.type, str) else ["[]" if node.type[0] == "list" else "{}"]
    return [expressions.Node(node.type, text) for text in texts if len(text) < len(node.text())]


def run(judge, table, seed, count, is_loud):
    """Compares `count` expressions; gives what was counted and the differences that nothing explains."""
    source = random.Random(seed)
    counts = collections.Counter()
    unexplained = {}
    for number in range(count):
        if number % 10_000 == 9_999:
            print(f"{number + 1} ...", flush=True)
        wrong = source.choice([0.0, 0.0, 0.01, 0.05])
        generator = expressions.Generator(source, source.random() < EXTENDED_SHARE, wrong)
        node = generator.expression(source.choice([1, 2, 2, 3, 3, 4]))
        is_unchecked = source.random() < UNCHECKED_SHARE
        difference = judge.ask(node, source.randrange(len(answers.SETS)), is_unchecked)
        ours = judge.last[0]
        counts["unchecked" if is_unchecked else "checked"] += 1
        counts["errors" if ours[0] == "error" else "values"] += 1
        if difference is None:
            continue
        small = judge.smallest(difference)
        name = table.explain(small)
        if name:
            counts["explained " + name] += 1
            continue
        counts["unexplained"] += 1
        form = re.sub(r"\d+", "0", small.text)
        if form not in unexplained:
            unexplained[form] = small
            if is_loud:
                tell(small)
    return counts, unexplained


def tell(difference):
    mode = "unchecked" if difference.is_unchecked else "checked"
    print(f"  {difference.text}\n    bindings {difference.place}, {mode}\n    ours {shown(difference.ours)[:300]}")
    print(f"    peer {shown(difference.peer)[:300]}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tocsin", required=True, help="the built program")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=None, help="default: a new one, printed")
    parser.add_argument("--limit", type=int, default=SHOWN, help="unexplained differences to stop at")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().randrange(1_000_000_000)
    print(f"seed {seed}, {arguments.count} expressions", flush=True)
    table = Table(os.path.join(HERE, "explained.json"))
    judge = Judge([arguments.tocsin, "cel-eval"])
    begun = time.monotonic()
    counts, unexplained = run(judge, table, seed, arguments.count, is_loud=True)
    judge.ours.close()
    seconds = time.monotonic() - begun
    print(f"{arguments.count} expressions in {seconds:.0f} s: {counts['checked']} checked, {counts['unchecked']} not; "
          f"{counts['values']} values, {counts['errors']} errors; the program stopped {judge.stops} times")
    for row in table.rows:
        print(f"  {counts['explained ' + row['name']]:6} explained: {row['name']}: {row['reason']}")
    print(f"  {counts['unexplained']:6} unexplained, of {len(unexplained)} forms")
    return 1 if counts["unexplained"] or judge.stops else 0


if __name__ == "__main__":
    sys.exit(main())
