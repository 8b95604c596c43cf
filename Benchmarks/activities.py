#!/usr/bin/env python3
"""Writes made-up activities of 20 typed fields as JSON Lines, the same bytes for the same seed.

    activities.py [COUNT] [SEED] > activities.jsonl
"""
import json
import random
import sys

COUNTRIES = ["US"] * 30 + ["DE"] * 12 + ["GB"] * 10 + ["FR", "NO", "SE", "JP", "BR", "IN", "CA", "AU"] * 4 + [
    "RU", "IR", "KP", "SY", "VE", "BY", "CU", None, None]
CITIES = ["Springfield", "Oslo", "Berlin", "Portland", "Nantes", "Leeds", "Sendai", "São Paulo", "Zürich"]
BROWSERS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{0}.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{0}.1 Safari/605",
    "Mozilla/5.0 (X11; Linux x86_64; rv:{0}.0) Gecko/20100101 Firefox/{0}.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E{0}",
]
TOOLS = ["curl/8.{0}", "python-requests/2.{0}", "Go-http-client/2.0", "okhttp/4.{0}"]
ROLES = ["Viewer", "Developer", "Sales", "Support engineer", "Payroll clerk", "Contractor", "Help desk", "Auditor"]
KINDS = ["login.success", "login.failure", "app.launched", "user.updated", "role.granted", "mfa.challenged"]
APPS = ["Mail", "Payroll", "Source control", "Wiki", None]
PATHS = ["/api/2/users", "/api/1/events", "/portal", "/login", "/admin/policies", "/api/2/roles/17/users"]
FACTORS = ["webauthn", "totp", "push", "sms", "none"]
FIRST = ["ada", "grace", "linus", "ken", "edsger", "barbara", "alan", "donald", "frances", "radia", "svc-backup"]
START = 1_767_225_600


def activity(number, random):
    name = f"{random.choice(FIRST)}{random.randrange(400)}"
    roles = random.sample(ROLES, random.randrange(1, 6))
    if random.random() < 0.04:
        roles.append(random.choice(["Super user", "Administrator of apps"]))
    agents = TOOLS if random.random() < 0.05 else BROWSERS
    return {
        "id": 9_000_000 + number,
        "kind": random.choice(KINDS),
        "time": START + random.randrange(365 * 86_400),
        "user_id": None if random.random() < 0.1 else random.randrange(1, 5000),
        "user_name": name,
        "email": f"{name}@{'corp.example' if random.random() < 0.8 else 'partner.example'}",
        "country": random.choice(COUNTRIES),
        "city": random.choice(CITIES),
        "ip": ".".join(str(random.randrange(1, 255)) for _ in range(4)),
        "user_agent": random.choice(agents).format(random.randrange(90, 140)),
        "app": random.choice(APPS),
        "risk": random.randrange(100),
        "success": random.random() < 0.9,
        "factor": random.choice(FACTORS),
        "latitude": round(random.uniform(-60, 70), 4),
        "longitude": round(random.uniform(-180, 180), 4),
        "roles": roles,
        "device": random.choice(["managed", "managed", "unmanaged", "unknown"]),
        "path": random.choice(PATHS),
        "session": f"{random.getrandbits(64):016x}",
    }


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    source = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 7)
    for number in range(count):
        print(json.dumps(activity(number, source), ensure_ascii=False))


if __name__ == "__main__":
    main()
