import Diagnostics
import Testing

@testable import CEL

/// What an expression tells without being evaluated.
@Suite struct FactTests {
    static func checked(_ text: String) throws -> CheckedExpression {
        let result = Fixture.environment.check(text)
        return try #require(result.checked, "\(result.diagnostics.map(\.message))")
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let kinds: [String]?
        var testDescription: String { text }
    }

    @Test(arguments: [
        Row(text: "activity.kind == 'a'", kinds: ["a"]),
        Row(text: "'a' == activity.kind && count > 1", kinds: ["a"]),
        Row(text: "activity.kind in ['a', 'b', 'a']", kinds: ["a", "b"]),
        Row(text: "activity.kind in lists.admins", kinds: ["Super user", "Account owner"]),
        Row(text: "activity.kind == 'a' || activity.kind == 'b' && count > 1", kinds: ["a", "b"]),
        Row(text: "activity.kind == 'a' || count > 1", kinds: nil),
        Row(text: "activity.kind in ['a', 'b'] && activity.kind in ['b', 'c']", kinds: ["b"]),
        Row(text: "activity.kind != 'a'", kinds: nil),
        Row(text: "!(activity.kind == 'a')", kinds: nil),
        Row(text: "count > 1 && (activity.kind == 'a' && count > 2)", kinds: ["a"]),
        Row(text: "false", kinds: []),
    ])
    func theConstantsAFieldMustEqual(_ row: Row) throws {
        let constants = try Self.checked(row.text).requiredConstants(of: ["activity", "kind"])
        #expect(constants == row.kinds?.map { .string($0) })
    }

    @Test func theFieldsItReads() throws {
        let checked = try Self.checked(
            "activity.kind == 'a' && is_admin(user) && user.devices.exists(d, d.kind == 'x') && is_new.country")
        #expect(
            checked.fieldsRead == [
                ["activity", "kind"], ["user", "super_user"], ["user", "roles"], ["user", "devices"],
                ["is_new", "country"],
            ])
    }

    @Test func itsConjuncts() throws {
        #expect(try Self.checked("count > 1 && (count > 2 && count > 3) && (count > 4 || true)").conjuncts.count == 4)
        #expect(try Self.checked("count > 1 || count > 2").conjuncts.count == 1)
    }

    @Test func typesAndReferencesByNode() throws {
        let checked = try Self.checked("activity.risk")
        #expect(checked.type == .wrapper(.int))
        guard case .field(let field, let owner)? = checked.references[checked.root.id] else {
            Issue.record("not a field")
            return
        }
        #expect(field.name == "risk" && owner == "Activity")
    }
}
