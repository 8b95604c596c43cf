import Directory
import Store
import Testing
import Timekeeping

@Suite struct ConnectionStoreTests {
    @Test func aStateComesBackAsItWasKept() async throws {
        let store = try Fixture.memory()
        #expect(try await store.state(connection: "acme") == nil)
        var state = ConnectionState(since: Fixture.start)
        state.become(
            .degraded, SourceFailure(.serverFault, attempt: "GET /x", answer: "502", remedy: "wait"),
            at: Fixture.at(60))
        state.outOfReachSince = [.role: Fixture.at(5), .app: Fixture.at(6)]
        state.heldLosses = [
            .user: HeldLoss(kind: .user, lost: 7, of: 9, at: Fixture.at(7), sample: ["1", "2"])
        ]
        state.resume = ResumePoint(generation: Generation(id: 4, startedAt: Fixture.start))
        state.resume?.availability = [.group: .complete]
        try await store.keep(state, connection: "acme")
        #expect(try await store.state(connection: "acme") == state)
        state.become(.connected, nil, at: Fixture.at(120))
        try await store.keep(state, connection: "acme")
        #expect(try await store.state(connection: "acme") == state)
        #expect(try await store.state(connection: "other") == nil)
    }

    static func counts(_ names: some Sequence<String>) -> UnknownFieldCounts {
        var counts = UnknownFieldCounts()
        for name in names { counts.add(name) }
        return counts
    }

    @Test func unknownFieldsAreAddedUpByCollection() async throws {
        let store = try Fixture.memory()
        try await store.count(
            unknownFields: Self.counts(["b", "a", "b"]), of: "user", at: Fixture.at(9), connection: "acme")
        try await store.count(unknownFields: Self.counts(["b"]), of: "user", at: Fixture.at(60), connection: "acme")
        try await store.count(unknownFields: Self.counts(["b"]), of: "event", at: Fixture.at(9), connection: "acme")
        func field(_ collection: String, _ name: String, _ count: Int, _ last: Int64) -> UnknownField {
            UnknownField(
                collection: collection, name: name, count: count, firstSeen: Fixture.at(9), lastSeen: Fixture.at(last))
        }
        #expect(
            try await store.unknownFields(connection: "acme")
                == [field("event", "b", 1, 9), field("user", "a", 1, 9), field("user", "b", 3, 60)])
        #expect(try await store.unknownFields(connection: "other").isEmpty)
    }

    @Test(arguments: [50, 51])
    func soManyNamesAreKeptAndTheRestAreOthers(_ names: Int) async throws {
        let store = try Fixture.memory()
        for name in 0..<names {
            try await store.count(
                unknownFields: Self.counts(["n\(name)"]), of: "user", at: Fixture.at(1), connection: "acme")
        }
        try await store.count(
            unknownFields: Self.counts(["n0", "z1", "z2"]), of: "user", at: Fixture.at(1), connection: "acme")
        let found = try await store.unknownFields(connection: "acme")
        #expect(found.count == UnknownFieldCounts.nameLimit + 1)
        let others = found.first { $0.name == UnknownFieldCounts.others }
        #expect(others?.count == names - UnknownFieldCounts.nameLimit + 2)
        #expect(found.first { $0.name == "n0" }?.count == 2)
    }

    @Test func sinceStaysWhileWordAndCauseDo() {
        var state = ConnectionState(since: Fixture.start)
        let fault = SourceFailure(.serverFault, attempt: "GET /x", answer: "502", remedy: "wait")
        let limit = SourceFailure(.rateLimited, attempt: "GET /x", answer: "429", remedy: "wait")
        var since: [Timestamp] = []
        for (second, failure) in [(1, fault), (2, fault), (3, limit), (4, limit)] as [(Int64, SourceFailure)] {
            state.become(.degraded, failure, at: Fixture.at(second))
            since.append(state.since)
        }
        #expect(since == [1, 1, 3, 3].map { Fixture.at($0) })
    }

    @Test func gapsAreListedTheLatestFirstAndClosed() async throws {
        let store = try Fixture.memory()
        var gap = SourceGap(source: .api, from: Fixture.at(10), reason: "429")
        try await store.keep(gap, connection: "acme")
        try await store.keep(SourceGap(source: .api, from: Fixture.at(99), reason: "502"), connection: "acme")
        gap.until = Fixture.at(50)
        gap.backfilled = 12
        try await store.keep(gap, connection: "acme")
        let gaps = try await store.gaps(connection: "acme", limit: 10)
        #expect(gaps.map(\.reason) == ["502", "429"])
        #expect(gaps.last == gap)
        #expect(try await store.gaps(connection: "acme", limit: 1).count == 1)
    }
}
