import Directory
import FieldStorage
import Store
import Testing
import Timekeeping

@Suite struct ActivityStoreTests {
    @Test func activitiesComeBackInOrderOfArrivalWithEverySlot() async throws {
        let store = try Fixture.memory()
        let batch = try Fixture.batch(ids: ["2", "1", "3"])
        batch[1, .country] = batch.arena.copy("DE")
        batch[1, .latitude] = .double(52.5)
        batch[1, .longitude] = .double(13)
        batch[1, .asn] = .int(64_500)
        batch[1, .isAnonymous] = .bool(true)
        batch[1, .network] = batch.arena.copy("office")
        batch[1, .isLate] = .bool(true)
        // What could not be looked up is not the same as nothing found.
        for field in [ActivityField.country, .longitude, .network] { batch[2, field] = .unknown }
        let new = try await store.commit(
            batch, unreadable: [], cursor: Fixture.cursor(0), connection: "acme", source: .api)
        #expect(new == 3)

        let read = try await store.activities(connection: "acme", after: 0, limit: 10)
        #expect(read.positions == read.positions.sorted() && Set(read.positions).count == 3)
        for row in 0..<3 {
            for field in ActivityField.allCases where !(field == .isLate && row != 1) {
                #expect(
                    Self.text(read.batch[row, field]) == Self.text(batch[row, field]), "row \(row), \(field)")
            }
            #expect(read.batch[row, .isLate].boolValue == (row == 1))
        }
    }

    @Test func activitiesAreReadFromAPositionOn() async throws {
        let store = try Fixture.memory()
        _ = try await store.commit(
            Fixture.batch(ids: ["a", "b", "c", "d"]), unreadable: [], cursor: Fixture.cursor(0), connection: "acme",
            source: .api)
        let first = try await store.activities(connection: "acme", after: 0, limit: 3)
        #expect(Self.ids(first.batch) == ["a", "b", "c"])
        let rest = try await store.activities(connection: "acme", after: first.positions[2], limit: 3)
        #expect(Self.ids(rest.batch) == ["d"])
        let none = try await store.activities(connection: "acme", after: rest.positions[0], limit: 3)
        #expect(none.positions.isEmpty)
        #expect(try await store.activities(connection: "other", after: 0, limit: 3).positions.isEmpty)
    }

    /// The times of four activities, in the order of their arrival.
    @Test(
        arguments: [
            (0, 0, 1), (1, 0, 1), (2, 0, 2), (3, 0, 4), (4, 0, nil), (0, 2, 2), (0, 3, 3), (1, 3, 4), (2, 4, 4),
            (0, 5, nil),
        ] as [(Int, Int64, Int64?)])
    func theEarliestOfThoseToComeIsFound(_ taken: Int, _ since: Int64, _ expected: Int64?) async throws {
        let store = try Fixture.memory()
        let batch = try Fixture.batch(ids: ["a", "b", "c", "d"])
        for (row, second) in [3, 1, 2, 4].enumerated() {
            let moment = Fixture.at(Int64(second))
            batch[row, .time] = .timestamp(seconds: moment.seconds, nanoseconds: moment.nanoseconds)
        }
        _ = try await store.commit(
            batch, unreadable: [], cursor: Fixture.cursor(0), connection: "acme", source: .api)
        let positions = [0] + (try await store.activities(connection: "acme", after: 0, limit: 9).positions)
        let found = try await store.earliestTime(
            connection: "acme", after: positions[taken], notBefore: Fixture.at(since))
        #expect(found == expected.map { Fixture.at($0) })
        #expect(try await store.earliestTime(connection: "other", after: 0, notBefore: .earliest) == nil)
    }

    @Test func anIDIsStoredOnceAFeedAndConnection() async throws {
        let store = try Fixture.memory()
        func commit(_ ids: [String], _ connection: String, _ source: ActivitySource) async throws -> Int {
            try await store.commit(
                Fixture.batch(ids: ids), unreadable: [], cursor: Fixture.cursor(0), connection: connection,
                source: source)
        }
        #expect(try await commit(["1", "2", "2"], "acme", .api) == 2)
        #expect(try await commit(["2", "3"], "acme", .api) == 1)
        #expect(try await commit(["2"], "acme", .webhook) == 1)
        #expect(try await commit(["2"], "other", .api) == 1)
    }

    @Test func derivedActivitiesComeBackWithoutAWireRecord() async throws {
        let store = try Fixture.memory()
        let batch = ActivityBatch(capacity: 1)
        let row = batch.append()
        let texts: [(ActivityField, String)] = [
            (.id, "snapshot:7:group"), (.kind, "user.group_changed"), (.type, "SNAPSHOT"), (.userName, "Ada \"x\" é"),
            (.groupName, "Staff"), (.previousName, "12"), (.observedBy, "snapshot"),
        ]
        for (field, text) in texts { batch[row, field] = batch.arena.copy(text) }
        batch[row, .time] = .timestamp(seconds: 1_767_225_600, nanoseconds: 123_456_789)
        batch[row, .typeID] = .int(0)
        batch[row, .userID] = .int(9_007_199_254_740_993)
        batch[row, .isLate] = .bool(false)
        let generation = try await store.beginGeneration(connection: "acme", at: Fixture.start)
        let isCurrent = try await store.finish(
            generation, availability: [.user: .complete], derived: batch, connection: "acme", at: Fixture.start)
        #expect(isCurrent)
        let read = try await store.activities(connection: "acme", after: 0, limit: 10).batch
        #expect(read.count == 1)
        for field in ActivityField.allCases {
            #expect(Self.text(read[0, field]) == Self.text(batch[0, field]), "\(field)")
        }
    }

    @Test func evidenceIsReadByIDInTimeOrder() async throws {
        let store = try Fixture.memory()
        _ = try await store.commit(
            Fixture.batch(ids: ["c", "b", "a"]), unreadable: [], cursor: Fixture.cursor(0), connection: "acme",
            source: .api)
        _ = try await store.commit(
            Fixture.batch(ids: ["w"]), unreadable: [], cursor: Fixture.cursor(0), connection: "acme",
            source: .webhook)
        let found = try await store.activities(connection: "acme", ids: ["a", "c", "w", "none", "a"])
        #expect(Self.ids(found) == ["c", "w", "a"])
        #expect(found.activity(at: 1).text(.observedBy) == "api")
    }

    /// Activities are a minute apart from the start; the upper edge does not belong to the window.
    @Test(arguments: [
        (Int64(0), Int64(180), ["c", "b", "a"]), (0, 120, ["c", "b"]), (60, 121, ["b", "a"]), (61, 120, []),
    ])
    func whatExplainsAChangeIsReadByTime(_ from: Int64, _ until: Int64, _ ids: [String]) async throws {
        let store = try Fixture.memory()
        let kind = "login.success"
        _ = try await store.commit(
            Fixture.batch(ids: ["c", "b", "a"]), unreadable: [], cursor: Fixture.cursor(0), connection: "acme",
            source: .api)
        let generation = try await store.beginGeneration(connection: "acme", at: Fixture.start)
        _ = try await store.finish(
            generation, availability: [:], derived: Fixture.batch(ids: ["snapshot:1", "snapshot:2"]),
            connection: "acme", at: Fixture.start)
        let found = try await store.activities(
            connection: "acme", from: Fixture.at(from), until: Fixture.at(until), kinds: [kind, "user.deleted"])
        #expect(Self.ids(found) == ids)
        for (connection, kinds) in [("other", [kind]), ("acme", ["user.deleted"]), ("acme", [])] as [(String, Set)] {
            let none = try await store.activities(
                connection: connection, from: .earliest, until: .latest, kinds: kinds)
            #expect(none.count == 0)
        }
    }

    @Test func moreIDsThanAStatementTakesAreAskedInParts() async throws {
        let store = try Fixture.memory()
        let ids = (0..<1200).map { "id\($0)" }
        _ = try await store.commit(
            Fixture.batch(ids: ids), unreadable: [], cursor: Fixture.cursor(0), connection: "acme", source: .api)
        #expect(try await store.activities(connection: "acme", ids: ids).count == 1200)
        #expect(try await store.activities(connection: "acme", ids: []).count == 0)
    }

    @Test func theCursorAndTheQuarantineComeWithTheFacts() async throws {
        let store = try Fixture.memory()
        #expect(try await store.cursor(connection: "acme", source: .api) == nil)
        let bad = UnreadableText(place: "GET /api/1/events", reason: "no time", text: #"{"id": 1}"#)
        for second in [Int64(10), 20] {
            _ = try await store.commit(
                ActivityBatch(capacity: 1), unreadable: [bad], cursor: Fixture.cursor(second), connection: "acme",
                source: .api)
        }
        #expect(try await store.cursor(connection: "acme", source: .api) == Fixture.cursor(20))
        #expect(try await store.cursor(connection: "acme", source: .webhook) == nil)
        #expect(try await store.quarantine(connection: "acme") == [bad])
    }

    @Test func aStoredRecordThatNoLongerReadsIsAnErrorWithItsPosition() async throws {
        let store = try Fixture.memory()
        let batch = try Fixture.batch(ids: ["1"])
        batch[0, .raw] = batch.arena.copy("{}")
        _ = try await store.commit(
            batch, unreadable: [], cursor: Fixture.cursor(0), connection: "acme", source: .api)
        await #expect(throws: StoreError.unreadableActivity(position: 1, reason: "no plain record")) {
            _ = try await store.activities(connection: "acme", after: 0, limit: 1)
        }
    }

    private static func ids(_ batch: ActivityBatch) -> [String] {
        (0..<batch.count).map { batch.activity(at: $0).id }
    }

    /// A slot as text that two slots share when they mean the same.
    private static func text(_ slot: Slot) -> String {
        slot.tag == .string ? "string \(slot.string)" : "\(slot.tag) \(slot.bits) \(slot.count)"
    }
}
