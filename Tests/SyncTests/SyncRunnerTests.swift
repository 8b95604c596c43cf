import Directory
import FieldStorage
import Logging
import Sync
import Testing
import Timekeeping

@Suite struct SyncRunnerTests {
    static let start = Timestamp(seconds: 1_772_000_000)

    static func user(_ id: Int64, group: Int64?) -> Entity {
        var user = User(id: id, username: "u\(id)")
        user.groupID = group
        return .user(user)
    }

    static func script(groups: [Int64: Int64] = [1: 10, 2: 10, 3: 10]) -> ScriptedTenant.Script {
        var script = ScriptedTenant.Script()
        let users = groups.sorted { $0.key < $1.key }.map { user($0.key, group: $0.value) }
        script.pages[.user] = [Array(users.prefix(2)), Array(users.dropFirst(2))]
        script.pages[.group] = [[.group(Group(id: 10, name: "Staff")), .group(Group(id: 20, name: "Admins"))]]
        return script
    }

    static func failure(_ cause: SourceFailure.Cause) -> SourceFailure {
        SourceFailure(cause, attempt: "GET /x", answer: "it failed", remedy: "mend it")
    }

    /// A runner with everything it is made of.
    struct Bench {
        let tenant: ScriptedTenant
        let facts = MemoryFacts()
        let clock = ManualClock(SyncRunnerTests.start)
        let runner: SyncRunner

        init(_ script: ScriptedTenant.Script, cadence: SyncCadence = SyncCadence()) {
            tenant = ScriptedTenant(script)
            runner = SyncRunner(
                connection: "acme", source: tenant, facts: facts, cadence: cadence, clock: clock,
                logger: Logger(label: "test"))
        }
    }

    @Test func aFirstPassCopiesTheDirectoryAndTheHistory() async throws {
        var script = Self.script()
        script.activities = (0..<5).map { ("e\($0)", Self.start - .hours(5 - Int64($0)), "login.success", 1, nil) }
        let bench = Bench(script)
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.status == .connected)
        #expect(outcome.newActivities == 5)
        #expect(bench.facts.now.current?.users.map(\.id) == [1, 2, 3])
        #expect(bench.facts.now.cursor?.completeUntil == Self.start)
        #expect(bench.facts.now.cursor?.firstSyncStarted == Self.start)
    }

    @Test func aSecondPassReadsOnlyActivitiesAndFromALittleBeforeTheLast() async throws {
        var script = Self.script()
        script.activities = [("e1", Self.start - .hours(1), "login.success", 1, nil)]
        let bench = Bench(script)
        _ = try await bench.runner.runOnce()
        let asked = bench.tenant.asked.count
        bench.clock.advance(by: .minutes(1))
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.newActivities == 0)
        #expect(
            Array(bench.tenant.asked.dropFirst(asked))
                == ["activities since \((Self.start - .hours(1) - .minutes(5)).rfc3339) -"])
    }

    @Test(arguments: [(300, false), (301, true)])
    func whatComesLaterThanTheLatenessIsMarked(_ age: Int64, _ isLate: Bool) async throws {
        var script = Self.script()
        script.activities = [("old", Self.start - .hours(50), "login.success", 1, nil)]
        let bench = Bench(script)
        _ = try await bench.runner.runOnce()
        bench.tenant.change { $0.activities.append(("late", Self.start - .seconds(age), "login.success", 1, nil)) }
        bench.clock.advance(by: .minutes(1))
        _ = try await bench.runner.runOnce()
        let late = try #require(bench.facts.now.activities.first { $0.id == "late" })
        #expect(late[.isLate].boolValue == isLate)
    }

    @Test func nothingIsDueOneSecondBeforeTheCadence() async throws {
        let bench = Bench(Self.script())
        let first = try await bench.runner.runOnce()
        #expect(first.nextDue == Self.start + .minutes(1))
        let asked = bench.tenant.asked.count
        bench.clock.advance(by: .seconds(59))
        _ = try await bench.runner.runOnce()
        #expect(bench.tenant.asked.count == asked)
    }

    struct FaultRow: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kind: EntityKind
        let page: Int
        let cause: SourceFailure.Cause
        let isCurrent: Bool
        let word: String
    }

    @Test(arguments: [
        FaultRow(
            testDescription: "users cut off on their second page", kind: .user, page: 1, cause: .serverFault,
            isCurrent: false, word: "degraded"),
        FaultRow(
            testDescription: "privileges that the credential may not read", kind: .privilege, page: 0,
            cause: .scopeMissing, isCurrent: true, word: "connected"),
        FaultRow(
            testDescription: "apps without the subscription", kind: .app, page: 0, cause: .notAvailable,
            isCurrent: true, word: "connected"),
        FaultRow(
            testDescription: "roles behind a rate limit", kind: .role, page: 0, cause: .rateLimited,
            isCurrent: false, word: "degraded"),
        FaultRow(
            testDescription: "users that the credential may not read", kind: .user, page: 0, cause: .scopeMissing,
            isCurrent: false, word: "failed"),
        FaultRow(
            testDescription: "a secret that is wrong", kind: .group, page: 0, cause: .credentialsRejected,
            isCurrent: false, word: "failed"),
    ])
    func aPartialSnapshotIsNeverTruth(_ row: FaultRow) async throws {
        // One of twenty is below the brake on mass deletions.
        let all = Self.script(groups: Dictionary(uniqueKeysWithValues: (1...20).map { ($0, 10) }))
        let fewer = (1...19).map { Self.user($0, group: 10) }
        let bench = Bench(all)
        _ = try await bench.runner.runOnce()
        let before = try #require(bench.facts.now.current)
        bench.tenant.change { script in
            script.pages[.user] = [Array(fewer.prefix(9)), Array(fewer.dropFirst(9))]
            script.failures[row.kind] = (row.page, Self.failure(row.cause))
        }
        bench.clock.advance(by: .minutes(15))
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.directoryChanged == row.isCurrent)
        #expect(outcome.status.word == row.word)
        let derived = bench.facts.now.activities.map(\.kind)
        if row.isCurrent {
            #expect(bench.facts.now.current?.users.count == 19)
        } else {
            #expect(bench.facts.now.current == before)
            #expect(derived.isEmpty)
        }
        bench.tenant.change { $0.failures = [:] }
        bench.clock.advance(by: .minutes(15))
        let recovered = try await bench.runner.runOnce()
        #expect(recovered.status == .connected)
        #expect(bench.facts.now.current?.users.map(\.id) == Array(1...19))
    }

    @Test func aPollThatFailsKeepsItsPagesAndNotTheWatermark() async throws {
        var script = Self.script()
        script.activities = (0..<6).map { ("e\($0)", Self.start - .hours(6 - Int64($0)), "login.success", 1, nil) }
        script.activityFailure = (2, Self.failure(.serverFault))
        let bench = Bench(script)
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.newActivities == 0 || bench.facts.now.activities.count == 4)
        #expect(bench.facts.now.activities.count == 4)
        #expect(bench.facts.now.cursor?.completeUntil == Self.start - .days(7))
        bench.tenant.change { $0.activityFailure = nil }
        bench.clock.advance(by: .minutes(1))
        _ = try await bench.runner.runOnce()
        #expect(Set(bench.facts.now.activities.map(\.id)).count == 6)
        #expect(bench.facts.now.cursor?.completeUntil == Self.start + .minutes(1))
    }

    @Test func aCursorThatComesTwiceEndsTheWalk() async throws {
        var script = Self.script()
        script.pages[.user] = (1...4).map { [Self.user($0, group: 10)] }
        script.repeatsCursor = true
        let bench = Bench(script)
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.failures.first?.cause == .malformedAnswer)
        #expect(bench.facts.now.current == nil)
        #expect(outcome.status.word == "degraded")
    }

    struct ChangeRow: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let isExplained: Bool
        let derived: Int
    }

    @Test(arguments: [
        ChangeRow(testDescription: "a group change that no activity tells", isExplained: false, derived: 1),
        ChangeRow(testDescription: "a group change that an activity has told", isExplained: true, derived: 0),
    ])
    func snapshotsTellWhatNoActivityDoes(_ row: ChangeRow) async throws {
        let bench = Bench(Self.script())
        _ = try await bench.runner.runOnce()
        bench.tenant.change { script in
            script.pages = Self.script(groups: [1: 10, 2: 20, 3: 10]).pages
            if row.isExplained {
                script.activities.append(
                    (id: "told", time: Self.start + .minutes(5), kind: "user.group_changed", user: 2, group: 20))
            }
        }
        bench.clock.advance(by: .minutes(15))
        _ = try await bench.runner.runOnce()
        let derived = bench.facts.now.activities.filter { $0.text(.observedBy) == "snapshot" }
        #expect(derived.count == row.derived)
        #expect(derived.allSatisfy { $0.kind == "user.group_changed" && $0.text(.groupName) == "Admins" })
        #expect(derived.allSatisfy { $0.time == Self.start + .minutes(15) })
    }

    @Test func factorsAreCarriedOverUntilTheirCadence() async throws {
        var script = Self.script()
        script.pages[.device] = [[.device(Device(id: "d1", userID: 1, type: "Protect"))]]
        let bench = Bench(script)
        _ = try await bench.runner.runOnce()
        bench.tenant.change { $0.pages[.device] = [[]] }
        bench.clock.advance(by: .minutes(15))
        _ = try await bench.runner.runOnce()
        #expect(bench.facts.now.current?.devices.map(\.id) == ["d1"])
        bench.clock.advance(by: .hours(23) + .minutes(45))
        _ = try await bench.runner.runOnce()
        #expect(bench.facts.now.current?.devices.isEmpty == true)
    }
}
