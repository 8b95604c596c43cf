import Alerting
import Diagnostics
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

/// State rules hold a row against every record of a collection.
@Suite struct DirectoryRowTests {
    static func load(_ rule: String) -> (book: RuleBook, errors: [String]) {
        let text = "rule: all\ntitle: t\nseverity: low\n" + rule
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(
            files: [SourceText(name: "Rules/state/all.yaml", text: text)])
        let errors = loaded.diagnostics.filter { $0.diagnostic.level == .error }
        return (loaded.book, errors.map { "\($0.diagnostic.message): \($0.diagnostic.help ?? "")" })
    }

    /// Two users, of whom the second's manager is the first, and two roles.
    static func index(roles: Availability = .complete) -> DirectoryIndex {
        var snapshot = DirectorySnapshot(observedAt: TestFacts.start)
        for id in 1...2 {
            var user = User(id: Int64(id), username: "user\(id)", createdAt: TestFacts.start)
            user.managerUserID = id == 2 ? 1 : nil
            user.roleIDs = [7]
            snapshot.append(.user(user))
        }
        for id in 7...8 { snapshot.append(.role(Role(id: Int64(id), name: "role\(id)"))) }
        snapshot.availability = Dictionary(
            uniqueKeysWithValues: EntityKind.allCases.map { ($0, Availability.complete) })
        snapshot.availability[.role] = roles
        return DirectoryIndex(snapshot, superUsers: [])
    }

    static func evaluate(_ rule: String, _ index: DirectoryIndex) throws -> StateEvaluation {
        let loaded = load(rule)
        #expect(loaded.errors == [])
        let result = StatePass(loaded.book, connection: "main").evaluate(index, at: TestFacts.start).first
        return try #require(result).evaluation
    }

    @Test(arguments: [
        ("user.manager_user_id != null && directory.users.exists(u, u.id == user.manager_user_id)", [Int64(2)]),
        ("directory.users.exists(u, u.manager_user_id != null && u.manager_user_id == user.id)", [1]),
        ("directory.roles.exists(r, r.name == 'role8') && user.id == 1", [1]),
        ("directory.roles.exists(r, r.name == 'role9')", []),
        ("size(directory.roles) == 2", [1, 2]), ("size(directory.roles) == 3", []),
        ("size(directory.devices) > 0", []),
    ])
    func aRowIsHeldAgainstACollection(_ condition: String, _ users: [Int64]) throws {
        let found = try Self.evaluate("state: { each: user, alert_if: \"\(condition)\" }", Self.index())
        #expect(found.findings.map(\.dedupKey.key) == users.map { [.int($0)] })
        #expect(found.verdict == (users.isEmpty ? .pass : .fail))
        #expect(found.findings.allSatisfy { $0.evidence.isEmpty })
    }

    @Test func aGroupMayAskToo() throws {
        let rule = """
            state:
              each: user
              group: { by: [], let: { n: count() } }
              alert_if: n == size(directory.users)
            message: "${n} of ${size(directory.users)}"
            """
        #expect(try Self.evaluate(rule, Self.index()).findings.map(\.message) == ["2 of 2"])
    }

    @Test(arguments: [Availability.incomplete, .notAvailable])
    func aCollectionThatIsNotWholeIsUnknown(_ roles: Availability) throws {
        let found = try Self.evaluate(
            "state: { each: user, alert_if: size(directory.roles) == 0 }", Self.index(roles: roles))
        guard case .unknown = found.verdict else {
            Issue.record("the verdict is \(found.verdict)")
            return
        }
        let other = try Self.evaluate(
            "state: { each: user, alert_if: size(directory.users) == 0 }", Self.index(roles: roles))
        #expect(other.verdict == .pass)
    }

    @Test func fieldsOfRecordsAreChecked() {
        let wrong = Self.load("state: { each: user, alert_if: \"directory.roles.exists(r, r.nam == 'x')\" }").errors
        #expect(wrong == ["`Role` has no field `nam`: did you mean `name`?"] || wrong.count == 1)
        let collection = Self.load("state: { each: user, alert_if: size(directory.role) == 0 }").errors
        #expect(collection.count == 1 && collection.first?.contains("did you mean `roles`?") == true)
        let activity = Self.load("activity: { match: size(directory.roles) == 0 }").errors
        #expect(activity.count == 1)
    }
}
