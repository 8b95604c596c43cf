/// Envelopes beside the edge: what was broken in each, and the document.
///
/// Three documents that are right hold every key; each case puts one value in the place of one key's, adds a key or
/// takes one away. Some stay right, so that a schema that refuses too much is found as well.
enum BrokenEnvelopes {
    /// Whether a code is about the envelope: not YAML, not CEL, not what several documents say together.
    static func counts(_ code: String) -> Bool { inEnvelope.contains(code) }

    /// Whether a code says that the text is no YAML for us, which no schema sees.
    static func isYAML(_ code: String) -> Bool { code.hasPrefix("R010") && code != "R0108" }

    private static let inEnvelope: Set<String> = [
        "R0108", "R0110", "R0111", "R0112", "R0113", "R0114", "R0115", "R0117", "R0118", "R0120", "R0123", "R0303",
        "R0401", "R0402", "R0403", "P0106", "P0109",
    ]

    static let all: [(name: String, text: String)] =
        cases(of: state, "state") + cases(of: counting, "threshold") + cases(of: steps, "sequence")
        + cases(of: spike, "spike") + cases(of: policy, "policy") + cases(of: define, "define") + added

    /// Values that stand in for every value that fits on a line.
    private static let values = [
        "[]", "{}", "text here", "7", "true", "15m", "high", "[a, b]", "{ x: y }", "\"\"", "null", "-1",
    ]

    /// Every line with a value, once for each other value, and once without the line.
    private static func cases(of text: String, _ what: String) -> [(name: String, text: String)] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var cases = [(what + " as it is", text)]
        for (index, line) in lines.enumerated() {
            guard let colon = line.firstRange(of: ": ") else { continue }
            let key = line[..<colon.lowerBound]
            let isItem = key.contains("- ")
            var without = lines
            without[index] = isItem ? line.prefix { $0 == " " || $0 == "-" } + "spare: 1" : ""
            cases.append(("\(what) without\(key)", without.joined(separator: "\n")))
            for value in values {
                var changed = lines
                changed[index] = key + ": " + value
                cases.append(("\(what) with\(key): \(value)", changed.joined(separator: "\n")))
            }
        }
        return cases
    }

    private static let state = """
        rule: r
        title: t
        description: d
        severity: low
        tags: [a.b]
        owner: o
        enabled: true
        signal: false
        regex: standard
        params:
          most: { type: int, default: 3 }
        state:
          each: user
          where: user.super_user
          group:
            by: [user.status]
            let:
              n: count()
          alert_if: n > params.most
        hold: 1h
        key: ["keys[0]"]
        message: m
        tests:
          - name: one
            now: 2026-03-01T10:00:00Z
            directory:
              users:
                - id: 1
                  username: joe
                  status: active
                  last_login: -3d
            expect: []
        """

    private static let head = "rule: r\ntitle: t\nseverity: low\n"

    private static let counting =
        head + """
            cooldown: 1h
            severity_when:
              - if: failures > 5
                set: high
            activity:
              match: activity.kind == "login.failure"
              profiles:
                place:
                  by: [activity.user_id]
                  value: activity.country
                  history: 90d
                  learn: 14d
              threshold:
                by: [activity.ip]
                window: tumbling
                within: 15m
                timezone: Europe/Berlin
                let:
                  failures: count()
              alert_if: failures > 3
            tests:
              - name: one
                start: 2026-03-01T10:00:00Z
                end: +1h
                activities:
                  - at: +1m
                    repeat: 3
                    every: 30s
                    item: { kind: login.failure, ip: 10.0.0.1 }
                expect:
                  - at: +2m
                    severity: low
                    vars: { failures: 4 }
                    message_matches: t
            """

    private static let steps =
        head + """
            activity:
              sequence:
                by: [activity.user_id]
                within: 1h
                unordered: false
                until: activity.kind == "logout"
                steps:
                  - id: one
                    match: activity.kind == "mfa.removed"
                  - id: two
                    match: activity.kind == "login.success"
                    absent: true
            """

    private static let spike =
        head + """
            activity:
              match: activity.kind == "user.deleted"
              spike:
                by: []
                bucket: 1d
                baseline: 30d
                min_buckets: 7
                timezone: UTC
              alert_if: current > 10
            """

    private static let policy = """
        policy: p
        title: t
        scope:
          connections: ["*"]
          exclude:
            user: user.super_user
        lists:
          mine: [a]
          yours: { add: [b] }
        rules:
          - select: { tags: [a] }
            severity: high
            receivers: [soc]
            except:
              - name: ours
                when: 'now != now'
                reason: r
                owner: o
                expires: 2027-01-31
        controls:
          - id: "5.3"
            title: t
            rules: [r]
        """

    private static let define = """
        define:
          lists:
            mine: [a]
          functions:
            is_mine:
              args: { u: User }
              is: u.super_user
        """

    /// What no change of one line makes.
    private static let added: [(name: String, text: String)] = [
        ("no kind of document", "title: t\n"), ("a list", "- rule\n"), ("text", "rule\n"),
        ("two bodies", head + "state: { each: user, alert_if: user.super_user }\nactivity: { match: 'true' }\n"),
        ("no body", head), ("hold of an activity", head + "hold: 1h\nactivity: { match: activity.type_id == 1 }\n"),
        ("cooldown of a state", head + "cooldown: 1h\nstate: { each: user, alert_if: user.super_user }\n"),
        ("a signal of a state", head + "signal: true\nstate: { each: user, alert_if: user.super_user }\n"),
        ("a signal of an activity", head + "signal: true\nactivity: { match: activity.type_id == 1 }\n"),
        ("a state without a condition", head + "state: { each: user }\n"),
        ("an activity without a match", head + "activity: { alert_if: activity.type_id == 1 }\n"),
        (
            "two verbs",
            head + "activity:\n  match: activity.type_id == 1\n  previous: { by: [], within: 1h }\n"
                + "  flatline: { by: [], within: 1h }\n"
        ),
        (
            "a session with within",
            head + "activity:\n  threshold: { by: [], window: session, within: 1h, gap: 5m }\n"
        ),
        ("a session", head + "activity:\n  threshold: { by: [], window: session, gap: 5m }\n"),
        ("a gap without a session", head + "activity:\n  threshold: { by: [], within: 1h, gap: 5m }\n"),
        ("a zone without a calendar", head + "activity:\n  threshold: { by: [], within: 1h, timezone: UTC }\n"),
        ("one step", sequence("{ id: a, match: activity.type_id == 1 }")),
        ("an absent step first", sequence(absent + ", " + present)),
        ("an absent step last", sequence(present + ", " + absent)),
        ("an absent step without an order", sequence(present + ", " + absent, ", unordered: true")),
        (
            "seventeen steps",
            sequence((1...17).map { "{ id: s\($0), match: activity.type_id == 1 }" }.joined(separator: ", "))
        ),
        (
            "sixteen steps",
            sequence((1...16).map { "{ id: s\($0), match: activity.type_id == 1 }" }.joined(separator: ", "))
        ),
        ("a policy of nothing", "policy: p\nrules: []\n"),
        ("an item that picks twice", "policy: p\nrules: [{ rule: r, select: { tags: [a] } }]\n"),
        ("an item that picks nothing", "policy: p\nrules: [{ severity: low }]\n"),
        ("an empty select", "policy: p\nrules: [{ select: { tags: [] } }]\n"),
        ("select by topic", "policy: p\nrules: [{ select: { topic: mfa } }]\n"),
        ("a name of CEL", head + "activity:\n  threshold: { by: [], within: 1h, let: { in: count() } }\n"),
        ("a name that is taken", head + "activity:\n  threshold: { by: [], within: 1h, let: { now: count() } }\n"),
        ("a row's name", head + "activity:\n  threshold: { by: [], within: 1h, let: { user: count() } }\n"),
    ]

    private static let absent = "{ id: a, match: activity.type_id == 1, absent: true }"
    private static let present = "{ id: b, match: activity.type_id == 2 }"

    private static func sequence(_ steps: String, _ more: String = "") -> String {
        head + "activity:\n  sequence: { by: [], within: 1h, steps: [\(steps)]\(more) }\n"
    }
}
