import Directory
import Logging
import Testing
import Timekeeping

@testable import Sync

/// The brake on mass deletions, and the pages that look right and are not.
@Suite struct LossTests {
    static func snapshot(users: Int, groups: Int = 4, from first: Int64 = 1) -> DirectorySnapshot {
        var snapshot = DirectorySnapshot(observedAt: SyncRunnerTests.start)
        for id in 0..<Int64(users) { snapshot.append(SyncRunnerTests.user(first + id, group: 1)) }
        for id in 0..<Int64(groups) { snapshot.append(.group(Group(id: 1 + id, name: "g\(id)"))) }
        snapshot.availability = [.user: .complete, .group: .complete]
        return snapshot
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var users = (before: 100, after: 100)
        var groups = (before: 4, after: 4)
        var explained: Set<Int64> = []
        var endedEmpty: Set<EntityKind> = []
        let lost: Int?
    }

    @Test(arguments: [
        Row(testDescription: "a tenth", users: (100, 90), lost: nil),
        Row(testDescription: "one more than a tenth", users: (100, 89), lost: 11),
        Row(testDescription: "one more than a tenth, one of them told", users: (100, 89), explained: [100], lost: nil),
        Row(testDescription: "five hundred of many", users: (6000, 5500), lost: nil),
        Row(testDescription: "five hundred and one of many", users: (6000, 5499), lost: 501),
        Row(testDescription: "half of the groups", groups: (4, 2), lost: nil),
        Row(testDescription: "more than half of the groups", groups: (4, 1), lost: 3),
        Row(testDescription: "one user, and the last page was empty", users: (100, 99), endedEmpty: [.user], lost: 1),
        Row(testDescription: "nobody, and the last page was empty", endedEmpty: [.user], lost: nil),
        Row(testDescription: "more people than before", users: (100, 200), lost: nil),
    ])
    func muchIsHeldAndLittleIsNot(_ row: Row) {
        let check = LossCheck(
            before: Self.snapshot(users: row.users.before, groups: row.groups.before),
            staged: Self.snapshot(users: row.users.after, groups: row.groups.after), explained: row.explained,
            endedEmpty: row.endedEmpty)
        #expect(check.losses(after: [:], at: SyncRunnerTests.start).map(\.loss.lost) == (row.lost.map { [$0] } ?? []))
    }

    @Test func theSecondCopyThatSaysTheSameIsBelieved() async throws {
        let all = Dictionary(uniqueKeysWithValues: (1...20).map { (Int64($0), Int64(10)) })
        let bench = SyncRunnerTests.Bench(SyncRunnerTests.script(groups: all))
        _ = try await bench.runner.runOnce()
        bench.tenant.change { $0.pages = SyncRunnerTests.script(groups: all.filter { $0.key > 5 }).pages }
        bench.clock.advance(by: .minutes(15))
        let held = try await bench.runner.runOnce()
        #expect(held.status.word == "degraded" && !held.directoryChanged)
        #expect(held.failures.first?.answer.hasPrefix("5 of 20 users are gone") == true)
        #expect(bench.facts.now.activities.isEmpty)
        bench.clock.advance(by: .minutes(15))
        let believed = try await bench.runner.runOnce()
        #expect(believed.status == .connected && believed.directoryChanged)
        #expect(bench.facts.now.activities.map(\.kind) == Array(repeating: "user.deleted", count: 5))
        #expect(believed.state.heldLosses == nil)
    }

    @Test func anotherLossIsHeldAnew() async throws {
        let all = Dictionary(uniqueKeysWithValues: (1...20).map { (Int64($0), Int64(10)) })
        let bench = SyncRunnerTests.Bench(SyncRunnerTests.script(groups: all))
        _ = try await bench.runner.runOnce()
        for kept in [6...20, 1...15] as [ClosedRange<Int64>] {
            bench.tenant.change {
                $0.pages = SyncRunnerTests.script(groups: all.filter { kept.contains($0.key) }).pages
            }
            bench.clock.advance(by: .minutes(15))
            let outcome = try await bench.runner.runOnce()
            #expect(outcome.failures.map(\.cause) == [.heldForConfirmation])
        }
        #expect(bench.facts.now.current?.users.count == 20)
    }

    @Test(arguments: [(14, true), (15, true), (16, false), (30, false)])
    func aLargerLossIsNotTheOneThatWasHeld(_ lost: Int, _ isBelieved: Bool) {
        let before = Self.snapshot(users: 100)
        func losses(_ lost: Int, after held: [EntityKind: HeldLoss]) -> [(loss: HeldLoss, isConfirmed: Bool)] {
            LossCheck(
                before: before, staged: Self.snapshot(users: 100 - lost), explained: [], endedEmpty: []
            ).losses(after: held, at: SyncRunnerTests.start)
        }
        let held = losses(12, after: [:]).map(\.loss)
        #expect(losses(lost, after: [.user: held[0]]).map(\.isConfirmed) == [isBelieved])
    }

    @Test func twoCollectionsThatLoseAtOnceAreConfirmedTogether() async throws {
        let all = Dictionary(uniqueKeysWithValues: (1...20).map { (Int64($0), Int64(10)) })
        var script = SyncRunnerTests.script(groups: all)
        script.pages[.app] = [(1...6).map { .app(App(id: $0, name: "a\($0)")) }]
        let bench = SyncRunnerTests.Bench(script)
        _ = try await bench.runner.runOnce()
        bench.tenant.change {
            $0.pages[.user] = SyncRunnerTests.script(groups: all.filter { $0.key > 5 }).pages[.user]
            $0.pages[.app] = [[.app(App(id: 1, name: "a1"))]]
        }
        bench.clock.advance(by: .minutes(15))
        let held = try await bench.runner.runOnce()
        #expect(held.failures.map(\.cause) == [.heldForConfirmation, .heldForConfirmation])
        #expect(held.state.heldLosses?.keys.sorted() == [.app, .user])
        bench.clock.advance(by: .minutes(15))
        let believed = try await bench.runner.runOnce()
        #expect(believed.directoryChanged && believed.state.heldLosses == nil)
        #expect(bench.facts.now.current?.users.count == 15 && bench.facts.now.current?.apps.count == 1)
    }

    @Test func whatCannotBeReadIsNoDeletionAndGoesToQuarantine() async throws {
        let bench = SyncRunnerTests.Bench(SyncRunnerTests.script())
        _ = try await bench.runner.runOnce()
        let broken = UnreadableText(place: "GET /users", reason: "`id` is no integer: `x`", text: "{}")
        bench.tenant.change { script in
            script.pages = SyncRunnerTests.script(groups: [1: 10, 2: 10]).pages
            script.unreadable[.user] = [broken]
        }
        bench.clock.advance(by: .minutes(15))
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.status == .connected && outcome.directoryChanged && outcome.unreadable == 1)
        #expect(bench.facts.now.current?.users.map(\.id).sorted() == [1, 2, 3], "user 3 may be the broken row")
        #expect(bench.facts.now.activities.isEmpty)
        #expect(bench.facts.now.quarantine == [.user: ["`id` is no integer: `x`"]])

        bench.tenant.change { $0.unreadable = [:] }
        bench.clock.advance(by: .minutes(15))
        let held = try await bench.runner.runOnce()
        #expect(held.failures.map(\.cause) == [.heldForConfirmation], "a third of the users is gone")
        bench.clock.advance(by: .minutes(15))
        _ = try await bench.runner.runOnce()
        #expect(bench.facts.now.current?.users.map(\.id) == [1, 2])
        #expect(bench.facts.now.activities.map(\.kind) == ["user.deleted"])
    }

    @Test func aDeletionThatIsToldIsOneBesideARowThatCannotBeRead() async throws {
        let bench = SyncRunnerTests.Bench(SyncRunnerTests.script())
        _ = try await bench.runner.runOnce()
        bench.tenant.change { script in
            script.pages = SyncRunnerTests.script(groups: [1: 10]).pages
            script.unreadable[.user] = [UnreadableText(place: "GET /users", reason: "no id", text: "{}")]
            script.activities = [("e1", SyncRunnerTests.start + .minutes(5), "user.deleted", 3, nil)]
        }
        bench.clock.advance(by: .minutes(15))
        _ = try await bench.runner.runOnce()
        #expect(bench.facts.now.current?.users.map(\.id).sorted() == [1, 2])
    }

    @Test(arguments: [(999, 999), (1000, 1000), (1001, 1000)])
    func quarantineOfOneCopyIsBounded(_ rows: Int, _ kept: Int) async throws {
        var script = SyncRunnerTests.script()
        script.unreadable[.group] = (0..<rows).map { UnreadableText(place: "x", reason: "no id", text: "\($0)") }
        let bench = SyncRunnerTests.Bench(script)
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.unreadable == rows)
        #expect(bench.facts.now.quarantine[.group]?.count == kept)
    }

    struct PageRow: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Ids of each page, and the total that each says.
        let pages: [(ids: [Int64], total: Int?)]
        let isRefused: Bool
    }

    @Test(arguments: [
        PageRow(testDescription: "pages in order", pages: [([1, 2], 3), ([3], 3)], isRefused: false),
        PageRow(testDescription: "a row that shifted", pages: [([1, 2], 3), ([2, 3], 3)], isRefused: false),
        PageRow(testDescription: "a page again", pages: [([1, 2], nil), ([2, 1], nil)], isRefused: true),
        PageRow(testDescription: "a hole", pages: [([1, 2], nil), ([], nil), ([3], nil)], isRefused: true),
        PageRow(testDescription: "an empty last page", pages: [([1, 2], nil), ([], nil)], isRefused: false),
        PageRow(testDescription: "a total that changes", pages: [([1, 2], 3), ([3], 4)], isRefused: true),
        PageRow(testDescription: "fewer than the total", pages: [([1, 2], 4), ([3], 4)], isRefused: true),
        PageRow(testDescription: "more than the total", pages: [([1, 2], 2), ([3], 2)], isRefused: false),
    ])
    func aPageMustBringSomethingNew(_ row: PageRow) {
        var check = PageCheck(.app, isWhole: true)
        var isRefused = false
        do throws(SourceFailure) {
            for (number, page) in row.pages.enumerated() {
                try check.take(
                    EntityPage(
                        entities: page.ids.map { .app(App(id: $0, name: "a")) },
                        next: number + 1 < row.pages.count ? "\(number)" : nil, total: page.total))
            }
            try check.finish()
        } catch {
            isRefused = error.cause == .malformedAnswer
        }
        #expect(isRefused == row.isRefused)
    }

    @Test(arguments: [(10_000, true), (25_000, true), (25_001, false), (200_000, false)])
    func largeTenantsAreNotListedInFullEachTime(_ users: Int, _ isListed: Bool) {
        #expect(SyncCadence().listsAllUsers(of: users) == isListed)
    }

    @Test func progressIsEstimatedFromWhatIsDone() {
        var progress = SyncProgress()
        progress.startedAt = SyncRunnerTests.start
        progress.total = 400
        progress.records = 100
        #expect(progress.share == 0.25)
        #expect(progress.estimate(at: SyncRunnerTests.start + .seconds(60)) == .seconds(180))
        progress.total = nil
        #expect(progress.estimate(at: SyncRunnerTests.start + .seconds(60)) == nil)
    }
}
