import Alerting
import Directory
import Foundation
import Monitor
import OneLogin
import Reporting
import RuleLanguage
import Testing
import Timekeeping

/// Audits of files: everything readable is judged, the rest is named.
@Suite struct FileAuditTests {
    static let now = Timestamp(seconds: 1_772_500_000)

    static func audit(_ files: [String: String]) throws -> AuditReport {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
        let audit = FileAudit(
            book: try SimulatedTenant.shippedBook(), superUsers: SuperUserResolver.standard, enricher: nil)
        return try audit.run(
            try InputFiles([folder.path]), at: now, name: "files", toolVersion: "test")
    }

    static func event(_ id: Int, type: Int, minute: Int, user: Int = 5, actor: Int = 7) -> String {
        """
        {"id":\(id),"created_at":"2026-03-02T10:\(minute < 10 ? "0" : "")\(minute):00.000Z","account_id":1,\
        "event_type_id":\(type),"user_id":\(user),"actor_user_id":\(actor),"user_name":"Ann","actor_user_name":"Bob"}
        """
    }

    @Test func deletionsByOneActorAreFoundAndOthersAreNot() throws {
        let lines = (0..<50).map { Self.event($0, type: 17, minute: $0 / 6, user: 100 + $0) }
        let report = try Self.audit(["events.ndjson": lines.joined(separator: "\n")])
        let rule = try #require(report.rules.first { $0.id == "mass-deletion-by-actor" })
        #expect(rule.findingCount == 1)
        #expect(rule.findings.first?.key == [.int(7)])
        let fewer = try Self.audit(["events.ndjson": lines.dropLast().joined(separator: "\n")])
        #expect(fewer.rules.first { $0.id == "mass-deletion-by-actor" }?.findingCount == 0)
    }

    struct OrderRow: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let order: [Int]
        var files = 1
    }

    @Test(arguments: [
        OrderRow(testDescription: "oldest first", order: Array(0..<2400)),
        OrderRow(testDescription: "newest first", order: (0..<2400).reversed()),
        OrderRow(
            testDescription: "one of the fifty four hours late", order: Array(0..<1225) + Array(1226..<2400) + [1225]),
        OrderRow(testDescription: "every activity twice", order: Array(0..<2400) + Array(0..<2400)),
        OrderRow(testDescription: "cut inside the burst", order: Array(0..<2400), files: 97),
        OrderRow(testDescription: "cut, the newest file first", order: (0..<2400).reversed(), files: 7),
        OrderRow(
            testDescription: "cut into even and odd",
            order: Array(stride(from: 0, to: 2400, by: 2)) + Array(stride(from: 1, to: 2400, by: 2)), files: 2),
    ])
    func anyOrderOfActivitiesAndFilesGivesTheSameReport(_ row: OrderRow) throws {
        let lines = Self.burst(row.order)
        let size = (lines.count + row.files - 1) / row.files
        let files = stride(from: 0, to: lines.count, by: size).map { start in
            (
                "events-\(100 + start / size).ndjson",
                lines[start..<min(start + size, lines.count)].joined(separator: "\n")
            )
        }
        let report = try Self.audit(Dictionary(uniqueKeysWithValues: files))
        let inOrder = try Self.audit(["events.ndjson": Self.burst(0..<2400).joined(separator: "\n")])
        #expect(report.rules == inOrder.rules)
        #expect(report.range == inOrder.range)
        #expect(report.rules.first { $0.id == "mass-deletion-by-actor" }?.findingCount == 1)
        #expect(report.quarantineCount == 0)
    }

    /// One activity every six seconds, four hours in all; the deletions come at the start of the third hour.
    static func burst(_ numbers: some Sequence<Int>) -> [String] {
        numbers.map { number in
            let second = number * 6
            let time = "2026-03-02T\(10 + second / 3600):\(Self.two(second / 60 % 60)):\(Self.two(second % 60))Z"
            let type = (1200..<1250).contains(number) ? 17 : 8
            return """
                {"id":\(number),"created_at":"\(time)","account_id":1,"event_type_id":\(type),"user_id":\(number),\
                "actor_user_id":7}
                """
        }
    }

    @Test func aDateInTheFutureClosesNoWindow() throws {
        let ahead = Self.event(9999, type: 5, minute: 0).replacing("2026-03-02", with: "2036-03-02")
        let lines = Self.burst(0..<2400)
        let with = Array(lines[..<1225]) + [ahead] + Array(lines[1225...])
        let report = try Self.audit(["events.ndjson": with.joined(separator: "\n")])
        let rule = report.rules.first { $0.id == "mass-deletion-by-actor" }
        let without = try Self.audit(["events.ndjson": lines.joined(separator: "\n")])
        #expect(rule == without.rules.first { $0.id == "mass-deletion-by-actor" })
    }

    @Test func aRuleThatNeedsPlacesIsUnknownWithoutThem() throws {
        let report = try Self.audit(["events.ndjson": Self.event(1, type: 5, minute: 0)])
        let rule = try #require(report.rules.first { $0.id == "country-new-to-company" })
        guard case .unknown(let reasons) = rule.verdict else {
            Issue.record("the verdict is \(rule.verdict)")
            return
        }
        #expect(reasons.contains { $0.contains("country") })
    }

    static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    @Test func whatCannotBeReadIsNamedAndTheRestIsUsed() throws {
        let report = try Self.audit([
            "events.ndjson": [Self.event(1, type: 5, minute: 0), "{\"id\":2,", Self.event(3, type: 6, minute: 1)]
                .joined(separator: "\n")
        ])
        #expect(report.sources.map(\.recordCount) == [2])
        #expect(report.quarantineCount == 1)
        #expect(report.quarantine.first?.place == "events.ndjson:2")
        #expect(report.exitDecision.reasons.contains(.incompleteData))
    }

    @Test func rulesOverADirectoryThatWasNotGivenAreUnknown() throws {
        let report = try Self.audit(["events.ndjson": Self.event(1, type: 5, minute: 0)])
        let rule = try #require(report.rules.first { $0.id == "too-many-super-users" })
        #expect(rule.verdict == .unknown(reasons: ["no directory was given with --input"]))
        #expect(report.exitDecision.code == 3)
    }

    static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../shared/samples/public-webhook-events.json").standardizedFileURL

    @Test(.enabled(if: FileManager.default.fileExists(atPath: samples.path), "needs ../shared/samples"))
    func publicRecordsAreReadAndSaidWhatTheyAre() throws {
        let audit = FileAudit(
            book: try SimulatedTenant.shippedBook(), superUsers: SuperUserResolver.standard, enricher: nil)
        let report = try audit.run(
            try InputFiles([Self.samples.path]), at: Self.now, name: "samples", toolVersion: "test")
        #expect(report.sources.map(\.recordCount) == [4])
        #expect(report.quarantineCount == 0)
        #expect(
            Set(report.kinds.map(\.kind)) == [
                "login.success", "onelogin.user_verified_otp_device", "privilege.granted", "user.updated",
            ])
        #expect(report.kinds.allSatisfy { !$0.meaning.isEmpty })
    }
}
