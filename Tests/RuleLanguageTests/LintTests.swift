import Diagnostics
import Testing

@testable import RuleLanguage

/// Lints, each with what it warns of beside the nearest thing that it does not; the words are in the snapshots.
@Suite struct LintTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: RuleDiagnosticCode
        let told: String
        let quiet: String
        var define = ""
    }

    private static func activity(_ match: String) -> String { "activity:\n  match: \(match)\n" }
    private static func state(_ condition: String) -> String { "state: { each: user, where: '\(condition)' }\n" }

    private static func severity(_ first: String, _ second: String) -> String {
        activity("activity.kind == \"login.failure\"")
            + "  threshold: { by: [activity.ip], within: 1h, let: { n: count(), m: distinct(activity.user_id) } }\n"
            + "  alert_if: n > 2\n"
            + "severity_when: [{ if: '\(first)', set: medium }, { if: '\(second)', set: high }]\n"
    }

    private static func lists(_ text: String) -> String { "define: { lists: { some: \(text) } }\n" }

    static let rows = [
        Row(
            testDescription: "kinds that exclude each other", code: .noEvent,
            told: activity(#"activity.kind == "login.success" && activity.kind in ["login.failure", "mfa.removed"]"#),
            quiet: activity(#"activity.kind == "login.success" && activity.kind in ["login.success"]"#)),
        Row(
            testDescription: "a number that is of another kind", code: .noEvent,
            told: activity(#"activity.kind == "mfa.removed" && activity.type_id in [5, 6]"#),
            quiet: activity(#"activity.kind == "mfa.removed" && activity.type_id in [5, 24]"#)),
        Row(
            testDescription: "a number that is not known", code: .noEvent,
            told: activity(#"activity.kind == "mfa.removed" && activity.type_id == 9999"#),
            quiet: activity(#"activity.kind == "onelogin.unknown" && activity.type_id == 9999"#)),
        Row(
            testDescription: "kinds of a list", code: .unknownKind, told: activity("activity.kind in lists.some"),
            quiet: activity("activity.user_name in lists.some"), define: lists("[login.success, log.in]")),
        Row(
            testDescription: "countries of a parameter", code: .unknownCountry,
            told: "params: { c: { type: string, default: XX, description: d } }\n"
                + activity("activity.country == params.c"),
            quiet: "params: { c: { type: string, default: NO, description: d } }\n"
                + activity("activity.country == params.c")),
        Row(
            testDescription: "networks of a list", code: .badNetwork,
            told: activity("activity.ip != null && lists.some.exists(n, cidr(n).containsIP(activity.ip))"),
            quiet: activity("lists.some.exists(n, n == activity.ip)"), define: lists("[192.0.2.1]")),
        Row(
            testDescription: "one thing on both sides", code: .constantCondition,
            told: state("user.id == user.id"), quiet: state("user.username == user.status")),
        Row(
            testDescription: "numbers that may be no number", code: .constantCondition,
            told: activity("activity.type_id != activity.type_id"),
            quiet: activity("activity.lat != null && activity.lat != activity.lat")),
        Row(
            testDescription: "a thing and its opposite", code: .constantCondition,
            told: state("user.super_user || user.id > 3 || !user.super_user"),
            quiet: state("user.super_user || !(user.id > 3)")),
        Row(
            testDescription: "equal and not equal", code: .constantCondition,
            told: state(#"user.status == "active" && user.status != "active""#),
            quiet: state(#"user.status != "active" && user.status != "locked""#)),
        Row(
            testDescription: "the wider branch first", code: .unreachableSeverity,
            told: severity("n >= 10", "n >= 20"), quiet: severity("n >= 20", "n >= 10")),
        Row(
            testDescription: "branches of different values", code: .unreachableSeverity,
            told: severity("n > 9", "10 <= n && m > 3"), quiet: severity("n > 9", "m > 9")),
        Row(
            testDescription: "a narrower branch of two conditions", code: .unreachableSeverity,
            told: severity("n < 10", "n == 9"), quiet: severity("n < 10 && m > 3", "n == 9")),
    ]

    @Test(arguments: rows)
    func itWarnsOfTheOneAndNotOfTheOther(_ row: Row) {
        func codes(_ body: String) -> [String] {
            let define = row.define.isEmpty ? [] : [("Rules/define.yaml", row.define)]
            return Loading(files: define + [("Rules/topic/r.yaml", Self.rule + body)]).codes
        }
        #expect(codes(row.told) == [row.code.rawValue])
        #expect(codes(row.quiet) == [])
    }

    static let rule = "rule: r\ntitle: t\nseverity: low\n"

    private static func policy(_ lists: String) -> String {
        "policy: p\ntitle: t\nscope: { connections: [\"*\"] }\nlists: \(lists)\nrules: [{ rule: r }]\n"
    }

    /// A policy that changes a list is told what that does to its rules.
    @Test(arguments: [
        ("{ some: { add: [log.in] } }", "kind", "P0104"), ("{ some: [login.failure] }", "kind", nil),
        ("{ some: [XX] }", "country", "R0312"), ("{ some: [NO] }", "country", nil),
    ])
    func changesOfListsAreLooked(_ lists: String, _ field: String, _ code: String?) {
        let standard = field == "kind" ? "[login.success]" : "[SE]"
        let loaded = Loading(
            ("Rules/define.yaml", Self.lists(standard)),
            ("Rules/topic/r.yaml", Self.rule + Self.activity("activity.\(field) in lists.some")),
            ("Policies/p.yaml", Self.policy(lists)))
        #expect(loaded.codes == (code.map { [$0] } ?? []), "\(loaded.short)")
        #expect(loaded.book.bindings.isEmpty == (code == "P0104"))
    }

    @Test func badNetworksOfAPolicyAreTold() {
        let match = "activity.ip != null && lists.some.exists(n, cidr(n).containsIP(activity.ip))"
        let loaded = Loading(
            ("Rules/define.yaml", Self.lists("[10.0.0.0/8]")),
            ("Rules/topic/r.yaml", Self.rule + Self.activity(match)),
            ("Policies/p.yaml", Self.policy("{ some: { add: [10.0.0.0/33] } }")))
        #expect(loaded.codes == ["P0104"])
        #expect(loaded.report.entries.first?.diagnostic.notes.first?.contains("10.0.0.0/33") == true)
    }

    static func signal(_ id: String, _ match: String, more: String = "") -> String {
        "rule: \(id)\ntitle: t\nseverity: low\nsignal: true\n\(more)" + activity(match)
    }

    /// A signal that a rule reads through a list is bound and comes before it, as one that is written out.
    @Test(arguments: [#"activity.kind == "signal.z""#, "activity.kind in lists.some", "is_z(activity)"])
    func signalsOfListsAreBoundAndOrdered(_ match: String) {
        let define =
            "define:\n  lists: { some: [signal.z] }\n"
            + "  functions: { is_z: { args: { a: Activity }, is: 'a.kind in lists.some' } }\n"
        let loaded = Loading(
            ("Rules/define.yaml", define), ("Rules/topic/a.yaml", Self.signal("a", match)),
            ("Rules/topic/z.yaml", Self.signal("z", #"activity.kind == "login.failure""#)),
            ("Policies/p.yaml", "policy: p\ntitle: t\nscope: { connections: [\"*\"] }\nrules: [{ rule: a }]\n"))
        #expect(loaded.book.signalOrder == ["z", "a"], "\(loaded.short)")
        #expect(loaded.book.bindings.map(\.rule.id) == ["a", "z"])
    }

    @Test(arguments: [("", ["a", "z"], [] as [String]), ("enabled: false\n", ["a"], ["R0306"])])
    func aSignalOfADisabledRuleIsNotBoundAndItsReadersAreTold(_ more: String, _ bound: [String], _ codes: [String]) {
        let files = [
            (
                "Rules/topic/a.yaml",
                "rule: a\ntitle: t\nseverity: low\n" + Self.activity(#"activity.kind == "signal.z""#)
            ),
            ("Rules/topic/z.yaml", Self.signal("z", #"activity.kind == "login.failure""#, more: more)),
        ]
        let policy = (
            "Policies/p.yaml", "policy: p\ntitle: t\nscope: { connections: [\"*\"] }\nrules: [{ rule: a }]\n"
        )
        for loaded in [Loading(files: files), Loading(files: files + [policy])] {
            #expect(loaded.book.bindings.map(\.rule.id) == bound)
            #expect(loaded.codes == codes)
        }
    }
}
