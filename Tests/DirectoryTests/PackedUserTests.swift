import Testing
import Timekeeping

@testable import Directory

/// A user in few bytes is the same user.
@Suite struct PackedUserTests {
    static let moments = [
        Timestamp.earliest, Timestamp(seconds: -1), Timestamp(seconds: -1, nanoseconds: 500_000_000),
        Timestamp(seconds: 0), Timestamp(seconds: 1_767_225_600, nanoseconds: 412_000_000),
        Timestamp(seconds: 1_767_225_600, nanoseconds: 1), Timestamp.latest,
    ]

    static let texts: [any WritableKeyPath<User, String?> & Sendable] = [
        \.email, \.firstName, \.lastName, \.department, \.title, \.company, \.phone, \.comment, \.externalID,
        \.samAccountName, \.userPrincipalName, \.distinguishedName,
    ]
    static let numbers: [any WritableKeyPath<User, Int64?> & Sendable] = [
        \.groupID, \.directoryID, \.trustedIdentityProviderID, \.managerUserID, \.invalidLoginAttempts,
    ]
    static let times: [any WritableKeyPath<User, Timestamp?> & Sendable] = [
        \.updatedAt, \.activatedAt, \.lastLogin, \.invitationSentAt, \.passwordChangedAt, \.lockedUntil,
    ]

    /// A user some of whose fields have a value.
    static func user(_ random: inout SystemRandom) -> User {
        let ids: [Int64] = [0, 1, -1, 63, 64, 127, 128, 30_000_003, .max, .min]
        func some<Value>(_ values: [Value], _ random: inout SystemRandom) -> Value? {
            random.next() % 3 == 0 ? nil : values[Int(random.next() % UInt64(values.count))]
        }
        var user = User(
            id: some(ids, &random) ?? 7, username: some(["", "ann", "Ärger 😀"], &random) ?? "",
            status: some(UserStatus.allCases, &random) ?? .active, createdAt: some(moments, &random) ?? .earliest)
        user.state = some(UserState.allCases, &random) ?? .approved
        let words = ["", "x", "Größe", String(repeating: "long ", count: 60)]
        for path in texts { user[keyPath: path] = some(words, &random) }
        for path in numbers { user[keyPath: path] = some(ids, &random) }
        for path in times { user[keyPath: path] = some(moments, &random) }
        user.roleIDs = some([[], [7001], [7004, 7001, -3, .max, .min]], &random)
        user.customAttributes = some([[:], ["a": ""], ["employee_id": "E1", "": "ü", "z": words[3]]], &random) ?? [:]
        return user
    }

    /// Numbers from a seed.
    struct SystemRandom: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }

    @Test func everyFieldIsAsItWas() {
        let seed: UInt64 = 20_261_122
        var random = SystemRandom(state: seed)
        for number in 0..<2000 {
            let user = Self.user(&random)
            let packed = user.compacted()
            let name = Comment(rawValue: "seed \(seed), user \(number)")
            #expect(packed == user && user == packed && packed.hashValue == user.hashValue, name)
            #expect(packed.id == user.id && packed.username == user.username && packed.status == user.status, name)
            #expect(packed.state == user.state && packed.createdAt == user.createdAt, name)
            for path in Self.texts { #expect(packed[keyPath: path] == user[keyPath: path], name) }
            for path in Self.numbers { #expect(packed[keyPath: path] == user[keyPath: path], name) }
            for path in Self.times { #expect(packed[keyPath: path] == user[keyPath: path], name) }
            #expect(packed.roleIDs == user.roleIDs && packed.saysRoles == (user.roleIDs != nil), name)
            #expect(packed.customAttributes == user.customAttributes, name)
            #expect(packed == packed.compacted() && packed.byteCount == user.byteCount, name)
        }
    }

    @Test func aChangeMakesARecordOfItsOwn() {
        let original = User(id: 7, username: "ann").compacted()
        var changed = original
        #expect(changed.isSameRecord(as: original))
        changed.email = "ann@corp.example"
        changed.status = .locked
        #expect(!changed.isSameRecord(as: original) && changed != original)
        #expect(original.email == nil && original.status == .active)
        #expect(changed.username == "ann" && changed.compacted().email == "ann@corp.example")
        changed.email = nil
        changed.status = .active
        #expect(changed == original && changed.compacted() == original)
    }

    @Test func itIsSmall() {
        var user = User(
            id: 30_274_116, username: "emma.hansen35595", createdAt: Timestamp(milliseconds: 1_700_000_000_123))
        user.email = "emma.hansen35595@corp.example"
        user.firstName = "Emma"
        user.lastName = "Hansen"
        user.department = "Engineering"
        user.groupID = 4100
        user.roleIDs = [7001, 7010, 7034]
        user.lastLogin = Timestamp(milliseconds: 1_767_225_600_412)
        user.customAttributes = ["employee_id": "E135595", "cost_center": "CC14"]
        #expect(user.byteCount < 160, "\(user.byteCount)")
    }
}

/// The lists beside the records of a directory, of which there are as many as users.
@Suite struct DirectoryColumnTests {
    @Test(arguments: [[], [5], [1, 2, 3], [3, 1, 2], [1, 2, 2, 3], [9, 9]] as [[Int64]])
    func placesAreFoundInAnyOrder(_ ids: [Int64]) {
        let index = PlaceIndex(ids)
        for id: Int64 in 0...10 { #expect(index[id].map(Int.init) == ids.lastIndex(of: id), "\(id)") }
    }

    @Test func pairsKeepTheirOrder() {
        let pairs: [(Int32, Int32)] = [(2, 5), (0, 1), (2, 4), (0, 9), (2, 5)]
        let table = JoinTable(rowCount: 3) { add in for (row, item) in pairs { add(row, item) } }
        #expect((0..<3).map { Array(table[$0]) } == [[1, 9], [], [5, 4, 5]])
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let second: Int64
        let record: String?
    }

    @Test(arguments: [
        Row(testDescription: "before", second: 9, record: nil),
        Row(testDescription: "at the start, which still sees what was before", second: 10, record: nil),
        Row(testDescription: "after the start", second: 11, record: "one"),
        Row(testDescription: "at the change", second: 20, record: "one"),
        Row(testDescription: "after the change", second: 21, record: "two"),
        Row(testDescription: "at the end", second: 30, record: "two"),
        Row(testDescription: "in the gap", second: 31, record: nil),
        Row(testDescription: "after the gap", second: 51, record: "three"),
        Row(testDescription: "much later", second: 1_000_000, record: "three"),
    ])
    func versionsHoldFromTheirStartToTheirEnd(_ row: Row) {
        func at(_ second: Int64) -> Timestamp { Timestamp(seconds: second) }
        var shuffled = VersionedRecords<Int64, String>()
        shuffled.append(5, "three", from: at(50), until: .latest)
        shuffled.append(9, "other", from: .earliest, until: .latest)
        shuffled.append(5, "one", from: at(10), until: at(20))
        shuffled.append(5, "two", from: at(20), until: at(30))
        let versions = shuffled.inOrder
        #expect(versions.record(5, at: at(row.second)) == row.record)
        #expect(versions.records(at: at(row.second)) == [row.record, "other"].compactMap { $0 })
        #expect(versions.record(9, at: .earliest) == "other" && versions.record(7, at: at(60)) == nil)
    }
}
