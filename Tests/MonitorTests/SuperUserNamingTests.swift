import Alerting
import Directory
import Evaluation
import Reporting
import RuleLanguage
import Testing
import Timekeeping

@testable import Monitor

/// A rule over activities that asks who is a super user says who told it, in its findings and in its verdict.
@Suite struct SuperUserNamingTests {
    static let rules = """
        rule: of-super-users
        title: A super user could not sign in
        severity: low
        activity: { match: activity.kind == "login.failure" && target != null && target.super_user }
        key: [activity.user_id]
        message: "no"
        ---
        rule: of-anybody
        title: Somebody could not sign in
        severity: low
        activity: { match: activity.kind == "login.failure" }
        key: [activity.user_id]
        message: "no"
        """

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let resolvers: [SuperUserResolver]
        let by: String?
        var isOne = true
    }

    static let rows = [
        Row(testDescription: "a list", resolvers: [.users([5])], by: "explicit list of 1 ids"),
        Row(
            testDescription: "a role, and privileges that nobody can read",
            resolvers: [.roles(names: ["Root"]), .privileges(names: ["Super user"])], by: "roles `Root`"),
        Row(
            testDescription: "an attribute and a list",
            resolvers: [.customAttribute(name: "admin", value: "yes"), .usernames(["ann"])],
            by: "custom attribute `admin` = `yes`; explicit list of 1 names"),
        Row(
            testDescription: "a role that is not theirs", resolvers: [.roles(names: ["Reader"])],
            by: "roles `Reader`", isOne: false),
        Row(
            testDescription: "nothing that applies",
            resolvers: [.roles(names: ["None"]), .customAttribute(name: "none", value: "yes")], by: nil, isOne: false),
    ]

    /// User 5 with a role and an attribute, as a store tells it.
    static func history(_ resolvers: [SuperUserResolver], isConstant: Bool) -> DirectoryTimeline {
        var user = User(id: 5, username: "ann", createdAt: EngineFaultTests.noon - .days(9))
        user.roleIDs = [9]
        user.customAttributes = ["admin": "yes"]
        let entities: [Entity] = [.user(user), .role(Role(id: 9, name: "Root")), .role(Role(id: 10, name: "Reader"))]
        let availability: [EntityKind: Availability] = [
            .user: .complete, .role: .complete, .group: .complete, .app: .complete, .privilege: .notAvailable,
        ]
        if isConstant {
            var snapshot = DirectorySnapshot(observedAt: EngineFaultTests.noon)
            for entity in entities { snapshot.append(entity) }
            snapshot.availability = availability
            return DirectoryTimeline(constant: DirectoryIndex(snapshot, superUsers: resolvers))
        }
        let versions = entities.map {
            EntityVersion(entity: $0, seenFrom: EngineFaultTests.noon - .days(1), seenUntil: nil, isFirst: true)
        }
        return DirectoryTimeline(versions: versions, availability: availability, superUsers: resolvers)
    }

    @Test(arguments: rows, [true, false])
    func findingsAndVerdictNameTheResolver(_ row: Row, _ isConstant: Bool) throws {
        let pass = AuditPass(
            book: CrashTests.book(Self.rules), connection: "main",
            history: Self.history(row.resolvers, isConstant: isConstant), now: EngineFaultTests.noon + .hours(1))
        pass.take(try EngineFaultTests.batch([EngineFaultTests.record(1, 60, type: 6)]))
        let results = pass.finish(
            index: nil, at: EngineFaultTests.noon, directoryGap: "none was read", activityGap: nil)
        let asking = try #require(results.first { $0.id == "of-super-users" })
        let other = try #require(results.first { $0.id == "of-anybody" })
        #expect(asking.superUsersBy == row.by && other.superUsersBy == nil)
        #expect(asking.findings.count == (row.isOne ? 1 : 0) && other.findings.count == 1)
        let named = asking.findings.flatMap(\.evidence).filter { $0.name == "super_users_by" }
        #expect(named.map(\.value) == (row.isOne ? [.text(row.by ?? "")] : []))
        #expect(!other.findings.flatMap(\.evidence).contains { $0.name == "super_users_by" })
    }
}
