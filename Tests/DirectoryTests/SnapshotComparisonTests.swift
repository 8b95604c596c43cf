import Directory
import Testing
import Timekeeping

@Suite struct SnapshotComparisonTests {
    static let noon = Timestamp(seconds: 1_772_366_400)

    static func snapshot(_ change: (inout DirectorySnapshot) -> Void = { _ in }) -> DirectorySnapshot {
        var snapshot = DirectorySnapshot(generation: 7, observedAt: noon)
        for kind in EntityKind.allCases { snapshot.availability[kind] = .complete }
        snapshot.groups = [Group(id: 1, name: "Sales"), Group(id: 2, name: "Admins")]
        snapshot.roles = [Role(id: 10, name: "Reader", userIDs: [100]), Role(id: 11, name: "Writer", userIDs: [])]
        for id in Int64(100)...102 {
            var user = User(id: id, username: "user\(id)")
            user.groupID = 1
            snapshot.users.append(user)
        }
        change(&snapshot)
        return snapshot
    }

    @Test func findsWhatChangedInOrder() {
        let comparison = SnapshotComparison(
            from: Self.snapshot(),
            to: Self.snapshot {
                $0.users[0].groupID = 2
                $0.users[1].groupID = nil
                $0.users[2] = User(id: 103, username: "new")
                $0.roles[0].userIDs = []
                $0.roles[1].userIDs = [101, 103]
            })
        #expect(
            comparison.changes == [
                .init(kind: "role.granted", userID: 101, objectID: 11),
                .init(kind: "role.revoked", userID: 100, objectID: 10),
                .init(kind: "user.created", userID: 103),
                .init(kind: "user.deleted", userID: 102),
                .init(kind: "user.group_changed", userID: 100, objectID: 2),
                .init(kind: "user.group_changed", userID: 101, objectID: nil),
            ])
    }

    @Test func writesActivitiesWithNamesAndStableIDs() {
        let comparison = SnapshotComparison(from: Self.snapshot(), to: Self.snapshot { $0.users[0].groupID = 2 })
        let batch = comparison.activities()
        #expect(batch.count == 1)
        let activity = batch.activity(at: 0)
        #expect(activity.id == "snapshot-7-user.group_changed-100-2")
        #expect(activity.kind == "user.group_changed")
        #expect(activity.time == Self.noon)
        #expect(activity.text(.groupName) == "Admins")
        #expect(activity.text(.previousName) == "Sales")
        #expect(activity.text(.observedBy) == "snapshot")
        #expect(activity.integer(.actorID) == nil)
    }

    @Test func leavesOutWhatAnActivityExplains() {
        let comparison = SnapshotComparison(from: Self.snapshot(), to: Self.snapshot { $0.users[0].groupID = 2 })
        var told = SnapshotComparison.Explanations(comparison.activities())
        #expect(comparison.activities(explained: &told).count == 0)
    }

    struct StatusRow: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let statuses: (UserStatus, UserStatus)
        let kind: String?
    }

    @Test(arguments: [
        StatusRow(testDescription: "suspended", statuses: (.active, .suspended), kind: "user.suspended"),
        StatusRow(testDescription: "let in again", statuses: (.suspended, .active), kind: "user.reactivated"),
        StatusRow(testDescription: "locked", statuses: (.active, .locked), kind: "user.locked"),
        StatusRow(testDescription: "unlocked", statuses: (.locked, .active), kind: "user.unlocked"),
        StatusRow(testDescription: "activated", statuses: (.unactivated, .active), kind: "user.activated"),
        StatusRow(testDescription: "deactivated", statuses: (.active, .unactivated), kind: "user.deactivated"),
        StatusRow(testDescription: "an expired password", statuses: (.active, .passwordExpired), kind: nil),
        StatusRow(testDescription: "a new password", statuses: (.passwordExpired, .active), kind: nil),
        StatusRow(testDescription: "nothing", statuses: (.active, .active), kind: nil),
    ])
    func statusesThatChangeAreTold(_ row: StatusRow) {
        let comparison = SnapshotComparison(
            from: Self.snapshot { $0.users[0].status = row.statuses.0 },
            to: Self.snapshot { $0.users[0].status = row.statuses.1 })
        #expect(comparison.changes.map(\.kind) == (row.kind.map { [$0] } ?? []))
        guard row.kind != nil else { return }
        #expect(comparison.activities().activity(at: 0).text(.previousName) == row.statuses.0.rawValue)
    }

    @Test func administratorsPrivilegesAndFactorsAreCompared() {
        let factor = Device(id: "77", userID: 100, type: "Protect")
        let comparison = SnapshotComparison(
            from: Self.snapshot {
                $0.roles[0].adminIDs = [100]
                $0.privileges = [Privilege(id: "p-1", name: "Helpdesk", userIDs: [100, 102])]
                $0.devices = [factor, Device(id: "78", userID: 102, type: "SMS")]
            },
            to: Self.snapshot {
                $0.users.removeLast()
                $0.roles[0].adminIDs = [101]
                $0.privileges = [Privilege(id: "p-1", name: "Helpdesk", userIDs: [101])]
                $0.devices = [Device(id: "79", userID: 101, type: "SMS")]
            })
        #expect(
            comparison.changes == [
                .init(kind: "mfa.enrolled", userID: 101, objectText: "79"),
                .init(kind: "mfa.removed", userID: 100, objectText: "77"),
                .init(kind: "privilege.granted", userID: 101, objectText: "p-1"),
                .init(kind: "privilege.revoked", userID: 100, objectText: "p-1"),
                .init(kind: "role.admin_granted", userID: 101, objectID: 10),
                .init(kind: "role.admin_revoked", userID: 100, objectID: 10),
                .init(kind: "user.deleted", userID: 102),
            ], "what went with a user is no news of its own")
        let batch = comparison.activities()
        #expect(batch.activity(at: 0).integer(.deviceID) == 79 && batch.activity(at: 0).text(.deviceName) == "SMS")
        #expect(batch.activity(at: 2).text(.privilegeName) == "Helpdesk")
        #expect(batch.activity(at: 4).text(.roleName) == "Reader" && batch.activity(at: 4).integer(.roleID) == 10)
    }

    @Test func everyKindIsOneThatRulesKnow() {
        #expect(SnapshotComparison.kinds.subtracting(ActivityKind.all).isEmpty)
    }

    @Test func oneToldFactorExplainsOneOfTwo() {
        let two = SnapshotComparison(
            from: Self.snapshot(),
            to: Self.snapshot {
                $0.devices = [
                    Device(id: "1", userID: 100, type: "SMS"), Device(id: "2", userID: 100, type: "Protect"),
                ]
            })
        let one = SnapshotComparison(
            from: Self.snapshot(), to: Self.snapshot { $0.devices = [Device(id: "9", userID: 100, type: "SMS")] })
        var told = SnapshotComparison.Explanations(one.activities())
        let (explained, derived) = two.reconciled(with: &told)
        #expect(derived.count == 1 && explained.map(\.activityID) == [one.activities().activity(at: 0).id])
        #expect(explained.map(\.change.objectText) == ["1"])
    }

    @Test(arguments: [(0, 0), (1, 1)])
    func whatWasToldBeforeTheCollectionWasReadExplainsNothing(_ seconds: Int64, _ derived: Int) {
        let comparison = SnapshotComparison(
            from: Self.snapshot(), to: Self.snapshot { $0.users[0].status = .suspended })
        var told = SnapshotComparison.Explanations(comparison.activities(), else: Self.noon + .seconds(seconds))
        #expect(comparison.activities(explained: &told).count == derived)
    }

    @Test func oneWordOfAFamilyExplainsTheOther() {
        let suspended = SnapshotComparison(
            from: Self.snapshot(), to: Self.snapshot { $0.users[0].status = .suspended })
        let deactivated = SnapshotComparison(
            from: Self.snapshot(), to: Self.snapshot { $0.users[0].status = .unactivated })
        var told = SnapshotComparison.Explanations(suspended.activities())
        #expect(deactivated.activities(explained: &told).count == 0)
    }

    @Test(arguments: [EntityKind.user, .role], [Availability.incomplete, .notAvailable])
    func passesOverWhatIsNotComplete(_ kind: EntityKind, _ availability: Availability) {
        let emptied = Self.snapshot {
            $0.availability[kind] = availability
            if kind == .user { $0.users = [] } else { $0.roles = [] }
        }
        #expect(SnapshotComparison(from: Self.snapshot(), to: emptied).changes.isEmpty)
        #expect(SnapshotComparison(from: emptied, to: Self.snapshot()).changes.isEmpty)
    }
}
