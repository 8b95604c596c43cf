import FieldStorage
import Testing

@testable import CEL

/// Why a condition is what it is.
@Suite struct TraceTests {
    static func trace(_ text: String, _ world: Fixture.World = Fixture.World()) throws -> ConditionTrace {
        let program = try Fixture.program(text)
        return world.run { program.trace($0) }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let truth: Truth
        /// The clauses that decided, with what they read.
        let decisive: [String]
        var testDescription: String { text }
    }

    static func words(_ clause: ConditionTrace) -> String {
        let readings = clause.readings.map { "\($0.name)=\($0.value?.literal ?? $0.failure?.description ?? "")" }
        return "\(clause.text) {\(readings.joined(separator: ", "))}"
    }

    @Test(arguments: [
        Row(
            text: "activity.kind == 'logout'", truth: .no,
            decisive: ["activity.kind == 'logout' {activity.kind=\"login.success\"}"]),
        Row(
            text: "activity.kind == 'login.success' && activity.risk > 90 && count == 3", truth: .no,
            decisive: ["activity.risk > 90 {activity.risk=85}"]),
        Row(
            text: "activity.risk > params.max + 10 || count > 5", truth: .no,
            decisive: [
                "activity.risk > params.max + 10 {activity.risk=85, params.max=80}", "count > 5 {count=3}",
            ]),
        Row(text: "activity.risk > 80 || count > 5", truth: .yes, decisive: ["activity.risk > 80 {activity.risk=85}"]),
        Row(
            text: "!(count > 1 && activity.success)", truth: .no,
            decisive: ["count > 1 {count=3}", "activity.success {activity.success=true}"]),
        Row(
            text: "count > 1 && activity.risk / 0 == 1", truth: .failed,
            decisive: ["activity.risk / 0 == 1 {activity.risk=85}"]),
        Row(
            text: "user.roles.exists(r, r == activity.country)", truth: .no,
            decisive: [
                "user.roles.exists(r, r == activity.country) "
                    + "{user.roles=[\"Viewer\", \"Super user\"], activity.country=\"NO\"}"
            ]),
        Row(text: "is_admin(user) && count > 9", truth: .no, decisive: ["count > 9 {count=3}"]),
        Row(text: "count\n  > 9", truth: .no, decisive: ["count > 9 {count=3}"]),
    ])
    func namesTheClausesThatDecided(_ row: Row) throws {
        let trace = try Self.trace(row.text)
        #expect(trace.truth == row.truth)
        #expect(trace.decisive.map(Self.words) == row.decisive)
    }

    @Test func aPredicateIsOneClauseWithWhatItsBodyRead() throws {
        let trace = try Self.trace("is_admin(user)")
        #expect(trace.kind == .clause)
        #expect(trace.text == "is_admin(user)")
        #expect(trace.readings.map(\.name).contains("user.super_user"))
    }

    @Test func whatIsNotKnownSaysSo() throws {
        var world = Fixture.World()
        world.activity = ObjectValue(type: Fixture.activity, fields: [:], missing: .unknown)
        let trace = try Self.trace("activity.country == 'NO' && count == 3", world)
        #expect(trace.truth == .failed)
        #expect(trace.failure == .unknown(field: "activity.country"))
        #expect(trace.decisive.first?.readings.first?.failure == .unknown(field: "activity.country"))
    }
}
