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
        let told = Set([SnapshotComparison.Change(kind: "user.group_changed", userID: 100, objectID: 2)])
        #expect(comparison.activities(explained: told).count == 0)
        #expect(SnapshotComparison.change(explainedBy: comparison.activities().activity(at: 0)) == told.first)
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
