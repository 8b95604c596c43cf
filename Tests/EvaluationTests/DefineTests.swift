import Alerting
import Diagnostics
import Directory
import RuleLanguage
import Testing

@testable import Evaluation

/// Lists and functions of `define` where rules use them: what they mean is what their text would mean in their place.
@Suite struct DefineTests {
    static let define = """
        define:
          lists:
            admin_roles: [Super user, Account owner]
            kept: [kept@corp.example]
          functions:
            is_admin: { args: { u: User }, is: "u.super_user || u.roles.exists(r, r in lists.admin_roles)" }
            is_ours: { args: { name: string }, is: "name.endsWith('@corp.example') && !(name in lists.kept)" }
            is_risk: { args: { u: User, most: int }, is: "is_admin(u) && is_ours(u.username) && u.id <= most" }
            years: { args: { from: timestamp, until: timestamp }, is: "(until - from).getHours() / 8760" }

        """

    /// What the tests of rules say that use these definitions.
    static func failures(_ rule: String, policy: String = "", define: String = define) -> [String] {
        var files = [
            SourceText(name: "Rules/define.yaml", text: define), SourceText(name: "Rules/topic/r.yaml", text: rule),
        ]
        if !policy.isEmpty { files.append(SourceText(name: "Policies/p.yaml", text: policy)) }
        let (book, diagnostics) = RuleBookLoader(schema: IdentitySchema.schema).load(files: files)
        let outcomes = RuleTestRunner.run(book)
        return diagnostics.map { "\($0.diagnostic.code) \($0.diagnostic.message)" } + outcomes.flatMap(\.failures)
            + (outcomes.isEmpty ? ["no test ran"] : [])
    }

    @Test func aStateRuleCallsFunctionsOfFunctions() {
        let found = Self.failures(
            """
            rule: r
            title: t
            severity: low
            params: { most: { type: int, default: 3 } }
            severity_when: [{ if: is_admin(user) && user.id == 3, set: high }]
            state: { each: user, where: user.status == "active", alert_if: "is_risk(user, params.most)" }
            message: "${user.username} ${is_admin(user)} ${years(user.created_at, now)}"
            tests:
              - name: who is at risk
                now: 2026-03-01T10:00:00Z
                directory:
                  users:
                    - { id: 1, username: joe@corp.example, roles: [Account owner], created_at: -800d }
                    - { id: 2, username: ann@corp.example, roles: [Clerk] }
                    - { id: 3, username: eve@corp.example, created_at: -10d, super_user: true }
                    - { id: 4, username: far@corp.example, roles: [Super user] }
                    - { id: 5, username: kept@corp.example, roles: [Super user] }
                expect:
                  - { key: [1], severity: low, message_matches: "^joe@corp.example true 2$" }
                  - { key: [3], severity: high, message_matches: "^eve@corp.example true 0$" }
            """)
        #expect(found == [])
    }

    @Test func anActivityRuleCallsThemInEveryPlace() {
        let found = Self.failures(
            """
            rule: r
            title: t
            severity: low
            activity:
              profiles:
                ip:
                  match: activity.kind == "login.success" && activity.user_name != null && is_ours(activity.user_name)
                  by: [activity.user_id]
                  value: activity.ip
                  history: 10d
                  learn: 1h
              match: activity.kind == "login.success" && target != null && is_admin(target)
              threshold:
                by: ["target != null && is_admin(target)"]
                within: 2h
                let: { n: count(activity.user_name != null && is_ours(activity.user_name)) }
              alert_if: n >= 2 && target != null && is_risk(target, 9) && is_new.ip
            key: [target.username]
            tests:
              - name: the second login from a new address
                start: 2026-03-01T10:00:00Z
                directory:
                  users:
                    - { id: 1, username: joe@corp.example, roles: [Super user] }
                    - { id: 2, username: ann@corp.example }
                activities:
                  - { at: +1m, kind: login.success, user_id: 1, user_name: joe@corp.example, ip: 192.0.2.1 }
                  - { at: +2h, kind: login.success, user_id: 2, user_name: ann@corp.example, ip: 192.0.2.9 }
                  - { at: +2h, kind: login.success, user_id: 1, user_name: joe@corp.example, ip: 192.0.2.2 }
                expect: [{ key: [joe@corp.example], at: +2h, vars: { n: 2 } }]
            """)
        #expect(found == [])
    }

    @Test func aMacrosNameInAFunctionCatchesNoNameOfTheCaller() {
        let found = Self.failures(
            """
            rule: r
            title: t
            severity: low
            state:
              each: user
              alert_if: user.roles.exists(r, r.startsWith("Super") && is_admin(user) && ["x"].exists(u, u != r))
            tests:
              - name: the same names inside and outside
                now: 2026-03-01T10:00:00Z
                directory:
                  users:
                    - { id: 1, username: a, roles: [Super user] }
                    - { id: 2, username: b, roles: [Super hero] }
                expect: [{ key: [1] }]
            """)
        #expect(found == [])
    }

    struct Lists: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let lists: String
        let keys: [EvidenceValue]
    }

    @Test(arguments: [
        Lists(testDescription: "as defined", lists: "", keys: [.int(1)]),
        Lists(testDescription: "replaced", lists: "lists: { admin_roles: [Auditor] }\n", keys: [.int(2)]),
        Lists(
            testDescription: "extended", lists: "lists: { admin_roles: { add: [Auditor] } }\n",
            keys: [.int(1), .int(2)]),
        Lists(testDescription: "emptied", lists: "lists: { admin_roles: [] }\n", keys: []),
    ])
    func aPolicySetsTheListsThatFunctionsRead(_ row: Lists) throws {
        let rule = """
            rule: r
            title: t
            severity: low
            state: { each: user, alert_if: "user.roles.exists(r, r in lists.admin_roles) || is_listed(user)" }
            """
        let define = """
            define:
              lists: { admin_roles: [Super user] }
              functions: { is_listed: { args: { u: User }, is: "u.roles.exists(r, r in lists.admin_roles)" } }
            """
        let (book, diagnostics) = RuleBookLoader(schema: IdentitySchema.schema).load(files: [
            SourceText(name: "Rules/define.yaml", text: define), SourceText(name: "Rules/r.yaml", text: rule),
            SourceText(name: "Policies/p.yaml", text: "policy: p\n" + row.lists + "rules: [{ rule: r }]\n"),
        ])
        #expect(diagnostics.filter { $0.diagnostic.level == .error }.map(\.diagnostic.message) == [])
        var snapshot = StateRuleTests.snapshot([.active, .active]).snapshot
        snapshot.roles = [
            .init(id: 8, name: "Super user", userIDs: [1], appIDs: []),
            .init(id: 9, name: "Auditor", userIDs: [2], appIDs: []),
        ]
        let results = StatePass(book, connection: "main").evaluate(.init(snapshot), at: TestFacts.start)
        #expect(results.flatMap(\.evaluation.findings).map(\.dedupKey.key) == row.keys.map { [$0] })
    }

    @Test func whatIsUnknownInAFunctionIsUnknownInTheRule() throws {
        let (book, _) = RuleBookLoader(schema: IdentitySchema.schema).load(files: [
            SourceText(name: "Rules/define.yaml", text: Self.define),
            SourceText(
                name: "Rules/r.yaml",
                text: "rule: r\ntitle: t\nseverity: low\nstate: { each: user, alert_if: is_admin(user) }\n"),
        ])
        let index = StateRuleTests.snapshot([.active])
        let result = try #require(StatePass(book, connection: "main").evaluate(index, at: TestFacts.start).first)
        #expect(result.evaluation.verdict == .unknown(reasons: ["`user.super_user` is not known now"]))
    }

    @Test func anEditedFunctionIsAnEditedRule() throws {
        func digest(_ define: String, uses: Bool) throws -> String {
            let condition = uses ? "is_admin(user)" : "user.super_user"
            let (book, _) = RuleBookLoader(schema: IdentitySchema.schema).load(files: [
                SourceText(name: "Rules/define.yaml", text: define),
                SourceText(
                    name: "Rules/r.yaml",
                    text: "rule: r\ntitle: t\nseverity: low\nstate: { each: user, alert_if: \(condition) }\n"),
            ])
            return try #require(book.bindings.first).digest
        }
        let edited = Self.define.replacing("Account owner", with: "Owner")
        #expect(try digest(Self.define, uses: true) != digest(edited, uses: true))
        // The same words with their arguments the other way round.
        let swapped = Self.define.replacing(
            "{ from: timestamp, until: timestamp }", with: "{ until: timestamp, from: timestamp }")
        #expect(try digest(Self.define, uses: true) != digest(swapped, uses: true))
        #expect(try digest(Self.define, uses: true) == digest(Self.define + "# a remark\n", uses: true))
    }
}
