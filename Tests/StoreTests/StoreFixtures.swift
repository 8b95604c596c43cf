import Alerting
import Directory
import FieldStorage
import Foundation
import Timekeeping

@testable import Store

/// Reads records of a made-up wire form: `{"id": "...", "at": "...", "kind": "...", "user": 7, "ip": "..."}`.
struct PlainDecoder: ActivityDecoder {
    struct Record: Codable {
        var id: String
        var at: String
        var kind: String
        var user: Int64?
        var ip: String?
    }

    func decode(
        _ record: UnsafeRawBufferPointer, into batch: ActivityBatch, source: ActivitySource
    ) throws(UnreadableRecord) {
        guard let plain = try? JSONDecoder().decode(Record.self, from: Data(record)),
            let time = Timestamp(rfc3339: plain.at)
        else { throw UnreadableRecord(reason: "no plain record") }
        let row = batch.append()
        batch[row, .id] = batch.arena.copy(plain.id)
        batch[row, .time] = .timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds)
        batch[row, .kind] = batch.arena.copy(plain.kind)
        batch[row, .type] = batch.arena.copy(plain.kind.uppercased())
        batch[row, .typeID] = .int(13)
        batch[row, .userID] = plain.user.map(Slot.int) ?? .null
        batch[row, .ip] = plain.ip.map { batch.arena.copy($0) } ?? .null
        batch[row, .observedBy] = batch.arena.copy(source.rawValue)
        batch[row, .raw] = .string(record)
    }
}

enum Fixture {
    static let start = Timestamp(seconds: 1_767_225_600)

    /// `seconds` after ``start``.
    static func at(_ seconds: Int64) -> Timestamp { start + .seconds(seconds) }

    static func cursor(_ seconds: Int64) -> SourceCursor {
        SourceCursor(readUntil: at(seconds), completeUntil: at(seconds), firstSyncStarted: start)
    }

    /// Activities decoded from wire text, one a minute.
    static func batch(ids: [String], kind: String = "login.success") throws -> ActivityBatch {
        let batch = ActivityBatch(capacity: max(1, ids.count))
        for (number, id) in ids.enumerated() {
            let time = at(Int64(number) * 60).rfc3339
            let slot = batch.arena.copy(
                #"{"id": "\#(id)", "at": "\#(time)", "kind": "\#(kind)", "user": 7, "ip": "192.0.2.\#(number)"}"#)
            try PlainDecoder().decode(slot.text, into: batch, source: .api)
        }
        return batch
    }

    static func memory() throws -> SQLiteStore { try SQLiteStore.inMemory(decoder: PlainDecoder()) }

    /// An open finding of an activity rule and the notices of it.
    static func opening(key: String = "7", second: Int64 = 0, receivers: [String] = ["hook"]) -> AlertChanges {
        var machine = AlertMachine()
        return machine.observe([finding(key: key, second: second, receivers: receivers)])
    }

    static func finding(
        key: String = "7", second: Int64 = 0, id: String? = nil, message: String = "a factor was removed",
        receivers: [String] = ["hook"], severity: Severity = .high
    ) -> Finding {
        let binding = RuleBinding(connection: "acme", policy: "baseline", rule: "mfa-removed")
        return Finding(
            dedupKey: DedupKey(binding: binding, key: [.text(key)]),
            origin: .activity(id: id ?? "e\(second)", cooldown: .minutes(10)), severity: severity, time: at(second),
            title: "Factor removed", message: message,
            evidence: [.init(name: "share", value: .double(.nan)), .init(name: "since", value: .time(at(1)))],
            receivers: receivers)
    }

    static let routing = NoticeRouting(defaultReceivers: ["hook"])
}

/// A folder of its own that goes when the last reference goes.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/tocsin-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var store: String { path + "/tocsin.db" }

    func mode(_ file: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    }
}

extension SQLiteStore {
    /// Every version of every record, by kind, id and start.
    func versionList() async throws -> [EntityVersion] {
        try await read { database in
            var versions: [EntityVersion] = []
            guard let id = try ConnectionRow.id(of: "acme", in: database) else { return versions }
            try VersionRows.each(of: id, since: nil, reusing: RecordReuse(nil), in: database) { versions.append($0) }
            return versions
        }
    }
}
