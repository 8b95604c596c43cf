import Alerting
import Directory
import RuleLanguage
import Testing
import Timekeeping

@testable import Evaluation

@Suite struct StateRuleTests {
    static func snapshot(_ statuses: [UserStatus], supers: [Int64]? = nil) -> DirectoryIndex {
        var snapshot = DirectorySnapshot(generation: 3, observedAt: TestFacts.start)
        for kind in EntityKind.allCases { snapshot.availability[kind] = .complete }
        for (place, status) in statuses.enumerated() {
            var user = User(id: Int64(place + 1), username: "user\(place + 1)", status: status)
            user.department = place % 2 == 0 ? "IT" : nil
            snapshot.users.append(user)
        }
        return DirectoryIndex(snapshot, superUsers: supers.map { [.users($0)] } ?? [])
    }

    /// - Parameter alerts: The keys of live alerts.
    static func evaluate(
        _ draft: RuleDraft, _ index: DirectoryIndex, alerts: ClosedRange<Int64> = 1...9, limit: Int? = nil
    ) throws -> StateEvaluation {
        let bound = try draft.bind()
        var pass = StatePass([bound], connection: "main", findingLimit: limit)
        let binding = RuleBinding(connection: "main", policy: bound.policy, rule: bound.rule.id)
        pass.alertKeys = Set(alerts.map { DedupKey(binding: binding, key: [.int($0)]) })
        let results = pass.evaluate(
            DirectoryRows(index: index, connection: "main"), generation: 3, at: TestFacts.start)
        return try #require(results.first?.evaluation)
    }

    static let locked = RuleDraft(
        alertIf: "user.status == 'locked'", key: ["user.id"], message: "user.username", each: "user")

    @Test func eachViolatingRowIsAFinding() throws {
        let result = try Self.evaluate(Self.locked, Self.snapshot([.locked, .active, .locked]))
        #expect(result.verdict == .fail)
        #expect(result.findings.map(\.dedupKey.key) == [[.int(1)], [.int(3)]])
        #expect(result.findings.map(\.message) == ["user1", "user3"])
        #expect(result.findings.first?.origin == .state(generation: 3))
        #expect(try Self.evaluate(Self.locked, Self.snapshot([.active])).verdict == .pass)
    }

    @Test(arguments: [(2, 2, 0), (3, 3, 1), (5, 3, 3), (9, 3, 7)])
    func pastTheLimitOneSummaryStandsForTheRest(_ rows: Int, _ findings: Int, _ more: Int) throws {
        let index = Self.snapshot(Array(repeating: .locked, count: rows))
        let result = try Self.evaluate(Self.locked, index, limit: 2)
        #expect(result.findings.count == findings)
        #expect(result.findings.prefix(2).map(\.dedupKey.key) == [[.int(1)], [.int(2)]])
        if more > 0 { #expect(result.findings.last?.evidence.first?.value == .int(Int64(more))) }
        #expect(result.undecided.map(\.key) == (0..<more).map { [.int(Int64($0 + 3))] }, "their alerts stay")
    }

    static func tooMany(_ limit: Int) -> RuleDraft {
        RuleDraft(
            alertIf: "n > \(limit)", key: [], message: "string(n) + ': ' + who.join(', ')", each: "user",
            where: "user.status == 'active' && user.super_user",
            group: ([], [.init("n", .count), .init("who", .collect, "user.username", limit: 2)]))
    }

    @Test(arguments: [(1, true), (2, false)])
    func groupsAreJudgedWhenAllRowsHavePassed(_ limit: Int, _ fires: Bool) throws {
        let result = try Self.evaluate(
            Self.tooMany(limit), Self.snapshot([.active, .active, .active], supers: [1, 3]))
        #expect(result.findings.map(\.message) == (fires ? ["2: user1, user3"] : []))
        #expect(result.verdict == (fires ? .fail : .pass))
    }

    @Test func noKeyIsAGroupEvenWithoutRows() throws {
        let none = RuleDraft(
            alertIf: "n == 0", key: [], each: "user", where: "user.status == 'locked'",
            group: ([], [.init("n", .count)]))
        #expect(try Self.evaluate(none, Self.snapshot([.active])).verdict == .fail)
        #expect(try Self.evaluate(none, Self.snapshot([])).verdict == .fail)
        #expect(try Self.evaluate(none, Self.snapshot([.locked])).verdict == .pass)
    }

    @Test func groupsByValueLeaveOutNull() throws {
        let rule = RuleDraft(
            alertIf: "n >= 2", each: "user", group: (["user.department"], [.init("n", .count)]))
        let result = try Self.evaluate(rule, Self.snapshot([.active, .active, .active, .active]))
        #expect(result.findings.map(\.dedupKey.key) == [[.text("IT")]])
        #expect(result.findings.first?.evidence.last == .init(name: "n", value: .int(2)))
    }

    @Test func whatNobodyKnowsIsUnknownUnlessItDoesNotMatter() throws {
        let unknown = try Self.evaluate(Self.tooMany(0), Self.snapshot([.active]))
        #expect(unknown.findings.isEmpty)
        #expect(unknown.verdict == .unknown(reasons: ["`user.super_user` is not known now"]))
        #expect(try Self.evaluate(Self.tooMany(0), Self.snapshot([.locked])).verdict == .pass)
    }

    @Test func rowsThatFailMakeTheRuleFailWhateverElseIsUnknown() throws {
        let rule = RuleDraft(
            alertIf: "user.status == 'locked' || user.super_user", key: ["user.id"], each: "user")
        let result = try Self.evaluate(rule, Self.snapshot([.locked, .active]))
        #expect(result.verdict == .fail)
        #expect(result.findings.map(\.dedupKey.key) == [[.int(1)]])
        #expect(result.undecided.map(\.key) == [[.int(2)]])
        let quiet = try Self.evaluate(rule, Self.snapshot([.locked, .active]), alerts: 3...9)
        #expect(quiet.undecided == [], "who has no alert is not kept in mind")
    }

    @Test(arguments: [Availability.incomplete, .notAvailable])
    func missingCollectionsAreUnknown(_ availability: Availability) throws {
        var snapshot = Self.snapshot([.active]).snapshot
        snapshot.availability[.user] = availability
        let result = try Self.evaluate(Self.locked, DirectoryIndex(snapshot))
        #expect(result.isUnknown)
    }

    @Test func errorsAreAStatusOfTheirOwn() throws {
        let rule = RuleDraft(alertIf: "1 / (user.id - 1) > 5", key: ["user.id"], each: "user")
        let result = try Self.evaluate(rule, Self.snapshot([.active, .active]))
        #expect(result.verdict == .error(causes: ["a division by zero"]))
        #expect(result.undecided.map(\.key) == [[.int(1)]])
    }

    @Test(arguments: [(0, true), (1, false)] as [(Int64, Bool)])
    func exceptionsHoldUntilTheyExpire(_ seconds: Int64, _ isExpired: Bool) throws {
        var rule = Self.locked
        rule.exceptions = [("known", "user.id == 1", TestFacts.at(seconds))]
        let result = try Self.evaluate(rule, Self.snapshot([.locked, .locked]))
        #expect(result.findings.count == (isExpired ? 2 : 1))
    }

    @Test func severityIsThatOfTheFirstTrueBranch() throws {
        var rule = Self.locked
        rule.severityWhen = [
            ("user.super_user", .critical), ("user.id == 1", .high), ("user.id > 0", .low),
        ]
        let result = try Self.evaluate(rule, Self.snapshot([.locked, .locked]))
        #expect(result.findings.map(\.severity) == [.high, .low], "unknown is not true")
    }

    @Test func joinsAreReadWhereARuleNamesThem() throws {
        var snapshot = Self.snapshot([.active, .active]).snapshot
        snapshot.roles = [Role(id: 9, name: "Ops", userIDs: [2], appIDs: [])]
        snapshot.devices = [Device(id: "d1", userID: 1, type: "SMS")]
        let rule = RuleDraft(
            alertIf: "'Ops' in user.roles && !user.devices.exists(d, d.active)", key: ["user.id"], each: "user")
        let result = try Self.evaluate(rule, DirectoryIndex(snapshot))
        #expect(result.findings.map(\.dedupKey.key) == [[.int(2)]])
    }
}

extension StateEvaluation {
    var isUnknown: Bool {
        if case .unknown = verdict { return true }
        return false
    }
}
