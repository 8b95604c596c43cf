#!/usr/bin/env python3
"""Judges the shipped rules on generated data with planted cases.

planted.json says which rule must find what the generator plants, and under which key. This counts, for each planted
kind, what was planted, found and missed, and what the rule reported beside it; and that no other shipped rule raised
anything of severity high or above beside what was planted. It exits 1 when something was missed or reported wrongly.

    judge.py --tocsin .build/debug/tocsin                     generates data, runs the audit, judges
    judge.py --report R.json --events-truth T.json --directory D     judges a report that is there

The generator is found beside the checkout (../shared/bench/generate.py) or named with --generator.
"""
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SEVERITIES = ["informational", "low", "medium", "high", "critical"]


def is_high(severity):
    return SEVERITIES.index(severity) >= SEVERITIES.index("high")


def text(value):
    """A part of a key in a form in which 7, 7.0 and "7" are one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


class Report:
    """The findings of an audit report, by rule."""

    def __init__(self, document):
        self.rules = {}
        self.verdicts = {}
        self.shortened = []
        for entry in document["rules"]:
            rule = entry["rule"]
            self.verdicts[rule] = entry.get("verdict")
            if entry.get("finding_count", 0) > len(entry.get("findings", [])):
                shown, count = len(entry["findings"]), entry["finding_count"]
                self.shortened.append(f"{rule}: {shown} of {count} findings are shown")
            for finding in entry.get("findings", []):
                self.rules.setdefault(rule, []).append({
                    "key": [text(part) for part in finding.get("key", [])],
                    "severity": finding.get("severity", entry.get("severity")),
                    "activities": {text(part) for part in finding.get("activity_ids", [])},
                    "message": finding.get("message", "")})

    def keys(self, rule, severity=None):
        return [f["key"] for f in self.rules.get(rule, []) if severity in (None, f["severity"])]


def expected_key(template, facts):
    return [text(part.format_map(facts)) for part in template]


def planted_attacks(table, truth):
    """kind -> the keys that must be found."""
    wanted = {kind: [] for kind in table}
    for attack in truth["planted"]:
        kind = attack["kind"]
        facts = dict(attack["key"], **{k: v for k, v in attack.items() if not isinstance(v, (list, dict))})
        wanted[kind].append(expected_key(table[kind]["key"], facts))
    return wanted


def planted_violations(table, truth, folder):
    emails = {}
    with open(os.path.join(folder, "users.ndjson"), encoding="utf-8") as lines:
        for line in lines:
            user = json.loads(line)
            emails[user["id"]] = (user["email"] or "").lower()
    wanted = {}
    for kind, row in table.items():
        ids = truth["planted"][kind]
        if not row["key"]:
            wanted[kind] = [[]] if ids else []
        else:
            wanted[kind] = [expected_key(row["key"], {"id": i, "email": emails.get(i, "")}) for i in ids]
    return wanted


def unique(keys):
    return sorted(set(tuple(key) for key in keys))


def judge(table, wanted, report, explained=()):
    """One line a kind: (kind, rule, planted, found, missed keys, extra keys)."""
    lines = []
    for kind, row in table.items():
        if kind not in wanted:
            continue
        keys = unique(wanted[kind])
        also = [key for other in row.get("also", []) for key in unique(wanted.get(other, []))]
        got = unique(report.keys(row["rule"], row.get("severity")))
        missed = [key for key in keys if not any(tuple(g[:len(key)]) == key for g in got)]
        right = keys + also + [tuple(key) for key in explained if row["rule"] == "user-assumed"]
        extra = [g for g in got if not any(tuple(g[:len(key)]) == tuple(key) for key in right)]
        lines.append((kind, row["rule"], len(keys), len(keys) - len(missed), missed, extra))
    return lines


def assumed_planted_super_users(report, directory_truth):
    """The directory plants more super users than the events know of; assuming one of them is rightly critical."""
    planted = {text(i) for i in directory_truth["planted"].get("extra_super_user", [])}
    return [key for key in report.keys("user-assumed") if len(key) > 1 and key[1] in planted]


def run(arguments, **options):
    began = time.monotonic()
    done = subprocess.run(arguments, **options)
    return done, time.monotonic() - began


def generate(generator, folder, options):
    common = [sys.executable, generator]
    people = ["--users", str(options.users), "--seed", options.seed]
    events, truth = os.path.join(folder, "events.ndjson"), os.path.join(folder, "events.truth.json")
    directory, places = os.path.join(folder, "directory"), os.path.join(folder, "geo.csv")
    subprocess.run(common + ["events", "--events", str(options.events), "--attacks", str(options.attacks), "--days", options.days,
                             "--out", events, "--truth", truth, "--quiet", "--duplicates", options.duplicates,
                             "--late", options.late, *people], check=True)
    subprocess.run(common + ["directory", "--out-dir", directory, "--quiet", *people], check=True)
    subprocess.run(common + ["geo", "--out", places], check=True)
    return events, truth, directory, places


def audit(options, folder):
    events, truth, directory, places = generate(options.generator, folder, options)
    with open(os.path.join(directory, "truth.json"), encoding="utf-8") as file:
        day = json.load(file)["generator"]["as_of"]
    command = [os.path.abspath(options.tocsin), "audit", "--input", events, "--input", directory, "--geo", places,
               "--format", "json"]
    command += ["--as-of", options.as_of or (day if "T" in day else day + "T00:00:00") + "Z"]
    done, seconds = run(command, stdout=subprocess.PIPE, cwd=ROOT)
    if done.returncode not in (0, 1, 3):
        sys.exit(f"judge.py: {' '.join(command)} ended with {done.returncode}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{options.events} activities and {options.users} users in {seconds:.1f} s, "
          f"{options.events / seconds:,.0f} activities/s, at most {peak:,.0f} MiB")
    return json.loads(done.stdout), truth, directory


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tocsin", help="the program; generates data and runs it")
    parser.add_argument("--generator", default=os.path.join(os.path.dirname(ROOT), "shared", "bench", "generate.py"))
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--attacks", type=int, default=100)
    parser.add_argument("--days", default="1", help="how many days the activities cover")
    parser.add_argument("--duplicates", default="0", help="the share of activities that come twice")
    parser.add_argument("--late", default="0", help="the share of activities that come out of order")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--as-of", help="the moment to judge the directory at; the generator's by default")
    parser.add_argument("--report", help="a report that is there")
    parser.add_argument("--events-truth")
    parser.add_argument("--directory")
    options = parser.parse_args()

    with open(os.path.join(HERE, "planted.json"), encoding="utf-8") as file:
        table = json.load(file)
    with tempfile.TemporaryDirectory() as folder:
        if options.report:
            with open(options.report, encoding="utf-8") as file:
                document = json.load(file)
            sys.exit(verdict(table, Report(document), options.events_truth, options.directory))
        if not options.tocsin or not os.path.exists(options.generator):
            parser.error("--tocsin and a generator, or --report, --events-truth and --directory are needed")
        document, truth, directory = audit(options, folder)
        sys.exit(verdict(table, Report(document), truth, directory))


def verdict(table, report, events_truth, directory):
    with open(events_truth, encoding="utf-8") as file:
        events = json.load(file)
    with open(os.path.join(directory, "truth.json"), encoding="utf-8") as file:
        people = json.load(file)
    explained = assumed_planted_super_users(report, people)
    lines = judge(table["attacks"], planted_attacks(table["attacks"], events), report, explained)
    lines += judge(table["directory"], planted_violations(table["directory"], people, directory), report)
    failed = False
    print(f"{'planted kind':38} {'rule':34} {'planted':>8} {'found':>6} {'missed':>7} {'extra':>6}")
    for kind, rule, planted, found, missed, extra in lines:
        print(f"{kind:38} {rule:34} {planted:8} {found:6} {len(missed):7} {len(extra):6}")
        for key in missed[:5]:
            print(f"    missed: {list(key)} (the rule's verdict: {report.verdicts.get(rule)})")
        for key in extra[:5]:
            print(f"    extra: {list(key)}")
        failed = failed or bool(missed or extra)
    number = people["super_users_in_all"]
    counts = [f["message"] for f in report.rules.get("too-many-super-users", [])]
    if counts and not counts[0].startswith(f"{number} "):
        print(f"too-many-super-users says \"{counts[0]}\", and there are {number}")
        failed = True
    for line in report.shortened:
        print(line)
    judged = {row["rule"] for part in ("attacks", "directory") for row in table[part].values()}
    planted = {text(event) for attack in events["planted"] for event in attack["event_ids"]}
    for rule in sorted(set(report.rules) - judged):
        # What an attacker did may be told of by other rules too, such as a country that is new to all.
        high = [f for f in report.rules[rule]
                if is_high(f["severity"]) and not (f["activities"] and f["activities"] <= planted)]
        if high:
            why = table["background"].get(rule)
            print(f"{rule}: {len(high)} findings of severity high or above, such as \"{high[0]['message']}\""
                  + (f"; right, since {why}" if why else ""))
            failed = failed or not why
    print(f"{len(report.verdicts)} rules ran, {len(judged)} of them judged; {'FAILED' if failed else 'all as planted'}")
    return 1 if failed else 0


if __name__ == "__main__":
    main()
