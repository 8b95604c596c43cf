import Alerting
import Reporting
import Timekeeping

/// Reports of made-up tenants.
enum ReportSample {
    static let moment = Timestamp(seconds: 1_769_930_000)

    static func finding(_ severity: Severity, _ key: String, _ message: String, hour: Int64 = 1)
        -> AuditReport.ReportedFinding
    {
        AuditReport.ReportedFinding(
            severity: severity, key: [.text(key)], message: message,
            evidence: [
                .init(name: "days", value: .int(120)), .init(name: "ratio", value: .double(0.123456)),
                .init(name: "roles", value: .list([.text("Admins"), .text("Ops")])),
                .init(name: "last_login", value: .null),
            ],
            activityIDs: (1...7).map { "60000000000\($0)" }, time: Timestamp(seconds: 1_769_900_400 + hour * 3600))
    }

    /// Everything that a report can hold.
    static var full: AuditReport {
        var report = AuditReport(toolVersion: "1.2.3", connection: "corp", generatedAt: moment)
        report.tenant = "corp-example"
        report.range = TimeWindow(.days(1), until: moment)
        report.sources = [
            .init(name: "events.ndjson", recordCount: 1_234_567, unreadableCount: 3),
            .init(name: "directory.json", recordCount: 2000, isComplete: false),
        ]
        report.kinds = [
            .init(kind: "login.success", meaning: "somebody signed in", count: 1_200_000),
            .init(kind: "login.failure", meaning: "a sign-in was refused", count: 34_000),
            .init(kind: "onelogin.unknown", count: 567),
        ]
        report.quarantine = [.init(place: "events.ndjson:17", reason: "`created_at` is no time: `yesterday`")]
        report.quarantineCount = 3
        report.collections = [
            .init(name: "users", count: 1800, availability: .complete),
            .init(name: "roles", count: 12, availability: .incomplete),
            .init(name: "devices", count: 0, availability: .notAvailable),
        ]
        report.superUsers = .init(resolvers: ["role: Super Admins", "privileges"], count: 7)
        report.rules = [
            .init(
                id: "never-signed-in", title: "User never signed in", policy: "baseline", severity: .low, verdict: .pass
            ),
            .init(
                id: "stale-credentials", title: "Password older than 90 days", policy: "baseline", severity: .medium,
                tags: ["nist-ia-5"], verdict: .fail,
                findings: (1...3).map { finding(.medium, "user\($0)@corp.example", "last changed 120 days ago") },
                findingCount: 41, exceptedCount: 2),
            .init(
                id: "too-many-super-users", title: "Too many super users", policy: "baseline", severity: .critical,
                tags: ["privileges"], verdict: .fail,
                findings: [finding(.critical, "corp", "7 super users, and 3 are allowed", hour: 2)]),
            .init(
                id: "privileged-without-mfa", title: "Privileged user without a second factor", policy: "baseline",
                severity: .high, verdict: .unknown(reasons: ["the collection `devices` is not available"])),
            .init(
                id: "spray", title: "Password spray", policy: "baseline", severity: .high,
                verdict: .error(causes: ["the regular expression took too many steps"])),
        ]
        report.controls = [
            .init(
                policy: "baseline", title: "CIS 5 Account management",
                controls: [
                    .init(
                        id: "5.3", title: "Disable dormant accounts", rules: ["stale-credentials", "never-signed-in"]),
                    .init(id: "5.4", title: "Restrict administrator privileges", rules: ["privileged-without-mfa"]),
                    .init(id: "5.5", title: "Keep an inventory", rules: ["never-signed-in"]),
                    .init(id: "5.6", title: "Centralise accounts", rules: ["not-bound"]),
                ])
        ]
        report.failures = [
            .init(.remote, message: "GET /api/1/events answered 503", remedy: "run it again in a few minutes")
        ]
        return report
    }

    /// Nothing found, nothing missing.
    static var clean: AuditReport {
        var report = AuditReport(toolVersion: "1.2.3", connection: "corp", generatedAt: moment)
        report.sources = [.init(name: "public-webhook-events.json", recordCount: 4)]
        report.kinds = [.init(kind: "login.success", meaning: "somebody signed in", count: 4)]
        report.rules = [
            .init(id: "a-rule", title: "A rule", policy: "default", severity: .high, verdict: .pass),
            .init(id: "b-rule", title: "Another rule", policy: "default", severity: .low, verdict: .pass),
        ]
        return report
    }

    /// Text that wants to be more than text.
    static var hostile: AuditReport {
        let text = "<script>alert(1)</script>\"'&\u{1B}[2J\u{202E}\nü"
        var report = AuditReport(toolVersion: text, connection: text, generatedAt: moment)
        report.tenant = text
        report.sources = [.init(name: text, recordCount: 1)]
        report.kinds = [.init(kind: text, meaning: text, count: 1)]
        report.quarantine = [.init(place: text, reason: text)]
        report.quarantineCount = 1
        report.collections = [.init(name: text, count: 1, availability: .incomplete)]
        report.superUsers = .init(resolvers: [text], count: 1)
        report.rules = [
            .init(
                id: text, title: text, policy: text, severity: .critical, tags: [text], verdict: .fail,
                findings: [
                    .init(
                        severity: .critical, key: [.text(text)], message: text,
                        evidence: [.init(name: text, value: .text(text))], activityIDs: [text], time: moment)
                ]),
            .init(id: text, title: text, policy: "b", severity: .low, verdict: .unknown(reasons: [text])),
        ]
        report.controls = [.init(policy: text, title: text, controls: [.init(id: text, title: text, rules: [text])])]
        report.failures = [.init(.rules, message: text, remedy: text)]
        return report
    }
}
