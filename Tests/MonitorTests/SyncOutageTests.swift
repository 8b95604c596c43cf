import Directory
import OneLogin
import OneLoginSimulator
import Store
import Sync
import Testing
import Timekeeping

/// What happens when OneLogin does not answer for long, and after it does again.
@Suite struct SyncOutageTests {
    static func ids(_ bench: SyncBench) async throws -> Set<String> {
        var ids: Set<String> = []
        var position: Int64 = 0
        while true {
            let some = try await bench.store.activities(connection: "acme", after: position, limit: 1000)
            guard let last = some.positions.last else { return ids }
            for row in 0..<some.batch.count where some.batch.activity(at: row).text(.observedBy) != "snapshot" {
                ids.insert(some.batch.activity(at: row).id)
            }
            position = last
        }
    }

    @Test(arguments: [Fault.Effect.status(429), .html(429), .status(400)])
    func aStormOfTwoHoursLosesNothing(_ effect: Fault.Effect) async throws {
        let bench = try SyncBench {
            $0.historyEvents = 400
            $0.tokenLifetime = .minutes(10)
        }
        _ = try await bench.runner.runOnce()
        await bench.simulator.setFaults(FaultPlan([Fault("/", .always, effect)]))
        _ = bench.log.take()
        let begin = bench.clock.now()
        var tokens = 0
        while bench.clock.now() < begin + .hours(2) {
            let outcome = try await bench.runner.runOnce()
            tokens += bench.log.take().filter { $0.hasPrefix("/auth/oauth2") }.count
            bench.clock.set(to: max(outcome.nextDue, bench.clock.now() + .seconds(5)))
        }
        let storm = bench.clock.now()
        #expect(
            (2...120).contains(tokens), "\(tokens): a token is good for ten minutes, one request a minute is enough")
        await bench.simulator.setFaults(FaultPlan())
        bench.clock.advance(by: .minutes(1))
        var outcome = try await bench.runner.runOnce()
        while !outcome.failures.isEmpty, bench.clock.now() < storm + .minutes(10) {
            bench.clock.advance(by: .minutes(1))
            outcome = try await bench.runner.runOnce()
        }
        #expect(outcome.status == .connected)
        let stored = try await Self.ids(bench)
        #expect(stored.count == (await bench.simulator.eventCount))
        let gap = try #require(try await bench.store.gaps(connection: "acme", limit: 5).first)
        #expect(gap.until != nil && gap.backfilled > 0)
        print("429 storm of 2 h with \(effect): \(tokens) token requests, \(stored.count) activities, none lost")
    }

    @Test func aCredentialRevokedWhileRunningIsToldOnceAndNotHammered() async throws {
        let bench = try SyncBench()
        _ = try await bench.runner.runOnce()
        await bench.simulator.setFaults(FaultPlan([Fault("/", .always, .status(401))]))
        _ = bench.log.take()
        var states: Set<ConnectionState> = []
        for _ in 0..<600 {
            bench.clock.advance(by: .seconds(6))
            let outcome = try await bench.runner.runOnce()
            guard outcome.state.word == .failed else { continue }
            var state = outcome.state
            state.checkedAt = SyncBench.start
            state.budget = nil
            states.insert(state)
        }
        let asked = bench.log.take()
        #expect(states.count == 1, "one hour gave \(states.count) different states")
        #expect(states.first?.cause == .credentialsRejected)
        #expect(asked.filter { $0.hasPrefix("/auth/oauth2") }.count <= 60)
        #expect(asked.count <= 130, "one hour of refusals took \(asked.count) calls")
    }

    struct Skew: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let seconds: Int64
        let words: String?
    }

    @Test(arguments: [
        Skew(testDescription: "ten minutes ahead", seconds: 600, words: "10m behind OneLogin's"),
        Skew(testDescription: "ten minutes behind", seconds: -600, words: "10m ahead of OneLogin's"),
        Skew(testDescription: "at the limit", seconds: 300, words: nil),
    ])
    func clocksThatDifferAreNamed(_ skew: Skew) async throws {
        let bench = try SyncBench(skew: .seconds(skew.seconds))
        let outcome = try await bench.runner.runOnce()
        #expect(outcome.state.clockSkewSeconds == skew.seconds)
        #expect(outcome.state.reason?.contains(skew.words ?? "") == (skew.words == nil ? nil : true))
        #expect(outcome.status.word == (skew.words == nil ? "connected" : "degraded"))
        // The source's events and records are dated by its clock: none may be lost, late, or told twice.
        await bench.simulator.applyGroupChanges(
            at: SyncBench.start + .seconds(skew.seconds) + .minutes(4), users: 5)
        var late = outcome.late
        for _ in 0..<32 {
            bench.clock.advance(by: .minutes(1))
            late += try await bench.runner.runOnce().late
        }
        #expect(late == 0)
        let stored = try await Self.ids(bench)
        #expect(stored.count >= (await bench.simulator.eventCount) - 5, "but for those since the last poll")
        #expect(try await bench.derived()["user.group_changed"] == 5)
    }

    @Test func aFirstCopyGoesOnWhereItStopped() async throws {
        let bench = try SyncBench(users: 60)
        await bench.simulator.setFaults(FaultPlan([Fault("/api/1/users", .page(20), .status(502))]))
        let stopped = try await bench.runner.runOnce()
        #expect(stopped.status.word == "degraded" && !stopped.directoryChanged)
        #expect(stopped.state.resume?.kind == .user)
        let before = bench.log.take().filter { $0.hasPrefix("/api/1/users") }.count
        await bench.simulator.setFaults(FaultPlan())
        bench.clock.advance(by: .minutes(1))
        let done = try await bench.runner.runOnce()
        #expect(done.status == .connected)
        #expect(try await bench.store.currentSnapshot(connection: "acme")?.users.count == 60)
        let after = bench.log.take().filter { $0.hasPrefix("/api/1/users") && !$0.contains("otp") }.count
        #expect(before >= 20 && after == 11, "\(before) calls, then \(after)")
    }
}
