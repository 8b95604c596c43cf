import Directory
import FieldStorage
import Store
import Testing
import Timekeeping

/// What came late is decided when it is stored, by where the list of events was complete before.
@Suite struct LateActivityTests {
    enum Fate: String, Sendable { case inTime, late, quarantined }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Milliseconds before the moment until which everything was here.
        let age: Int64
        let fate: Fate

        init(_ name: String, _ age: Int64, _ fate: Fate) {
            testDescription = name
            self.age = age
            self.fate = fate
        }
    }

    static let complete: Int64 = 40 * 86_400
    static let limits = LateLimits(lateness: .minutes(5))

    static func batch(_ id: String, ageMilliseconds age: Int64) throws -> ActivityBatch {
        let batch = ActivityBatch(capacity: 1)
        let time = (Fixture.at(complete) - .milliseconds(age)).rfc3339
        let text = batch.arena.copy(#"{"id": "\#(id)", "at": "\#(time)", "kind": "login.success", "user": 7}"#)
        try PlainDecoder().decode(text.text, into: batch, source: .api)
        return batch
    }

    static func commit(
        _ batch: ActivityBatch, to store: SQLiteStore, _ source: ActivitySource, seconds: Int64 = complete + 60
    ) async throws -> CommittedActivities {
        try await store.commit(
            batch, unreadable: [], cursor: Fixture.cursor(seconds), connection: "acme", source: source, limits: limits)
    }

    static let rows = [
        Row("after it", -1000, .inTime), Row("exactly the lateness", 300_000, .inTime),
        Row("a millisecond more", 300_001, .late), Row("exactly a day", 86_400_000, .late),
        Row("a millisecond more than a day", 86_400_001, .quarantined),
        Row("a month", 30 * 86_400_000, .quarantined),
    ]

    @Test(arguments: rows, [ActivitySource.api, .webhook])
    func anActivityIsInTimeLateOrQuarantined(_ row: Row, _ source: ActivitySource) async throws {
        let store = try Fixture.memory()
        _ = try await Self.commit(Self.batch("first", ageMilliseconds: 0), to: store, .api, seconds: Self.complete)
        let done = try await Self.commit(Self.batch("x", ageMilliseconds: row.age), to: store, source)
        let expected =
            switch row.fate {
            case .inTime: CommittedActivities(new: 1)
            case .late: CommittedActivities(new: 1, late: 1)
            case .quarantined: CommittedActivities(tooLate: 1)
            }
        #expect(done == expected)
        let stored = try await store.activities(connection: "acme", after: 0, limit: 10).batch
        let isLate = (0..<stored.count).first { stored.activity(at: $0).id == "x" }.map {
            stored[$0, .isLate].boolValue
        }
        #expect(isLate == (row.fate == .quarantined ? nil : row.fate == .late))
        let quarantine = try await store.quarantine(connection: "acme")
        #expect(quarantine.count == (row.fate == .quarantined ? 1 : 0))
        if let record = quarantine.first {
            #expect(record.place == "activity x")
            #expect(record.reason.contains("more than 1d before") && record.text.contains(#""id": "x""#))
        }
        // The same again is neither new nor counted twice.
        #expect(
            try await Self.commit(Self.batch("x", ageMilliseconds: row.age), to: store, source)
                == CommittedActivities())
    }

    @Test func whatIsHereAlreadyIsNotQuarantinedWhenItComesAgain() async throws {
        let store = try Fixture.memory()
        let day: Int64 = 86_400_000
        // A first sync brings history, however old.
        let first = try await Self.commit(Self.batch("x", ageMilliseconds: 9 * day), to: store, .api, seconds: 0)
        #expect(first == CommittedActivities(new: 1))
        _ = try await Self.commit(Self.batch("y", ageMilliseconds: 0), to: store, .api, seconds: Self.complete)
        let again = try await Self.commit(Self.batch("x", ageMilliseconds: 9 * day), to: store, .api)
        #expect(again == CommittedActivities())
        #expect(try await store.quarantine(connection: "acme").isEmpty)
    }

    @Test func anOutageIsFilledWithoutLateness() async throws {
        let store = try Fixture.memory()
        // Complete until 3 days before; what happened since is history that was not here yet.
        let outage = 3 * 86_400
        _ = try await Self.commit(
            Self.batch("first", ageMilliseconds: Int64(outage) * 1000), to: store, .api,
            seconds: Self.complete - Int64(outage))
        let done = try await Self.commit(
            Self.batch("x", ageMilliseconds: Int64(outage) * 1000 - 1), to: store, .api)
        #expect(done == CommittedActivities(new: 1))
    }
}
