import Directory
import FieldStorage
import Testing
import Timekeeping

@Suite struct PrivilegeLedgerTests {
    struct Change: Sendable {
        var user: Int64
        var at: Int64
        var kind = "privilege.granted"
        var name: String? = "Super user"
        var privilege: String? = "1"
    }

    static func batch(_ changes: [Change]) -> ActivityBatch {
        let batch = ActivityBatch(capacity: max(1, changes.count))
        for (number, change) in changes.enumerated() {
            let row = batch.append()
            batch[row, .id] = batch.arena.copy("e\(number)")
            batch[row, .time] = .timestamp(seconds: change.at, nanoseconds: 0)
            batch[row, .kind] = batch.arena.copy(change.kind)
            batch[row, .userID] = .int(change.user)
            if let name = change.name { batch[row, .privilegeName] = batch.arena.copy(name) }
            if let privilege = change.privilege { batch[row, .privilegeID] = batch.arena.copy(privilege) }
        }
        return batch
    }

    static func ledger(_ changes: [Change]) -> PrivilegeLedger {
        PrivilegeLedger(names: ["Super user"], activities: [batch(changes)])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let changes: [Change]
        /// Holders just before second 100.
        let holders: Set<Int64>
        var unnamed = 0
        var isEmpty = false
    }

    @Test(arguments: [
        Row(testDescription: "nothing", changes: [], holders: [], isEmpty: true),
        Row(testDescription: "a grant", changes: [Change(user: 1, at: 99)], holders: [1]),
        Row(testDescription: "a grant at the moment itself", changes: [Change(user: 1, at: 100)], holders: []),
        Row(
            testDescription: "a grant that was revoked, told in the wrong order",
            changes: [Change(user: 1, at: 60, kind: "privilege.revoked"), Change(user: 1, at: 50)], holders: []),
        Row(
            testDescription: "revoked and granted again",
            changes: [
                Change(user: 1, at: 50), Change(user: 1, at: 60, kind: "privilege.revoked"), Change(user: 1, at: 70),
            ], holders: [1]),
        Row(
            testDescription: "another privilege", changes: [Change(user: 1, at: 50, name: "Help desk", privilege: "2")],
            holders: [], isEmpty: true),
        Row(
            testDescription: "a number that another record names",
            changes: [Change(user: 1, at: 50, name: nil), Change(user: 2, at: 90)], holders: [1, 2]),
        Row(
            testDescription: "a number that nobody names",
            changes: [Change(user: 1, at: 50, name: nil, privilege: "9"), Change(user: 2, at: 90)], holders: [2],
            unnamed: 1),
        Row(
            testDescription: "other kinds of activities", changes: [Change(user: 1, at: 50, kind: "user.updated")],
            holders: [], isEmpty: true),
    ])
    func tellsWhoHoldsIt(_ row: Row) {
        let ledger = Self.ledger(row.changes)
        #expect(ledger.holders(before: Timestamp(seconds: 100)) == row.holders)
        #expect(ledger.unnamed == row.unnamed)
        #expect(ledger.isEmpty == row.isEmpty)
    }

    @Test func countsWherePrivilegesCannotBeReadAndNamesItself() throws {
        var snapshot = DirectoryIndexTests.snapshot()
        snapshot.observedAt = Timestamp(seconds: 1000)
        let resolvers: [SuperUserResolver] = [
            .users([3]), .privileges(names: ["Super user"]),
            .ledger(Self.ledger([Change(user: 2, at: 50), Change(user: 77, at: 60)])),
        ]
        let open = try #require(DirectoryIndex(snapshot, superUsers: resolvers).superUsers)
        #expect(open.sources.count == 2 && open.userIDs == [1, 2, 3])
        snapshot.availability[.privilege] = .notAvailable
        let closed = try #require(DirectoryIndex(snapshot, superUsers: resolvers).superUsers)
        #expect(closed.userIDs == [2, 3], "user 77 is not in the directory")
        #expect(closed.summary.hasSuffix("since 1970-01-01T00:00:50Z, none from before"), "\(closed.summary)")
        let empty = DirectoryIndex(snapshot, superUsers: [.ledger(PrivilegeLedger(names: ["Super user"]))])
        #expect(empty.superUsers == nil, "nothing was seen, so nobody knows")
    }
}
