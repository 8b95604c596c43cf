import Directory
import FieldStorage
import Monitor
import OneLogin
import Store
import Testing
import Timekeeping

/// What an older program refused is read by a newer one, once, and with the rules of late arrival.
@Suite struct QuarantineReplayTests {
    /// An older mapping: it does not know events of type 9999, nor those whose `user_id` is text.
    struct OlderDecoder: ActivityDecoder {
        func decode(
            _ record: UnsafeRawBufferPointer, into batch: ActivityBatch, source: ActivitySource
        ) throws(UnreadableRecord) {
            if String(decoding: record, as: UTF8.self).contains("9999") {
                throw UnreadableRecord(reason: "`event_type_id` is not known")
            }
            try WireActivityDecoder().decode(record, into: batch, source: source)
        }
    }

    static let now = Timestamp(rfc3339: "2026-02-01T12:00:00Z") ?? .earliest

    static func record(_ id: Int, minutesAgo: Int64, type: Int = 9999) -> String {
        let time = (now - .minutes(minutesAgo)).rfc3339.replacing("Z", with: ".000Z")
        return """
            {"id":\(id),"created_at":"\(time)","account_id":60001,"event_type_id":\(type),\
            "user_id":31003005,"ipaddr":"198.51.100.7"}
            """
    }

    /// Stores a page as the older program would have.
    static func store(_ records: [String], in store: SQLiteStore, source: ActivitySource = .api) async throws {
        let page = EventBody(
            Array(("[" + records.joined(separator: ",") + "]").utf8), place: "GET /api/1/events", source: source,
            decoder: OlderDecoder())
        _ = try await store.commit(
            page.batch, unreadable: page.unreadable,
            cursor: SourceCursor(readUntil: now, completeUntil: now, firstSyncStarted: now - .days(1)),
            connection: "acme", source: source)
    }

    static func replay(_ store: SQLiteStore, keeps: Bool = true) async throws -> QuarantineReplay.Report {
        try await QuarantineReplay(store: store, connection: "acme", lateness: .minutes(5)).run(keeps: keeps)
    }

    @Test func whatAnOlderMappingRefusedBecomesActivitiesOnce() async throws {
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        try await Self.store(
            [Self.record(1, minutesAgo: 1), Self.record(2, minutesAgo: 9, type: 6), #"{"id":3,"event_type_id":6}"#],
            in: store)
        try await Self.store([Self.record(4, minutesAgo: 60)], in: store, source: .webhook)
        #expect(try await store.activities(connection: "acme", after: 0, limit: 10).positions.count == 1)
        let kept = try await store.quarantined(connection: "acme", limit: 10)
        #expect(kept.map(\.source) == [.api, .api, .webhook])
        #expect(kept.map(\.reason).filter { $0 == "`event_type_id` is not known" }.count == 2)

        var expected = QuarantineReplay.Report()
        expected.records = 3
        expected.released = 2
        expected.activities = 2
        expected.late = 1
        expected.remaining = 1
        #expect(try await Self.replay(store, keeps: false) == expected)
        #expect(try await store.quarantined(connection: nil, limit: 10) == kept)
        #expect(try await Self.replay(store) == expected)

        let read = try await store.activities(connection: "acme", after: 0, limit: 10)
        let late = (0..<read.batch.count).map {
            (read.batch.activity(at: $0).id, read.batch[$0, .isLate].boolValue, read.batch.activity(at: $0).kind)
        }
        #expect(late.map(\.0) == ["2", "1", "4"])
        #expect(late.map(\.1) == [false, false, true])
        let stays = try await store.quarantined(connection: "acme", limit: 10)
        #expect(stays.map(\.reason) == ["the record has no `created_at` and no `event_timestamp`"])

        var again = QuarantineReplay.Report()
        again.records = 1
        again.remaining = 1
        #expect(try await Self.replay(store) == again)
        #expect(try await store.activities(connection: "acme", after: 0, limit: 10).positions.count == 3)
    }

    @Test(arguments: [(24 * 60, false), (24 * 60 + 1, true)] as [(Int64, Bool)])
    func whatCameTooLateIsTakenByHandOnly(_ minutes: Int64, _ isTooLate: Bool) async throws {
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        try await Self.store([Self.record(1, minutesAgo: 1, type: 6)], in: store)
        let page = EventBody(
            Array("[\(Self.record(2, minutesAgo: minutes, type: 6))]".utf8), place: "POST", source: .api)
        let cursor = SourceCursor(
            readUntil: Self.now, completeUntil: Self.now, firstSyncStarted: Self.now - .days(1))
        let done = try await store.commit(
            page.batch, unreadable: [], cursor: cursor, connection: "acme", source: .api,
            limits: LateLimits(lateness: .minutes(5)))
        #expect(done.tooLate == (isTooLate ? 1 : 0))
        let replay = QuarantineReplay(store: store, connection: "acme", lateness: .minutes(5))
        let byItself = try await replay.run(takesTooLate: false)
        #expect(byItself.released == 0 && byItself.remaining == (isTooLate ? 1 : 0))
        #expect(try await replay.run().released == (isTooLate ? 1 : 0))
        #expect(try await store.activities(connection: "acme", after: 0, limit: 10).positions.count == 2)
    }

    @Test func aRecordThatCameAgainAndWasReadIsNotCountedTwice() async throws {
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let record = Self.record(7, minutesAgo: 1)
        try await Self.store([record], in: store)
        let page = EventBody(Array(record.utf8), place: "GET /api/1/events", source: .api)
        _ = try await store.commit(
            page.batch, unreadable: [],
            cursor: SourceCursor(readUntil: Self.now, completeUntil: Self.now, firstSyncStarted: Self.now),
            connection: "acme", source: .api)
        #expect(try await Self.replay(store, keeps: false).activities == 0)
        let report = try await Self.replay(store)
        #expect(report.released == 1 && report.activities == 0)
        #expect(try await store.quarantined(connection: "acme", limit: 10).isEmpty)
        #expect(try await store.activities(connection: "acme", after: 0, limit: 10).positions.count == 1)
    }

    @Test func aRecordThatWasCutStaysWithItsFirstReason() async throws {
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        let long = #"{"id":5,"event_type_id":9999,"notes":""# + String(repeating: "x", count: 100_000) + "\"}"
        try await Self.store([long], in: store)
        let report = try await Self.replay(store)
        #expect(report.remaining == 1 && report.activities == 0)
        let stays = try await store.quarantined(connection: "acme", limit: 10)
        #expect(stays.map(\.reason) == ["`event_type_id` is not known"])
        #expect(stays.first?.text.utf8.count == UnreadableText.textLimit)
    }

    @Test func manyRecordsAreReplayedInSeveralTransactions() async throws {
        let store = try SQLiteStore.inMemory(decoder: WireActivityDecoder())
        try await Self.store((1...450).map { Self.record($0, minutesAgo: 1) }, in: store)
        let report = try await Self.replay(store)
        #expect(report.records == 450 && report.activities == 450 && report.remaining == 0)
    }
}
