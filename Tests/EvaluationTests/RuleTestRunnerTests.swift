import Diagnostics
import Foundation
import RuleLanguage
import Testing

@testable import Evaluation

/// Files of rules beside the project's sources.
enum RuleFiles {
    /// The folder of the project.
    static var project: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    static var examples: URL { project.appendingPathComponent("../shared/design/examples").standardizedFileURL }
    static var shipped: URL { project.appendingPathComponent("Rules") }

    static func isThere(_ folder: URL) -> Bool { FileManager.default.fileExists(atPath: folder.path) }

    /// Every YAML file below a folder, by path.
    static func read(_ folder: URL) throws -> [SourceText] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
        return try paths.filter { $0.hasSuffix(".yaml") }.map { path in
            SourceText(
                name: "Rules/" + path,
                text: try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8))
        }
    }
}

@Suite struct RuleTestRunnerTests {
    static func outcomes(_ folder: URL) throws -> (troubles: [String], outcomes: [RuleTestRunner.Outcome]) {
        let (book, diagnostics) = RuleBookLoader(schema: IdentitySchema.schema).load(files: try RuleFiles.read(folder))
        let errors = diagnostics.filter { $0.diagnostic.level == .error }
        return (
            errors.map { "\($0.source.name): \($0.diagnostic.message)" }, RuleTestRunner.run(book)
        )
    }

    @Test(.enabled(if: RuleFiles.isThere(RuleFiles.examples), "the examples of the design are not here"))
    func theExamplesOfTheDesignPassUnchanged() throws {
        let (troubles, outcomes) = try Self.outcomes(RuleFiles.examples)
        #expect(troubles == [])
        #expect(Set(outcomes.map(\.rule)).count == 12)
        #expect(outcomes.count == 36)
        for outcome in outcomes {
            #expect(outcome.isPassed, "\(outcome.rule), \(outcome.test): \(outcome.failures)")
        }
    }

    @Test(.enabled(if: RuleFiles.isThere(RuleFiles.shipped), "no rules are shipped yet"))
    func theShippedRulesPass() throws {
        let (troubles, outcomes) = try Self.outcomes(RuleFiles.shipped)
        #expect(troubles == [])
        for outcome in outcomes {
            #expect(outcome.isPassed, "\(outcome.rule), \(outcome.test): \(outcome.failures)")
        }
    }

    static func failures(_ test: String) -> [String] {
        let text = """
            rule: many-users
            title: Many users from one address
            severity: high
            activity:
              match: activity.kind == "login.failure"
              threshold:
                by: [activity.ip]
                within: 15m
                let: { users: distinct(activity.user_id) }
              alert_if: users >= 3
            message: "${users} users"
            tests:
            \(test)
            """
        let file = SourceText(name: "Rules/many-users.yaml", text: text)
        let (book, diagnostics) = RuleBookLoader(schema: IdentitySchema.schema).load(files: [file])
        let errors = diagnostics.filter { $0.diagnostic.level == .error }
        return errors.map(\.diagnostic.message) + RuleTestRunner.run(book).flatMap(\.failures)
    }

    static func activities(_ count: Int) -> String {
        "activities: [{ repeat: \(count), every: 60s, item: "
            + "{ kind: login.failure, ip: 203.0.113.9, user_id: \"${i}\" } }]"
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let count: Int
        let expect: String
        let failures: [String]
    }

    @Test(arguments: [
        Row(
            testDescription: "as expected", count: 3,
            expect: "{ key: [203.0.113.9], at: +2m, severity: high, vars: { users: 3 }, message_matches: ^3 }",
            failures: []),
        Row(
            testDescription: "nothing came", count: 2, expect: "{ at: +2m }",
            failures: [
                "expected finding 1: at +2m; got none; closest miss: key [203.0.113.9]: users = 2, needs >= 3 at "
                    + "+60s"
            ]),
        Row(
            testDescription: "too much came", count: 3, expect: "",
            failures: [
                "expected no more findings; got key [203.0.113.9], severity high, at +2m: 3 users"
            ]),
        Row(
            testDescription: "everything differs", count: 3,
            expect: "{ key: [192.0.2.1], at: +3m, severity: low, vars: { users: 4 }, message_matches: four }",
            failures: [
                "finding 1: expected key [192.0.2.1], got [203.0.113.9]",
                "finding 1: expected severity low, got high", "finding 1: expected at +3m, got +2m",
                "finding 1: expected users = 4, got 3",
                "finding 1: expected a message that matches `four`, got `3 users`",
            ]),
    ])
    func saysWhatWasExpectedAndWhatCame(_ row: Row) {
        let test = """
              - name: a test
                start: 2026-03-01T10:00:00Z
                \(Self.activities(row.count))
                expect: [\(row.expect)]
            """
        #expect(Self.failures(test) == row.failures)
    }

    struct Miss: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let rule: String
        let activities: String
        let closest: String
    }

    static let steps = """
        sequence:
          by: [activity.user_id]
          within: 20m
          steps:
            - { id: removed, match: activity.kind == "mfa.removed" }
            - { id: login, match: activity.kind == "login.success" && activity.ip != removed.ip }
        """

    static let misses = [
        Miss(
            testDescription: "the parameter's value",
            rule: "match: activity.kind == 'login.failure'\n"
                + "threshold: { by: [activity.user_id], within: 1h, let: { n: count() } }\nalert_if: n >= params.min",
            activities: "{ repeat: 2, every: 60s, item: { kind: login.failure, user_id: 7 } }",
            closest: "key [7]: n = 2, needs >= 3 at +60s"),
        Miss(
            testDescription: "only the clause that was false",
            rule: "match: activity.kind == 'login.failure'\n"
                + "threshold: { by: [activity.user_id], within: 1h, let: { n: count(), ips: distinct(activity.ip) } }\n"
                + "alert_if: n >= 2 && ips > 4",
            activities: "{ repeat: 2, every: 60s, item: { kind: login.failure, user_id: 7, ip: 192.0.2.1 } }",
            closest: "key [7]: ips = 1, needs > 4 at +60s"),
        Miss(
            testDescription: "the step that did not come", rule: steps,
            activities: "{ at: +90s, kind: mfa.removed, user_id: 7, ip: 192.0.2.1 }",
            closest: "key [7]: `removed` came by +90s, and `login` did not come within 20m"),
    ]

    @Test(arguments: misses)
    func theClosestMissNamesWhatLacked(_ miss: Miss) {
        let body = miss.rule.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
        let text = """
            rule: many
            title: t
            severity: high
            params: { min: { type: int, default: 3, description: d } }
            activity:
            \(body)
            tests:
              - name: a test
                start: 2026-03-01T10:00:00Z
                activities: [\(miss.activities)]
                expect: [{}]
            """
        let file = SourceText(name: "Rules/many.yaml", text: text)
        let (book, diagnostics) = RuleBookLoader(schema: IdentitySchema.schema).load(files: [file])
        #expect(diagnostics.filter { $0.diagnostic.level == .error }.map(\.diagnostic.message) == [])
        let failures = RuleTestRunner.run(book).flatMap(\.failures)
        #expect(failures == ["expected finding 1: any; got none; closest miss: " + miss.closest])
    }
}
