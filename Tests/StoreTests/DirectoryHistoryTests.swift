import Alerting
import Directory
import Store
import Testing
import Timekeeping

/// How the directory was, read step by step or as a whole.
@Suite struct DirectoryHistoryTests {
    typealias Facts = DirectoryStoreTests

    @Test func aWalkGivesWhatEveryGenerationSaw() async throws {
        let store = try Fixture.memory()
        let staff = [Group(id: 3, name: "Staff")]
        let (one, two, ten) = (Facts.user(1), Facts.user(2), Facts.user(10))
        try await Facts.sync(store, 60, users: [ten, two, one], groups: staff)
        try await Facts.sync(store, 120, users: [one, Facts.user(2, group: 3)], groups: staff)
        try await Facts.sync(store, 180, users: [one, Facts.user(2, group: 3)], groups: staff)
        try await Facts.sync(store, 240, users: [ten, two], groups: [])
        try await Facts.sync(store, 300, users: [two, Facts.user(11)], groups: staff)
        let all = try await store.generations(connection: "acme", from: .earliest, to: .latest)
        #expect(all.map(\.observedAt) == [60, 120, 180, 240, 300].map { Fixture.at($0) })
        let changes = try await store.changes(connection: "acme", after: all[0].id, upTo: all[4].id)
        var walk = DirectoryWalk(try #require(try await store.snapshot(generation: all[0].id)))
        for generation in all {
            walk.apply(changes.filter { $0.generation == generation.id })
            let whole = try #require(try await store.snapshot(generation: generation.id))
            #expect(walk.snapshot(of: generation) == whole)
        }
    }

    @Test(arguments: [
        (Int64(59), Int64(59), [Int64]()), (59, 60, [60]), (60, 60, [60]), (119, 119, [60]), (119, 120, [60, 120]),
        (120, 180, [120, 180]), (200, 900, [180]),
    ])
    func aRangeBeginsWithWhatWasCurrentThen(_ from: Int64, _ to: Int64, _ seconds: [Int64]) async throws {
        let store = try Fixture.memory()
        for second in [60, 120, 180] as [Int64] { try await Facts.sync(store, second, users: [Facts.user(second)]) }
        _ = try await store.beginGeneration(connection: "acme", at: Fixture.at(190))
        let found = try await store.generations(connection: "acme", from: Fixture.at(from), to: Fixture.at(to))
        #expect(found.map(\.observedAt) == seconds.map { Fixture.at($0) })
        #expect(found.allSatisfy { $0.availability == [.user: .complete, .group: .complete] })
    }

    @Test func anActivationIsReadAndNotMade() async throws {
        let store = try Fixture.memory()
        let binding = RuleBinding(connection: "acme", policy: "baseline", rule: "a-rule")
        let version = BindingVersion(binding: binding, digest: "d1")
        #expect(try await store.activation(of: version) == nil)
        _ = try await store.activate([version], at: Fixture.at(7))
        #expect(try await store.activation(of: version) == Fixture.at(7))
        #expect(try await store.activation(of: BindingVersion(binding: binding, digest: "d2")) == nil)
    }
}
