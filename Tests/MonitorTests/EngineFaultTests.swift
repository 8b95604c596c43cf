import Alerting
import Directory
import Evaluation
import FieldStorage
import Foundation
import Monitor
import OneLogin
import Reporting
import RuleLanguage
import Testing
import Timekeeping

/// Faults that other engines were reported to have, one test each, from wire text to finding.
@Suite struct EngineFaultTests {
    static let noon = Timestamp(seconds: 1_772_452_800)

    /// A wire record; `time` as OneLogin would write it, or seconds after noon.
    static func record(
        _ id: Int, _ second: Double, type: Int, user: Int? = 5, actor: Int? = 7, time: String? = nil, notes: String = ""
    ) -> String {
        func text(_ number: Int?) -> String { number.map { "\($0)" } ?? "null" }
        let moment = time ?? (noon + .milliseconds(Int64(second * 1000))).rfc3339
        return """
            {"id":\(id),"created_at":"\(moment)","account_id":1,"event_type_id":\(type),"user_id":\(text(user)),\
            "actor_user_id":\(text(actor)),"notes":"\(notes)"}
            """
    }

    static func engine(_ rule: String) -> ActivityEngine {
        let head = "rule: fault\ntitle: t\nseverity: low\n"
        let index = DirectoryIndex(DirectorySnapshot(observedAt: .earliest))
        return ActivityEngine(
            book: CrashTests.book(head + rule), connection: "main", history: DirectoryTimeline(constant: index))
    }

    static func batch(_ records: [String]) throws -> ActivityBatch {
        let batch = ActivityBatch(capacity: max(1, records.count))
        for record in records {
            let text = batch.arena.copy(record)
            try WireActivityDecoder().decode(text.text, into: batch, source: .api)
        }
        return batch
    }

    /// When the rule fires, in seconds after noon, over records that come in this order.
    static func fired(_ rule: String, _ records: [String], until end: Double? = nil) throws -> [Double] {
        let engine = engine(rule)
        var found = engine.process(try batch(records))
        found += engine.finish(at: end.map { noon + .milliseconds(Int64($0 * 1000)) })
        return found.map { Double(($0.time - noon).milliseconds) / 1000 }
    }

    static let failures = """
        activity:
          match: activity.kind == "login.failure"
          threshold: { by: [activity.user_id], within: 10m, let: { n: count() } }
          alert_if: n >= 3
        """

    @Test func twoRunsGiveTheSameOutput() throws {
        let records = (0..<2000).map { number in
            Self.record(number, Double(number * 7919 % 7200), type: [5, 6, 17, 24][number % 4], user: number % 37)
        }
        func run() throws -> String {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fault-\(UUID())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            try Data(records.joined(separator: "\n").utf8).write(to: folder.appendingPathComponent("events.ndjson"))
            let audit = FileAudit(book: try SimulatedTenant.shippedBook(), superUsers: [], enricher: nil)
            let report = try audit.run(
                try InputFiles([folder.path]), at: Self.noon, name: "files", toolVersion: "test")
            return report.rules.map { "\($0)" }.joined(separator: "\n")
        }
        let (first, second) = (try run(), try run())
        #expect(first.contains("mass-deletion-by-actor"))
        #expect(first == second)
    }

    /// A record is put across the end of a block at each byte of its text.
    @Test func multiByteTextMayBeCutAnywhere() throws {
        let words = "ü🔑鍵"
        let record = Self.record(2, 0, type: 5, notes: words)
        let start = record.utf8.count - words.utf8.count - 2
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fault-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("events.ndjson")
        let first = Self.record(1, 0, type: 6)
        for cut in start...(start + words.utf8.count) {
            let filler = String(repeating: "\n", count: (1 << 20) - first.utf8.count - cut)
            try Data((first + filler + record + "\n" + first).utf8).write(to: file)
            var notes: [String] = []
            let report = try InputFiles([file.path]).activities { batch in
                for row in 0..<batch.count { notes.append(batch.activity(at: row).text(.notes) ?? "-") }
            }
            let isWhole = report.unreadableCount == 0 && notes.count == 3 && Array(notes[1].utf8) == Array(words.utf8)
            #expect(isWhole, "cut before byte \(cut): \(notes)")
            guard isWhole else { return }
        }
    }

    @Test(arguments: [
        ("2026-03-02T12:00:00.000Z", true), ("2026-03-02T14:00:00.000+02:00", true),
        ("2026-03-02T04:30:00.000-07:30", true), ("2026-03-02T12:00:00.000+02:00", false),
        ("2026-03-02T12:00:00.000-00:30", false),
    ])
    func anOffsetInATimestampIsHonoured(_ time: String, _ isNoon: Bool) throws {
        let records = [
            Self.record(1, 0, type: 6, time: time), Self.record(2, 60, type: 6), Self.record(3, 120, type: 6),
        ]
        #expect(try Self.fired(Self.failures, records).isEmpty == !isNoon)
    }

    @Test(arguments: [
        ("threshold", 599.999, true), ("threshold", 600, false), ("sequence", 600, true), ("sequence", 600.001, false),
        ("previous", 600, true), ("previous", 600.001, false),
    ])
    func noWindowIsLongerThanItsLength(_ verb: String, _ last: Double, _ fires: Bool) throws {
        let sequence = """
            activity:
              sequence:
                by: [activity.user_id]
                within: 10m
                steps:
                  - { id: one, match: activity.kind == "login.failure" && activity.notes == "first" }
                  - { id: two, match: activity.kind == "login.failure" }
            """
        let previous = """
            activity:
              match: activity.kind == "login.failure"
              previous: { by: [activity.user_id], within: 10m }
              alert_if: prev.notes != null && prev.notes == "first"
            """
        let rule = ["threshold": Self.failures, "sequence": sequence, "previous": previous][verb] ?? ""
        let middle = verb == "threshold" ? [Self.record(2, 300, type: 6)] : []
        let records = [Self.record(1, 0, type: 6, notes: "first")] + middle + [Self.record(3, last, type: 6)]
        #expect(try Self.fired(rule, records) == (fires ? [last] : []))
    }

    static let three = """
        activity:
          sequence:
            by: [activity.user_id]
            within: 10m
            steps:
              - { id: one, match: activity.kind == "mfa.removed" }
              - { id: two, match: activity.kind == "login.success" }
              - { id: three, match: activity.kind == "mfa.enrolled" }
        """

    @Test(arguments: [([5, 5, 5], true), ([5, 5, 6], false), ([5, 6, 5], false), ([6, 5, 5], false)])
    func groupingIsEnforcedOnEveryStep(_ users: [Int], _ fires: Bool) throws {
        let records = zip(users, [24, 5, 22]).enumerated().map { place, step in
            Self.record(place, Double(place), type: step.1, user: step.0)
        }
        #expect(try Self.fired(Self.three, records).isEmpty == !fires)
    }

    @Test(arguments: [
        ([24, 5, 22], true), ([24, 22, 5], false), ([5, 24, 22], false), ([22, 5, 24], false),
        ([24, 22, 5, 22], true),
    ])
    func orderIsEnforcedPastTheSecondStep(_ types: [Int], _ fires: Bool) throws {
        let records = types.enumerated().map { Self.record($0, Double($0), type: $1) }
        #expect(try Self.fired(Self.three, records).isEmpty == !fires)
        // How they arrive does not matter.
        #expect(try Self.fired(Self.three, records.reversed()).isEmpty == !fires)
    }

    @Test func nullKeysNeverJoin() throws {
        let others = ["actor_id", "user_id"].map { field in
            Self.three.replacing("by: [activity.user_id]", with: "by: [activity.\(field)]")
        }
        for rule in others {
            let known = [24, 5, 22].enumerated().map { Self.record($0, Double($0), type: $1) }
            let unknown = [24, 5, 22].enumerated().map {
                Self.record($0, Double($0), type: $1, user: nil, actor: nil)
            }
            #expect(try Self.fired(rule, known) == [2])
            #expect(try Self.fired(rule, unknown).isEmpty)
        }
        let failures = (0..<9).map { Self.record($0, Double($0), type: 6, user: nil) }
        #expect(try Self.fired(Self.failures, failures).isEmpty)
    }

    @Test func absenceIsNeverEarly() throws {
        let rule = """
            activity:
              sequence:
                by: [activity.user_id]
                within: 10m
                steps:
                  - { id: one, match: activity.kind == "mfa.removed" }
                  - { id: two, match: activity.kind == "mfa.enrolled", absent: true }
            """
        let instant = TimeSpan(seconds: 0, nanoseconds: 1)
        // The one that must not be absent comes at the last moment and arrives after everything else.
        for (second, isInTime) in [(600.0, true), (600.001, false)] {
            let engine = Self.engine(rule)
            var found = engine.process(
                try Self.batch([Self.record(1, 0, type: 24), Self.record(2, 3600, type: 5)]))
            found += engine.advance(to: Self.noon + .minutes(10))
            #expect(found.isEmpty, "the deadline itself belongs to the window")
            found += engine.process(try Self.batch([Self.record(3, second, type: 22)]))
            found += engine.advance(to: Self.noon + .minutes(10) + instant)
            #expect(found.map(\.time) == (isInTime ? [] : [Self.noon + .minutes(10)]))
        }
    }
}
