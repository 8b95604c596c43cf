import Foundation
import Testing

@testable import Directory

@Suite struct ActivityKindTests {
    /// The reference list beside a checkout, where there is one.
    static let reference: String? = {
        let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../shared/reference")
            .standardizedFileURL.appendingPathComponent("onelogin-event-types.csv")
        return try? String(contentsOf: file, encoding: .utf8)
    }()

    @Test(.enabled(if: reference != nil, "the shared reference is not beside this checkout"))
    func everyReferenceLineIsInTheTableUnderItsName() throws {
        let lines = try #require(Self.reference).split(whereSeparator: \.isNewline).dropFirst()
        #expect(lines.count == 539)
        for line in lines {
            let columns = line.split(separator: ",", maxSplits: 2)
            let id = try #require(Int64(columns[0]))
            #expect(ActivityKind.forType(id).typeName == columns[1])
            #expect(ActivityKind.forType(id).typeID == id)
        }
    }

    @Test func theTableHas539DifferentTypesInOrder() {
        let ids = ActivityKind.types.map(\.typeID)
        #expect(ids.count == 539)
        #expect(zip(ids, ids.dropFirst()).allSatisfy(<))
        #expect(Set(ActivityKind.types.map(\.typeName)).count == 539)
        #expect(ActivityKind.types.allSatisfy { !$0.meaning.isEmpty })
    }

    struct Core: Sendable, CustomTestStringConvertible {
        let kind: String
        let types: [Int64]
        var testDescription: String { kind }
        init(_ kind: String, _ types: Int64...) {
            self.kind = kind
            self.types = types
        }
    }

    static let core = [
        Core("login.success", 5), Core("login.failure", 6), Core("logout", 7), Core("app.login", 8),
        Core("app.login_failure", 9), Core("app.access_denied", 90), Core("user.assumed", 3), Core("user.created", 13),
        Core("user.updated", 14), Core("user.deactivated", 15), Core("user.activated", 16), Core("user.deleted", 17),
        Core("user.locked", 19, 531, 553), Core("user.unlocked", 12, 554), Core("user.suspended", 21, 551),
        Core("user.reactivated", 32, 552), Core("password.requested", 10), Core("password.changed", 11),
        Core("password.reset_by_admin", 211, 510, 511), Core("password.revealed", 240),
        Core("privilege.granted", 72, 2106, 2107), Core("privilege.revoked", 73, 2108, 2109),
        Core("policy.created", 156), Core("policy.changed", 157), Core("policy.deleted", 158),
        Core("mfa.enrolled", 22), Core("mfa.removed", 24), Core("mfa.factor_created", 170),
        Core("mfa.factor_changed", 171), Core("mfa.factor_deleted", 172), Core("mfa.temporary_token_issued", 1100),
        Core("role.granted", 4, 147, 513), Core("role.revoked", 148, 514), Core("role.granted_automatically", 149),
        Core("role.revoked_automatically", 150), Core("role.admin_granted", 151), Core("role.admin_revoked", 152),
        Core("credential.created", 179), Core("credential.deleted", 180), Core("credential.enabled", 181),
        Core("credential.disabled", 182), Core("webhook.created", 410), Core("webhook.changed", 411),
        Core("webhook.deleted", 412),
    ]

    @Test(arguments: core)
    func coreKindsHaveExactlyTheirTypes(_ row: Core) {
        #expect(ActivityKind.types.filter { $0.kind == row.kind }.map(\.typeID) == row.types.sorted())
    }

    @Test func everyOtherTypeIsNamedForItself() {
        let core = Set(Self.core.flatMap(\.types))
        for type in ActivityKind.types where !core.contains(type.typeID) {
            #expect(type.kind == "onelogin." + type.typeName.lowercased())
        }
    }

    @Test(arguments: [Int64.min, -1, 0, 93, 94, 9060, 1_000_000, Int64.max])
    func numbersOutsideTheTableAreUnknown(_ id: Int64) {
        #expect(ActivityKind.forType(id).kind == "onelogin.unknown")
        #expect(!ActivityKind.forType(id).isKnown)
    }

    @Test(arguments: [(Int64(1), "APP_ADDED_TO_ROLE"), (9059, "ROLE_LIST_ADMINISTRATORS_FAILED")])
    func firstAndLastTypeAreKnown(_ id: Int64, _ name: String) {
        #expect(ActivityKind.forType(id).typeName == name)
        #expect(ActivityKind.forType(id).isKnown)
    }

    @Test func theVocabularyIsSortedAndClosed() {
        let all = ActivityKind.all
        #expect(all == all.sorted())
        #expect(Set(all).count == all.count)
        #expect(all.contains("user.group_changed"))
        #expect(all.contains("onelogin.unknown"))
        #expect(ActivityKind.types.allSatisfy { all.contains($0.kind) })
        #expect(all.allSatisfy { ActivityKind.named($0)?.kind == $0 })
        #expect(ActivityKind.named("login.succes") == nil)
    }

    @Test func aKindNameGivesItsFirstType() {
        #expect(ActivityKind.named("user.locked")?.typeID == 19)
        #expect(ActivityKind.named("user.group_changed")?.typeID == 0)
    }
}
