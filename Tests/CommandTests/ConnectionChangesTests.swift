import Directory
import Foundation
import Testing
import Timekeeping

@testable import tocsin

/// `tocsin connection changes`.
@Suite struct ConnectionChangesTests {
    static let moment = Timestamp(seconds: 1_767_225_600)

    @Test(arguments: [
        (
            ReconciledChange(
                at: moment, change: .init(kind: "role.granted", userID: 7, objectID: 9), activityID: "123",
                isExplained: true), "2026-01-01T00:00:00Z  role.granted  user 7  9  told by event 123"
        ),
        (
            ReconciledChange(
                at: moment, change: .init(kind: "user.deleted", userID: 7), activityID: "snapshot-1-\u{1b}",
                isExplained: false), "2026-01-01T00:00:00Z  user.deleted  user 7  no event; snapshot-1-\\u{1b}"
        ),
    ])
    func aLineSaysWhoToldIt(_ change: ReconciledChange, _ line: String) {
        #expect(ConnectionChangesCommand.text(change) == line)
    }

    @Test(.timeLimit(.minutes(15))) func whatNoEventToldIsListed() async throws {
        let bench = try ConnectionCommandTests.Bench(
            """
            seed: 3
            users: 40
            history: { days: 1, events: 100 }
            timeline:
              - { at: +1s, move_users: 3, times: 200, every: 3s }
            """)
        defer { bench.end() }
        #expect(try await bench.add().code == 0)
        var lines: [Substring] = []
        while lines.isEmpty {
            let turn = try await bench.program.run(
                "monitor", "--once", "--config", bench.program.path("tocsin.yaml"))
            try #require(turn.code == 0, "\(turn.errors)")
            let shown = try await bench.connection("changes", "acme", "--derived", "--format", "json")
            try #require(shown.code == 0, "\(shown.errors)")
            lines = shown.output.split(separator: "\n")
        }
        let row = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(row["kind"] as? String == "user.group_changed" && row["explained"] as? Bool == false)
        #expect((row["activity"] as? String)?.hasPrefix("snapshot-") == true && row["user_id"] as? Int != nil)
        let status = try ConnectionCommandTests.json(
            try await bench.connection("status", "acme", "--format", "json"))
        let kinds = (status["changes"] as? [String: Any])?["kinds"] as? [String: [String: Int]]
        #expect(kinds?["user.group_changed"].map { $0["derived", default: 0] > 0 } == true)
        let both = try await bench.connection("changes", "acme", "--derived", "--explained")
        #expect(both.code == 2)
        let none = try await bench.connection("changes", "other")
        #expect(none.code == 2 && none.errors.contains("no connection `other`"))
    }
}
