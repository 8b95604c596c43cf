#!/usr/bin/env python3
"""End to end over loopback: simulator -> `tocsin monitor` -> webhook catcher, with a kill -9 in the middle.

usage: monitor.py TOCSIN_BINARY RULES_DIR POLICIES_DIR

Judges: every planted case of the simulator's ground truth arrives as one opened alert; every signature verifies with
the standardwebhooks library; after kill -9 and a restart nothing is lost and nothing comes with a second id; SIGTERM
ends the monitor with 0. Prints the figures; exit 1 when one of them is wrong.
"""
import base64
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from catcher import Catcher

# What stands in the directory; the other kinds are activities, and those before the first sync raise no alert.
STATES = {"too-many-super-users", "stale-credentials", "privileged-user-without-mfa", "mass-group-change"}
PATIENCE_S = 150  # a bound on waiting, not a measurement


def wait_for(what, condition, patience=PATIENCE_S):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.2)
    print(f"gave up waiting for {what}")
    return None


def start_simulator(binary):
    process = subprocess.Popen(
        [binary, "simulate", "--port", "0", "--seed", "7", "--users", "300", "--truth", "--format", "json",
         "--scope", "Manage All"],
        stdout=subprocess.PIPE, text=True)
    return process, json.loads(process.stdout.readline())


def write_settings(folder, simulator, catcher, secret, rules, policies):
    for name, text in (("id", simulator["client_id"]), ("secret", simulator["client_secret"]), ("hook", secret)):
        path = os.path.join(folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
            out.write(text + "\n")
    path = os.path.join(folder, "tocsin.yaml")
    with open(path, "w") as out:
        out.write(f"""store: {folder}/tocsin.db
rules: {rules}
policies: {policies}
connections:
  - name: simulated
    subdomain: demo
    url: {simulator["url"]}
    client_id_file: {folder}/id
    client_secret_file: {folder}/secret
    super_users: {{ privileges: true }}
    sync: {{ activities: 1s, directory: 3s }}
    lateness: 2s
receivers:
  - name: catcher
    type: webhook
    url: http://127.0.0.1:{catcher.port}/hook
    secret_file: {folder}/hook
""")
    return path


def start_monitor(binary, settings, folder):
    log = open(os.path.join(folder, "monitor.log"), "a")
    return subprocess.Popen([binary, "monitor", "--config", settings], stdout=log, stderr=log)


def name(key):
    return " ".join(str(part) for part in key)


def opened(received):
    """Every opened alert with the webhook ids it came under, and what it is about."""
    alerts = {}
    for webhook_id, payload in received:
        if payload["type"] == "alert.opened":
            alert = payload["data"]
            entry = alerts.setdefault(alert["id"], {"alert": alert, "webhook_ids": set()})
            entry["webhook_ids"].add(webhook_id)
    return alerts


def ask(simulator, call, method="GET"):
    request = urllib.request.Request(f"{simulator['url']}/simulator/{call}", method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def planted_cases(simulator):
    planted = ask(simulator, "truth")["planted"]
    return [case for case in planted if case["kind"] in STATES or case["from"] >= simulator["started"]]


def alerts_of(case, alerts):
    """The opened alerts that tell of a planted case: same rule, and the same key or one of its events."""
    key = name(value for _, value in sorted(case["key"].items()))
    events = {str(event) for event in case["event_ids"]}
    return [entry for entry in alerts.values()
            if entry["alert"]["rule"] == case["rule"]
            and (name(entry["alert"]["key"]) == key or events & set(entry["alert"].get("activity_ids", [])))]


def main():
    binary, rules, policies = (os.path.abspath(path) for path in sys.argv[1:4])
    secret = "whsec_" + base64.b64encode(os.urandom(32)).decode()
    catcher = Catcher(secret)
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        simulator_process, simulator = start_simulator(binary)
        try:
            settings = write_settings(folder, simulator, catcher, secret, rules, policies)
            monitor = start_monitor(binary, settings, folder)
            # What happens before the first sync raises no alert, so the attacks wait for it.
            wait_for("the first events to be read", lambda: ask(simulator, "calls").get("api/1/events"))
            ask(simulator, "attacks?within=20s", "POST")
            wait_for("the first alerts", lambda: len(opened(catcher.snapshot())) >= 3)
            monitor.send_signal(signal.SIGKILL)
            monitor.wait()
            at_kill = len(catcher.snapshot())
            monitor = start_monitor(binary, settings, folder)
            wait_for("every planted case", lambda: all(
                alerts_of(case, opened(catcher.snapshot())) for case in planted_cases(simulator)))
            time.sleep(5)  # room for what should not come
            alerts, cases = opened(catcher.snapshot()), planted_cases(simulator)
            missing = [(case["rule"], case["key"]) for case in cases if not alerts_of(case, alerts)]
            doubled = [entry for entry in alerts.values() if len(entry["webhook_ids"]) > 1]
            twice = [(case["rule"], case["key"]) for case in cases if len(alerts_of(case, alerts)) > 1]
            ids = [webhook_id for webhook_id, _ in catcher.snapshot()]
            print(f"planted {len(cases)}, found {len(cases) - len(missing)}, opened alerts {len(alerts)}, "
                  f"requests {len(ids)}, before the kill {at_kill}, repeated requests {len(ids) - len(set(ids))}, "
                  f"unverified {len(catcher.unverified)}, notices with a second id {len(doubled)}, "
                  f"cases with two alerts {len(twice)}")
            if missing:
                faults.append(f"missing: {missing}")
            if doubled:
                faults.append(f"second ids: {doubled}")
            if twice:
                faults.append(f"alerted twice: {twice}")
            if catcher.unverified:
                faults.append(f"unverified: {catcher.unverified[:3]}")
            monitor.send_signal(signal.SIGTERM)
            code = monitor.wait(timeout=30)
            print(f"exit code after SIGTERM {code}")
            if code != 0:
                faults.append(f"exit code {code} after SIGTERM")
            if faults:
                with open(os.path.join(folder, "monitor.log")) as log:
                    print(log.read()[-4000:])
        finally:
            simulator_process.kill()
            if monitor.poll() is None:
                monitor.kill()
    for fault in faults:
        print("FAULT", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
