import Alerting
import Directory
import Store
import Testing
import Timekeeping

@Suite struct DirectoryStoreTests {
    /// One sync of users and groups that ends at `second`.
    @discardableResult
    static func sync(
        _ store: SQLiteStore, _ second: Int64, users: [User], groups: [Group] = [],
        availability: [EntityKind: Availability] = [.user: .complete, .group: .complete]
    ) async throws -> Bool {
        let generation = try await store.beginGeneration(connection: "acme", at: Fixture.at(second - 1))
        try await store.stage(users.map(Entity.user), in: generation, connection: "acme")
        try await store.stage(groups.map(Entity.group), in: generation, connection: "acme")
        return try await store.finish(
            generation, availability: availability, derived: nil, connection: "acme", at: Fixture.at(second))
    }

    static func user(_ id: Int64, group: Int64? = nil) -> User {
        var user = User(id: id, username: "user\(id)", createdAt: Fixture.start)
        user.groupID = group
        user.customAttributes = ["b": "2", "a": "1", "c": "3"]
        user.lastLogin = Timestamp(seconds: 1_767_225_600, nanoseconds: 123_000_000)
        return user
    }

    @Test func thereIsNoSnapshotBeforeTheFirstCompleteSync() async throws {
        let store = try Fixture.memory()
        #expect(try await store.currentSnapshot(connection: "acme") == nil)
        let generation = try await store.beginGeneration(connection: "acme", at: Fixture.start)
        try await store.stage([.user(Self.user(1))], in: generation, connection: "acme")
        #expect(try await store.currentSnapshot(connection: "acme") == nil)
        #expect(try await store.staged(generation, connection: "acme").users == [Self.user(1)])
    }

    @Test func aCompleteSyncBecomesCurrent() async throws {
        let store = try Fixture.memory()
        let users = [Self.user(9), Self.user(10, group: 3)]
        try await Self.sync(store, 60, users: users.reversed(), groups: [Group(id: 3, name: "Staff")])
        let snapshot = try #require(try await store.currentSnapshot(connection: "acme"))
        #expect(snapshot.users == users)
        #expect(snapshot.groups == [Group(id: 3, name: "Staff")])
        #expect(snapshot.observedAt == Fixture.at(60))
        #expect(snapshot.availability(of: .user) == .complete)
        #expect(snapshot.availability(of: .device) == .notAvailable)
    }

    @Test func versionsAreWrittenOnlyForWhatDiffers() async throws {
        let store = try Fixture.memory()
        try await Self.sync(store, 60, users: [Self.user(1), Self.user(2), Self.user(3)])
        try await Self.sync(store, 120, users: [Self.user(1), Self.user(2, group: 3)])
        try await Self.sync(store, 180, users: [Self.user(1), Self.user(2, group: 3), Self.user(3)])
        let versions = try await store.versionList()
        #expect(
            versions == [
                EntityVersion(
                    entity: .user(Self.user(1)), seenFrom: Fixture.at(60), seenUntil: nil, isFirst: true),
                EntityVersion(
                    entity: .user(Self.user(2)), seenFrom: Fixture.at(60), seenUntil: Fixture.at(120),
                    isFirst: true),
                EntityVersion(
                    entity: .user(Self.user(2, group: 3)), seenFrom: Fixture.at(120), seenUntil: nil,
                    isFirst: false),
                EntityVersion(
                    entity: .user(Self.user(3)), seenFrom: Fixture.at(60), seenUntil: Fixture.at(120),
                    isFirst: true),
                EntityVersion(
                    entity: .user(Self.user(3)), seenFrom: Fixture.at(180), seenUntil: nil, isFirst: false),
            ])
    }

    /// Groups come into reach with the second copy and are lost with the fourth; rules evaluate up to +200 before it.
    @Test(
        arguments: [(60, false), (120, false), (121, true), (180, true), (200, true), (201, false), (400, false)]
            as [(Int64, Bool)])
    func whatCouldBeReadIsKnownAsOfAMoment(_ second: Int64, _ isKnown: Bool) async throws {
        let store = try Fixture.memory()
        let users = [Self.user(1, group: 3)]
        let groups = [Group(id: 3, name: "Staff")]
        let without: [EntityKind: Availability] = [.user: .complete, .group: .notAvailable]
        try await Self.sync(store, 60, users: users, availability: without)
        try await Self.sync(store, 120, users: users, groups: groups)
        try await Self.sync(store, 150, users: users, groups: groups)
        var progress = EngineProgress(connection: "acme")
        progress.watermark = Fixture.at(200)
        try await store.apply(AlertChanges(), notices: [], progress: progress, at: Fixture.at(180))
        try await Self.sync(store, 190, users: users, availability: without)
        let timeline = DirectoryTimeline(try await store.versions(connection: "acme"))
        let reading = timeline.reading(at: Fixture.at(second))
        #expect(reading.groupName(id: 3) == (isKnown ? "Staff" : nil))
        #expect((reading.groupNames(of: Self.user(1, group: 3)) != nil) == isKnown)
    }

    /// User 2 changed at +120; a version holds at its end, inclusive.
    @Test(arguments: [(119, true), (120, true), (121, false)] as [(Int64, Bool)])
    func versionsThatAreOverCanBeLeftOut(_ second: Int64, _ isThere: Bool) async throws {
        let store = try Fixture.memory()
        try await Self.sync(store, 60, users: [Self.user(1), Self.user(2)])
        try await Self.sync(store, 120, users: [Self.user(1), Self.user(2, group: 3)])
        let timeline = DirectoryTimeline(try await store.versions(connection: "acme", since: Fixture.at(second)))
        #expect((timeline.user(id: 2, at: Fixture.at(120)) != nil) == isThere)
        #expect(timeline.user(id: 2, at: Fixture.at(121))?.groupID == 3)
        #expect(timeline.user(id: 1, at: Fixture.at(61)) != nil)
    }

    @Test func everyGenerationCanBeReadAgain() async throws {
        let store = try Fixture.memory()
        var generations: [Int64] = []
        let states = [[Self.user(1), Self.user(2)], [Self.user(2, group: 3)], [Self.user(1), Self.user(2)]]
        for (number, users) in states.enumerated() {
            try await Self.sync(store, Int64(number + 1) * 60, users: users)
            generations.append(try #require(try await store.currentSnapshot(connection: "acme")).generation)
        }
        #expect(generations == generations.sorted() && Set(generations).count == 3)
        for (generation, users) in zip(generations, states) {
            #expect(try await store.snapshot(generation: generation)?.users == users)
        }
        #expect(try await store.snapshot(generation: 99) == nil)
    }

    @Test func anIncompleteSyncDeletesNothing() async throws {
        let store = try Fixture.memory()
        try await Self.sync(store, 60, users: [Self.user(1), Self.user(2)])
        let before = try await store.versionList()
        let isCurrent = try await Self.sync(
            store, 120, users: [Self.user(1)], availability: [.user: .incomplete, .group: .complete])
        #expect(!isCurrent)
        #expect(try await store.versionList() == before)
        #expect(try await store.currentSnapshot(connection: "acme")?.observedAt == Fixture.at(60))
    }

    @Test func aCollectionThatIsNotAvailableBlocksNothingAndEndsNoVersion() async throws {
        let store = try Fixture.memory()
        try await Self.sync(store, 60, users: [Self.user(1)], groups: [Group(id: 3, name: "Staff")])
        let isCurrent = try await Self.sync(
            store, 120, users: [Self.user(1), Self.user(2)],
            availability: [.user: .complete, .group: .notAvailable])
        #expect(isCurrent)
        let snapshot = try #require(try await store.currentSnapshot(connection: "acme"))
        #expect(snapshot.users.count == 2)
        #expect(snapshot.groups.isEmpty && snapshot.availability(of: .group) == .notAvailable)
        let group = try await store.versionList().first { $0.entity.kind == .group }
        #expect(group?.seenUntil == nil)
        try await Self.sync(store, 180, users: [Self.user(1)], groups: [Group(id: 3, name: "Staff")])
        #expect(try await store.currentSnapshot(connection: "acme")?.groups.count == 1)
    }

    @Test func aSyncThatWasBrokenOffLeavesNothingBehind() async throws {
        let store = try Fixture.memory()
        let broken = try await store.beginGeneration(connection: "acme", at: Fixture.at(1))
        try await store.stage([.user(Self.user(1))], in: broken, connection: "acme")
        try await Self.sync(store, 60, users: [Self.user(2)])
        #expect(try await store.staged(broken, connection: "acme").users.isEmpty)
        let isCurrent = try await store.finish(
            broken, availability: [.user: .complete], derived: nil, connection: "acme", at: Fixture.at(61))
        #expect(!isCurrent)
        #expect(try await store.currentSnapshot(connection: "acme")?.users == [Self.user(2)])
    }

    @Test func aVersionDoesNotBeginBeforeWhatWasEvaluated() async throws {
        let store = try Fixture.memory()
        try await Self.sync(store, 60, users: [Self.user(1)])
        try await store.apply(
            AlertChanges(), notices: [],
            progress: EngineProgress(connection: "acme", watermark: Fixture.at(500)), at: Fixture.start)
        try await Self.sync(store, 120, users: [Self.user(1, group: 3)])
        let versions = try await store.versionList()
        #expect(versions.map(\.seenUntil) == [Fixture.at(500), nil])
        #expect(versions.map(\.seenFrom) == [Fixture.at(60), Fixture.at(500)])
    }

    @Test func everyKindOfRecordComesBackAsItWas() async throws {
        let store = try Fixture.memory()
        var credential = Credential(id: "c1", name: "reader")
        credential.scope = "read_all"
        let entities: [Entity] = [
            .user(Self.user(1)), .group(Group(id: 2, name: "Staff", reference: "x")),
            .role(Role(id: 3, name: "Admins", userIDs: [1], adminIDs: nil, appIDs: [])),
            .app(App(id: 4, name: "Mail")), .privilege(Privilege(id: "p", name: "all", isWildcard: true, userIDs: [1])),
            .device(Device(id: "d", userID: 1, type: "OneLogin Protect")), .credential(credential),
            .mapping(Mapping(id: 5, name: "to staff", isEnabled: true, position: 1)),
        ]
        let generation = try await store.beginGeneration(connection: "acme", at: Fixture.start)
        try await store.stage(entities, in: generation, connection: "acme")
        let all = Dictionary(uniqueKeysWithValues: EntityKind.allCases.map { ($0, Availability.complete) })
        _ = try await store.finish(
            generation, availability: all, derived: nil, connection: "acme", at: Fixture.at(1))
        let snapshot = try #require(try await store.currentSnapshot(connection: "acme"))
        #expect(Set(EntityKind.allCases.flatMap { snapshot.entities($0) }) == Set(entities))
    }
}
