import Directory
import FieldStorage
import Testing
import Timekeeping

@Suite struct PrivilegeLedgerTests {
    struct Change: Sendable {
        var user: Int64?
        var at: Int64
        var kind = "privilege.granted"
        var role: Int64?
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
            batch[row, .userID] = change.user.map { .int($0) } ?? .null
            batch[row, .roleID] = change.role.map { .int($0) } ?? .null
            if let name = change.name { batch[row, .privilegeName] = batch.arena.copy(name) }
            if let privilege = change.privilege { batch[row, .privilegeID] = batch.arena.copy(privilege) }
        }
        return batch
    }

    static func ledger(_ changes: [Change]) -> PrivilegeLedger {
        PrivilegeLedger(names: ["Super user", "chosen-id"], activities: [batch(changes)])
    }

    /// Who holds which role.
    static let members: [Int64: Set<Int64>] = [40: [4, 5], 41: [5]]

    static func delegated(_ type: Int64, user: Int64? = nil, role: Int64? = nil, at second: Int64) -> Change {
        Change(
            user: user, at: second, kind: ActivityKind.forType(type).kind, role: role, name: "Super user",
            privilege: "0b0f7c1e")
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
            testDescription: "a delegated privilege, given to users and taken from one",
            changes: [
                delegated(2106, user: 1, at: 50), delegated(2107, user: 2, at: 51), delegated(2107, user: 3, at: 52),
                delegated(2108, user: 1, at: 60), delegated(2109, user: 3, at: 100),
            ], holders: [2, 3]),
        Row(
            testDescription: "a delegated privilege, given to roles and taken from one: their members hold it",
            changes: [
                delegated(2110, role: 40, at: 50), delegated(2111, role: 41, at: 51),
                delegated(2112, role: 40, at: 60),
            ], holders: [5]),
        Row(
            testDescription: "a role of a person's, and what it loses at the moment itself",
            changes: [delegated(2111, role: 40, at: 50), delegated(2113, role: 40, at: 100)], holders: [4, 5]),
        Row(
            testDescription: "what a role has lost, a member that was given it directly keeps",
            changes: [
                delegated(2111, role: 40, at: 50), delegated(2107, user: 4, at: 55),
                delegated(2113, role: 40, at: 60),
            ], holders: [4]),
        Row(
            testDescription: "one of two privileges that count is taken",
            changes: [
                Change(user: 1, at: 50), delegated(2107, user: 1, at: 55), delegated(2109, user: 1, at: 60),
            ], holders: [1]),
        Row(
            testDescription: "a privilege that is chosen by its id and has no name",
            changes: [Change(user: 1, at: 50, name: nil, privilege: "chosen-id")], holders: [1]),
        Row(
            testDescription: "a role that is not named", changes: [delegated(2110, at: 50)], holders: [],
            isEmpty: true),
        Row(
            testDescription: "other kinds of activities", changes: [Change(user: 1, at: 50, kind: "user.updated")],
            holders: [], isEmpty: true),
    ])
    func tellsWhoHoldsIt(_ row: Row) {
        let ledger = Self.ledger(row.changes)
        let moment = Timestamp(seconds: 100)
        #expect(ledger.holders(before: moment) { Self.members[$0] ?? [] } == row.holders)
        for user: Int64 in 1...9 {
            let roles = Self.members.filter { $0.value.contains(user) }.map(\.key)
            #expect(ledger.holds(user, before: moment) { roles } == row.holders.contains(user), "user \(user)")
        }
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

    @Test func aRoleWithoutKnownMembersLeavesItOpen() {
        let ledger = Self.ledger([Change(user: 1, at: 40), Self.delegated(2110, role: 40, at: 50)])
        let moment = Timestamp(seconds: 100)
        #expect(ledger.holders(before: moment) { _ in nil } == nil)
        #expect(ledger.holds(1, before: moment) { nil } == true)
        #expect(ledger.holds(2, before: moment) { nil } == nil)
        #expect(ledger.holds(2, before: Timestamp(seconds: 50)) { nil } == false, "no role had it then")
    }
}
