import Testing
import Timekeeping

@testable import Directory

@Suite struct DirectoryIndexTests {
    static func snapshot() -> DirectorySnapshot {
        var snapshot = DirectorySnapshot(observedAt: Timestamp(seconds: 0))
        for kind in EntityKind.allCases { snapshot.availability[kind] = .complete }
        snapshot.users = [1, 2, 3].map { User(id: $0, username: "user\($0)") }
        snapshot.users[1].roleIDs = [20, 10]
        snapshot.users[0].groupID = 5
        snapshot.groups = [Group(id: 5, name: "Staff")]
        snapshot.apps = [App(id: 30, name: "Mail"), App(id: 31, name: "Wiki")]
        snapshot.roles = [
            Role(id: 10, name: "Reader", userIDs: [1, 2], appIDs: [31]),
            Role(id: 20, name: "Operator", userIDs: [3], appIDs: [30, 31]),
        ]
        snapshot.devices = [Device(id: "9", userID: 1, type: "SMS"), Device(id: "8", userID: 1, type: "WebAuthn")]
        snapshot.privileges = [
            Privilege(id: "p", name: "Help desk", userIDs: [3]),
            Privilege(id: "s", name: "Super user", userIDs: [1], roleIDs: [20]),
        ]
        return snapshot
    }

    @Test func joinsByID() throws {
        let index = DirectoryIndex(Self.snapshot())
        let first = try #require(index.user(id: 1))
        let second = try #require(index.user(id: 2))
        #expect(index.groupNames(of: first) == ["Staff"])
        #expect(index.groupNames(of: second) == [])
        #expect(index.roles(of: first)?.map(\.name) == ["Reader"], "from the role's list")
        #expect(index.roles(of: second)?.map(\.name) == ["Reader", "Operator"], "from the user's own list")
        #expect(index.apps(of: second)?.map(\.name) == ["Mail", "Wiki"])
        #expect(index.devices(of: first)?.map(\.id) == ["8", "9"])
        #expect(index.privileges(of: second)?.map(\.name) == ["Super user"], "through a role")
        #expect(index.user(id: 4) == nil)
    }

    @Test func countsMembersFromTheRoleOrFromTheUsers() {
        var snapshot = Self.snapshot()
        #expect(DirectoryIndex(snapshot).userCount(of: snapshot.roles[0]) == 2, "the role lists them")
        snapshot.roles[0].userIDs = nil
        #expect(DirectoryIndex(snapshot).userCount(of: snapshot.roles[0]) == nil, "two users say nothing")
        snapshot.users[0].roleIDs = [10]
        snapshot.users[2].roleIDs = []
        #expect(DirectoryIndex(snapshot).userCount(of: snapshot.roles[0]) == 2, "every user says")
        #expect(DirectoryIndex(snapshot).userCount(of: Role(id: 99, name: "Nobody")) == 0)
        snapshot.availability[.user] = .incomplete
        #expect(DirectoryIndex(snapshot).userCount(of: snapshot.roles[0]) == nil, "users are missing")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let resolvers: [SuperUserResolver]
        var missing: EntityKind?
        let expected: Set<Int64>?
    }

    @Test(arguments: [
        Row(
            testDescription: "privilege, directly and through a role", resolvers: SuperUserResolver.standard,
            expected: [1, 2, 3]),
        Row(testDescription: "a role's members", resolvers: [.roles(names: ["Reader"])], expected: [1, 2]),
        Row(testDescription: "an explicit list", resolvers: [.users([3])], expected: [3]),
        Row(testDescription: "two that apply", resolvers: [.users([3]), .usernames(["user1"])], expected: [1, 3]),
        Row(testDescription: "no such role", resolvers: [.roles(names: ["Root"])], expected: nil),
        Row(
            testDescription: "no such attribute", resolvers: [.customAttribute(name: "admin", value: "yes")],
            expected: nil),
        Row(
            testDescription: "privileges not available", resolvers: SuperUserResolver.standard, missing: .privilege,
            expected: nil),
        Row(
            testDescription: "roles not read to their end", resolvers: SuperUserResolver.standard, missing: .role,
            expected: nil),
        Row(testDescription: "no resolver at all", resolvers: [], expected: nil),
    ])
    func tellsSuperUsersOrThatNobodyKnows(_ row: Row) throws {
        var snapshot = Self.snapshot()
        if let kind = row.missing { snapshot.availability[kind] = .incomplete }
        let index = DirectoryIndex(snapshot, superUsers: row.resolvers)
        #expect(index.superUsers?.userIDs == row.expected)
        let first = try #require(index.user(id: 1))
        #expect(index.isSuperUser(first) == row.expected.map { $0.contains(1) })
    }

    @Test func sourcesSayWhichResolverGaveTheNumber() {
        let index = DirectoryIndex(
            Self.snapshot(), superUsers: [.roles(names: ["Root"]), .privileges(names: ["Super user"])])
        #expect(index.superUsers?.sources.map(\.resolver) == [.privileges(names: ["Super user"])])
        #expect(index.superUsers?.sources.map(\.count) == [3])
    }

    @Test(arguments: [EntityKind.role, .app, .device, .privilege, .group])
    func joinsOverWhatIsMissingAreUnknown(_ kind: EntityKind) throws {
        var snapshot = Self.snapshot()
        snapshot.availability[kind] = .notAvailable
        let index = DirectoryIndex(snapshot)
        let user = try #require(index.user(id: 1))
        #expect((index.roles(of: user) == nil) == (kind == .role))
        #expect((index.apps(of: user) == nil) == (kind == .app || kind == .role))
        #expect((index.devices(of: user) == nil) == (kind == .device))
        #expect((index.privileges(of: user) == nil) == (kind == .privilege || kind == .role))
        #expect((index.groupNames(of: user) == nil) == (kind == .group))
    }
}

@Suite struct DirectoryTimelineTests {
    static func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: seconds) }

    static func timeline() -> DirectoryTimeline {
        var old = User(id: 1, username: "ann", createdAt: at(100))
        old.groupID = 5
        var new = old
        new.groupID = 6
        let role = Role(id: 10, name: "Reader", userIDs: [1])
        let versions = [
            EntityVersion(entity: .user(new), seenFrom: at(300), seenUntil: at(400), isFirst: false),
            EntityVersion(entity: .user(old), seenFrom: at(200), seenUntil: at(300), isFirst: true),
            EntityVersion(entity: .group(Group(id: 5, name: "Old")), seenFrom: at(200), seenUntil: nil, isFirst: true),
            EntityVersion(entity: .group(Group(id: 6, name: "New")), seenFrom: at(200), seenUntil: nil, isFirst: true),
            EntityVersion(entity: .role(role), seenFrom: at(250), seenUntil: nil, isFirst: false),
        ]
        let all = Dictionary(uniqueKeysWithValues: EntityKind.allCases.map { ($0, Availability.complete) })
        return DirectoryTimeline(versions: versions, availability: all, superUsers: [.users([1])])
    }

    @Test(
        arguments: [
            (100, nil), (101, "Old"), (200, "Old"), (300, "Old"), (301, "New"), (400, "New"), (401, nil),
        ] as [(Int64, String?)])
    func readsTheStateBeforeTheMoment(_ second: Int64, _ group: String?) {
        let reading = Self.timeline().reading(at: Self.at(second))
        #expect(reading.user(id: 1).flatMap { reading.groupNames(of: $0) } == group.map { [$0] })
    }

    @Test(arguments: [(250, 0), (251, 1)] as [(Int64, Int)])
    func joinsAsOfTheMoment(_ second: Int64, _ count: Int) throws {
        let reading = Self.timeline().reading(at: Self.at(second))
        let user = try #require(reading.user(id: 1))
        #expect(reading.roles(of: user)?.count == count)
        #expect(reading.isSuperUser(user) == true)
    }

    @Test func whatWasKnownFirstWasKnownBefore() {
        var history = AvailabilityHistory()
        #expect(!history.isKnown(.role, at: Self.at(5)))
        history.append([.role: .complete], from: Self.at(10))
        #expect(history.isKnown(.role, at: .earliest) && !history.isKnown(.app, at: Self.at(11)))
        history.append([.role: .complete, .app: .notAvailable], from: Self.at(20))
        history.append([.app: .complete, .role: .notAvailable], from: Self.at(30))
        #expect(history.isKnown(.role, at: Self.at(30)) && !history.isKnown(.role, at: Self.at(31)))
        #expect(history.isKnown(.app, at: Self.at(31)) && !history.isKnown(.app, at: Self.at(30)))
    }

    @Test func filesAreValidForAllTime() {
        let index = DirectoryIndex(DirectoryIndexTests.snapshot())
        #expect(DirectoryTimeline(constant: index).reading(at: .earliest).user(id: 1)?.id == 1)
    }
}
