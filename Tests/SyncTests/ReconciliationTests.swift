import Directory
import Testing
import Timekeeping

@testable import Sync

/// Changes that events tell are told once, whatever the clocks and the polls do.
@Suite struct ReconciliationTests {
    static let all = Dictionary(uniqueKeysWithValues: (1...20).map { (Int64($0), Int64(10)) })
    static let start = SyncRunnerTests.start

    static func derived(_ bench: SyncRunnerTests.Bench) -> [String] {
        bench.facts.now.activities.filter { $0.text(.observedBy) == "snapshot" }.map(\.kind)
    }

    @Test func aCopyWaitsForTheEventsThatMayExplainIt() async throws {
        let bench = SyncRunnerTests.Bench(SyncRunnerTests.script(groups: Self.all))
        _ = try await bench.runner.runOnce()
        bench.tenant.change {
            $0.pages = SyncRunnerTests.script(groups: Self.all.filter { $0.key > 5 }).pages
            $0.activityFailure = (0, SyncRunnerTests.failure(.serverFault))
        }
        bench.clock.advance(by: .minutes(15))
        let blind = try await bench.runner.runOnce()
        #expect(!blind.directoryChanged && blind.failures.first?.cause == .serverFault)
        #expect(bench.facts.now.current?.users.count == 20, "nobody could say whether five deletions were told")

        bench.tenant.change { $0.activityFailure = nil }
        let asked = bench.tenant.asked.count
        bench.clock.advance(by: .minutes(1))
        let held = try await bench.runner.runOnce()
        #expect(held.failures.map(\.cause) == [.heldForConfirmation])
        #expect(
            bench.tenant.asked.dropFirst(asked).allSatisfy { $0.hasPrefix("activities") },
            "what was read is compared, not read again")
        bench.clock.advance(by: .minutes(15))
        _ = try await bench.runner.runOnce()
        #expect(bench.facts.now.current?.users.count == 15)
        #expect(Self.derived(bench) == Array(repeating: "user.deleted", count: 5))
    }

    @Test func aChangeDuringAFailedPollIsNotLost() async throws {
        let bench = SyncRunnerTests.Bench(SyncRunnerTests.script(groups: Self.all))
        _ = try await bench.runner.runOnce()
        bench.tenant.change {
            $0.pages = SyncRunnerTests.script(groups: Self.all.merging([7: 20]) { _, new in new }).pages
            $0.activityFailure = (0, SyncRunnerTests.failure(.serverFault))
        }
        bench.clock.advance(by: .minutes(15))
        _ = try await bench.runner.runOnce()
        #expect(Self.derived(bench).isEmpty)
        bench.tenant.change { $0.activityFailure = nil }
        bench.clock.advance(by: .minutes(1))
        let outcome = try await bench.runner.runOnce()
        #expect(Self.derived(bench) == ["user.group_changed"])
        #expect(outcome.state.reconciliation?.derived == 1 && outcome.state.reconciliation?.explained == 0)
    }

    @Test(arguments: [(SourceFailure.Cause.serverFault, 23, false), (.serverFault, 24, true), (.scopeMissing, 0, true)])
    func eventsThatDoNotComeHoldTheDirectoryForADay(
        _ cause: SourceFailure.Cause, _ hours: Int64, _ isCurrent: Bool
    ) async throws {
        let bench = SyncRunnerTests.Bench(SyncRunnerTests.script(groups: Self.all))
        _ = try await bench.runner.runOnce()
        bench.tenant.change {
            $0.pages = SyncRunnerTests.script(groups: Self.all.merging([7: 20]) { _, new in new }).pages
            $0.activityFailure = (0, SyncRunnerTests.failure(cause))
        }
        bench.clock.advance(by: max(.hours(hours), .minutes(15)))
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.directoryChanged == isCurrent)
        #expect(Self.derived(bench) == (isCurrent ? ["user.group_changed"] : []))
    }

    /// What the clocks do.
    struct ClockRow: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// How far the source's clock is ahead.
        var skewSeconds: Int64 = 0
        /// How long the copy takes.
        var copyMinutes: Int64 = 0
        /// When the change is made, in minutes after the first copy.
        let minute: Int64
    }

    @Test(arguments: [
        ClockRow(testDescription: "while a long copy is on its way", copyMinutes: 10, minute: 20),
        ClockRow(testDescription: "a source ten minutes ahead", skewSeconds: 600, minute: 14),
        ClockRow(testDescription: "a source ten minutes behind", skewSeconds: -600, minute: 1),
        ClockRow(
            testDescription: "ahead, and a long copy", skewSeconds: 600, copyMinutes: 10, minute: 24),
    ])
    func aChangeThatAnEventTellsIsCountedOnce(_ row: ClockRow) async throws {
        var script = SyncRunnerTests.script(groups: Self.all)
        script.skewSeconds = row.skewSeconds
        let bench = SyncRunnerTests.Bench(script)
        _ = try await bench.runner.runOnce()
        let told = Self.start + .minutes(row.minute) + .seconds(row.skewSeconds)
        let clock = bench.clock
        bench.tenant.change { script in
            script.pages = SyncRunnerTests.script(groups: Self.all.merging([7: 20]) { _, new in new }).pages
            script.activities = [("told", told, "user.group_changed", 7, 20)]
            script.onAsk = { if $0.kind == .group { clock.advance(by: .minutes(row.copyMinutes)) } }
        }
        bench.clock.advance(by: .minutes(15))
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.directoryChanged)
        #expect(Self.derived(bench).isEmpty)
        #expect(outcome.state.reconciliation?.explained == 1 && outcome.state.reconciliation?.derived == 0)
        #expect(outcome.state.reconciliation?.kinds == ["user.group_changed": .init(explained: 1)])
        let moved = SnapshotComparison.Change(kind: "user.group_changed", userID: 7, objectID: 20)
        #expect(bench.facts.now.explained == [ExplainedChange(change: moved, activityID: "told")])
        bench.clock.advance(by: .minutes(15))
        _ = try await bench.runner.runOnce()
        #expect(Self.derived(bench).isEmpty)
    }

    @Test func activitiesArePolledBetweenThePagesOfALongCopy() async throws {
        var script = SyncRunnerTests.script()
        script.pages[.user] = (1...8).map { [SyncRunnerTests.user($0, group: 10)] }
        let bench = SyncRunnerTests.Bench(script)
        _ = try await bench.runner.runOnce()
        let first = bench.tenant.asked
        let poll = try #require(first.firstIndex { $0.hasPrefix("activities") })
        #expect(first[poll...].allSatisfy { $0.hasPrefix("activities") }, "a first copy comes before the history")
        let clock = bench.clock
        bench.tenant.change { $0.onAsk = { if $0.kind == .user { clock.advance(by: .seconds(20)) } } }
        bench.clock.advance(by: .minutes(15))
        let polls = Counter()
        _ = try await bench.runner.runOnce { _ in polls.add() }
        let pages = bench.tenant.asked.dropFirst(first.count).prefix { !$0.hasPrefix("group") }
        #expect(polls.count == 3, "at once, since a poll is due, and after 60 s and 120 s")
        #expect(pages.filter { $0.hasPrefix("activities") }.count == 3)
    }
}
