import Directory
import Testing
import Timekeeping

@testable import Store

/// Changes that activities told are kept with their copy, the latest so many of a connection.
@Suite struct ChangeStoreTests {
    static func finish(
        _ store: SQLiteStore, _ users: Range<Int64>, at second: Int64, connection: String = "acme",
        availability: Availability = .complete
    ) async throws {
        let generation = try await store.beginGeneration(connection: connection, at: Fixture.at(second))
        _ = try await store.finish(
            generation, availability: [.user: availability], derived: nil,
            explained: users.map {
                ExplainedChange(
                    change: .init(kind: "role.granted", userID: $0, objectID: 7), activityID: "event \($0)")
            }, connection: connection, at: Fixture.at(second))
    }

    @Test func theLatestSoManyOfAConnectionAreKept() async throws {
        let store = try Fixture.memory()
        let limit = Int64(ExplainedChange.limit)
        try await Self.finish(store, 0..<3, at: 5, connection: "other")
        try await Self.finish(store, 0..<(limit + 5), at: 10)
        func kept() async throws -> [Int64?] {
            try await store.changes(connection: "acme", explained: true, limit: .max).map(\.change.userID)
        }
        var users = try await kept()
        #expect(users.count == Int(limit) && users.first == 0 && users.last == limit - 1)
        try await Self.finish(store, 900_000..<900_001, at: 20)
        users = try await kept()
        #expect(users.count == Int(limit) && users.first == 900_000 && users[1] == 1, "the oldest went")
        #expect(try await store.changes(connection: "other", explained: true, limit: 10).count == 3)
    }

    @Test func aCopyThatIsDroppedKeepsNone() async throws {
        let store = try Fixture.memory()
        try await Self.finish(store, 0..<3, at: 5, availability: .incomplete)
        #expect(try await store.changes(connection: "acme", explained: nil, limit: 10).isEmpty)
    }

    @Test(arguments: [
        ("snapshot-12-user.group_changed-7-4100", SnapshotComparison.Change(kind: "k", userID: 7, objectID: 4100)),
        ("snapshot-12-user.group_changed-7-none", .init(kind: "k", userID: 7)),
        ("snapshot-12-privilege.granted-7-0b0f7c1e-aa-bb", .init(kind: "k", userID: 7, objectText: "0b0f7c1e-aa-bb")),
        ("snapshot:7:old", .init(kind: "k", userID: 7)),
    ])
    func theObjectIsInTheIDOfADerivedActivity(_ id: String, _ change: SnapshotComparison.Change) {
        #expect(ChangeRows.derived(id, kind: "k", userID: 7) == change)
    }
}
