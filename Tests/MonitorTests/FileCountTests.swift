import Diagnostics
import Directory
import Evaluation
import Foundation
import Monitor
import OneLogin
import RuleLanguage
import Testing

/// Counting tells how often rules hold, and what rules with memory keep for it.
@Suite struct FileCountTests {
    static let rules = [
        "plain": "activity:\n  match: activity.type_id == 17\n",
        "counted": """
        activity:
          match: activity.type_id == 17
          threshold: { by: [activity.user_id], within: 1h, let: { n: count() } }
          alert_if: n >= 2

        """,
        "counted-too": """
        activity:
          match: activity.type_id == 17
          threshold: { by: [activity.user_id], within: 1h, let: { n: count() } }
          alert_if: n >= 3

        """,
    ]

    static func count(_ lines: [String]) throws -> FileCount.Result {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("count-\(UUID()).ndjson")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let files = rules.map { name, body in
            SourceText(name: "Rules/\(name).yaml", text: "rule: \(name)\ntitle: t\nseverity: low\n" + body)
        }
        let book = RuleBookLoader(schema: IdentitySchema.schema).load(files: files).book
        return try FileCount(book: book, enricher: nil).run(
            try InputFiles([file.path]), superUsers: SuperUserResolver.standard)
    }

    @Test func tellsMatchesKeysAndMemoryOfEachRule() throws {
        // Users 0 to 9, each three times within the hour, and one activity that no rule wants.
        let lines = (0..<30).map { FileAuditTests.event($0, type: 17, minute: $0, user: $0 % 10) }
        let result = try Self.count(lines + [FileAuditTests.event(30, type: 5, minute: 30)])
        #expect(result.activities == 31)
        #expect(result.lines.map(\.rule) == ["counted", "counted-too", "plain"])
        #expect(result.lines.map(\.fired) == [20, 10, 30])
        #expect(result.lines.map(\.keys) == [10, 10, 30])
        #expect(result.lines.map(\.liveKeys) == [10, 10, 0])
        #expect(result.lines[0].stateBytes > 0 && result.lines[2].stateBytes == 0)
        #expect(result.liveKeys == 10, "two rules over one memory")
        #expect(result.stateBytes >= result.lines[0].stateBytes)
    }
}
