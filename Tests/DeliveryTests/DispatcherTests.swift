import Alerting
import Delivery
import HTTPTransport
import Logging
import Synchronization
import Testing
import Timekeeping

@Suite struct DispatcherTests {
    static func webhook(_ sender: ScriptedSender, name: String = "hook") -> WebhookReceiver {
        WebhookReceiver(name: name, url: "https://hooks.example.test/in", secrets: [], sender: sender)
    }

    static func dispatcher(
        _ outbox: MemoryOutbox, _ receivers: [any Receiver], clock: ManualClock, concurrency: Int = 4
    ) -> Dispatcher {
        Dispatcher(
            outbox: outbox, receivers: receivers, clock: clock, random: { 0.5 }, concurrency: concurrency,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// Lets virtual time pass until nothing waits any more; returns the seconds of each pass that sent something.
    static func drain(
        _ dispatcher: Dispatcher, _ outbox: MemoryOutbox, clock: ManualClock, receivers: [String] = ["hook"]
    ) async throws -> [Int64] {
        var seconds: [Int64] = []
        for _ in 0..<500 {
            guard let next = await outbox.nextDue(receivers: receivers, at: clock.now()) else { return seconds }
            clock.set(to: max(next, clock.now()))
            if try await dispatcher.dispatchDue() != Dispatcher.Report() {
                seconds.append((clock.now() - Fixture.start).seconds)
            }
        }
        Issue.record("the outbox does not become empty")
        return seconds
    }

    @Test func everyNoticeOfAKeyArrivesInItsOrder() async throws {
        let notices = Fixture.notices(keys: ["a", "b", "c", "d", "e", "f"])
        let outbox = MemoryOutbox(notices)
        let sender = ScriptedSender()
        let dispatcher = Self.dispatcher(outbox, [Self.webhook(sender)], clock: ManualClock(Fixture.start))
        let report = try await dispatcher.dispatchDue()
        #expect(report.delivered == 12)
        let ids = sender.requests.compactMap { $0.headers["webhook-id"] }
        #expect(Set(ids) == Set(notices.map(\.id)) && ids.count == 12)
        for key in Set(notices.map(\.keyID)) {
            let ofKey = notices.filter { $0.keyID == key }.map(\.id)
            #expect(ids.filter { ofKey.contains($0) } == ofKey)
        }
    }

    @Test func aFailureIsTriedAgainOnTheTableUnderTheSameID() async throws {
        let notice = try Fixture.notice()
        let outbox = MemoryOutbox([notice])
        let sender = ScriptedSender([
            ScriptedSender.status(500), .failure(.timedOut(.deadline, afterMilliseconds: 15_000)),
            ScriptedSender.status(301, ["location": "https://other.example.test"]), ScriptedSender.status(204),
        ])
        let clock = ManualClock(Fixture.start)
        let dispatcher = Self.dispatcher(outbox, [Self.webhook(sender)], clock: clock)
        let passes = try await Self.drain(dispatcher, outbox, clock: clock)
        #expect(passes == [0, 5, 305, 2105])
        #expect(sender.requests.map { $0.headers["webhook-id"] } == Array(repeating: notice.id, count: 4))
        #expect(Set(sender.requests.map(\.url)) == ["https://hooks.example.test/in"])
        let tries = await outbox.attempts(noticeID: notice.id)
        #expect(tries.map(\.number) == [1, 2, 3, 4])
        #expect(tries.map(\.status) == [500, nil, 301, 204])
        #expect(tries[2].outcome == "answered 301, and redirects are not followed")
    }

    @Test func theLastFailureMakesADeadLetterAndTheNextOfTheKeyGoesOut() async throws {
        let notices = Fixture.notices(keys: ["a"])
        let outbox = MemoryOutbox(notices)
        let sender = ScriptedSender(Array(repeating: ScriptedSender.status(500), count: 10))
        let clock = ManualClock(Fixture.start)
        let dispatcher = Self.dispatcher(outbox, [Self.webhook(sender)], clock: clock)
        _ = try await Self.drain(dispatcher, outbox, clock: clock)
        #expect(clock.now() == Fixture.start + .hours(75) + .minutes(35) + .seconds(5))
        #expect(await outbox.letters.map(\.notice.id) == [notices[0].id])
        #expect(sender.requests.map { $0.headers["webhook-id"] }.last == notices[1].id)
        #expect(sender.requests.count == 11)
    }

    @Test func tooManyRequestsPausesTheWholeReceiver() async throws {
        let outbox = MemoryOutbox(Fixture.notices(keys: ["a", "b"]))
        let sender = ScriptedSender([ScriptedSender.status(429, ["retry-after": "600"])])
        let clock = ManualClock(Fixture.start)
        let dispatcher = Self.dispatcher(outbox, [Self.webhook(sender)], clock: clock, concurrency: 1)
        #expect(try await Self.drain(dispatcher, outbox, clock: clock) == [0, 600])
        #expect(sender.requests.count == 5)
    }

    @Test func goneDisablesAndTheRestWaits() async throws {
        let notices = Fixture.notices(keys: ["a"])
        let outbox = MemoryOutbox(notices)
        let sender = ScriptedSender([ScriptedSender.status(410)])
        let dispatcher = Self.dispatcher(outbox, [Self.webhook(sender)], clock: ManualClock(Fixture.start))
        let report = try await dispatcher.dispatchDue()
        #expect(report.disabled == ["hook"] && report.deadLetters == 1)
        #expect(try await dispatcher.dispatchDue() == Dispatcher.Report())
        await outbox.enable(receiver: "hook")
        #expect(try await dispatcher.dispatchDue().delivered == 1)
    }

    /// The process ends after a notice was sent and before that was noted.
    @Test func whatWasSentButNotNotedIsSentAgainUnderTheSameID() async throws {
        let notice = try Fixture.notice()
        let outbox = MemoryOutbox([notice])
        let sender = ScriptedSender()
        await outbox.failNext(1)
        let clock = ManualClock(Fixture.start)
        let first = Self.dispatcher(outbox, [Self.webhook(sender)], clock: clock)
        await #expect(throws: MemoryOutbox.Unwritable.self) { _ = try await first.dispatchDue() }
        let second = Self.dispatcher(outbox, [Self.webhook(sender)], clock: clock)
        #expect(try await second.dispatchDue().delivered == 1)
        #expect(sender.requests.map { $0.headers["webhook-id"] } == [notice.id, notice.id])
    }

    @Test func oneReceiversTroubleIsNotAnothers() async throws {
        let notices = Fixture.notices(keys: ["a"], receiver: "dead") + Fixture.notices(keys: ["a"], receiver: "well")
        let outbox = MemoryOutbox(notices)
        let dead = ScriptedSender(Array(repeating: .failure(.refused(host: "dead.example")), count: 100))
        let well = ScriptedSender()
        let dispatcher = Self.dispatcher(
            outbox, [Self.webhook(dead, name: "dead"), Self.webhook(well, name: "well")],
            clock: ManualClock(Fixture.start))
        let report = try await dispatcher.dispatchDue()
        #expect(report.delivered == 2 && report.postponed == 1)
        #expect(well.requests.count == 2)
    }

    @Test func twoPassesAtOnceSendANoticeOnce() async throws {
        let outbox = MemoryOutbox(Fixture.notices(keys: (0..<20).map(String.init)))
        let sender = ScriptedSender()
        let dispatcher = Self.dispatcher(outbox, [Self.webhook(sender)], clock: ManualClock(Fixture.start))
        async let first = dispatcher.dispatchDue()
        async let second = dispatcher.dispatchDue()
        let delivered = try await first.delivered + second.delivered
        #expect(delivered == 40 && sender.requests.count == 40)
    }

    @Test func aTryThatIsStoppedIsNotCounted() async throws {
        let notice = try Fixture.notice()
        let outbox = MemoryOutbox([notice])
        let sender = ScriptedSender([.failure(.cancelled)])
        let dispatcher = Self.dispatcher(outbox, [Self.webhook(sender)], clock: ManualClock(Fixture.start))
        #expect(try await dispatcher.dispatchDue() == Dispatcher.Report())
        #expect(await outbox.attempts(noticeID: notice.id).isEmpty)
    }

    @Test func runGoesOnUntilItIsCancelled() async throws {
        let outbox = MemoryOutbox(Fixture.notices(keys: ["a", "b"]))
        let sender = ScriptedSender([ScriptedSender.status(500)])
        let dispatcher = Self.dispatcher(outbox, [Self.webhook(sender)], clock: ManualClock(Fixture.start))
        let running = Task { await dispatcher.run() }
        while await !outbox.waitingCounts().isEmpty { await Task.yield() }
        running.cancel()
        await running.value
        #expect(sender.requests.count == 5)
    }

    /// Whatever a receiver answers, each notice is delivered, given up with a reason, or waits for one that said it
    /// wants no more.
    @Test(arguments: (0..<25).map { _ in UInt64.random(in: 1...UInt64.max) })
    func nothingIsLostToSilence(_ seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let answers: [ScriptedSender.Answer] = (0..<80).map { _ in
            switch Int.random(in: 0..<9, using: &generator) {
            case 0, 1: ScriptedSender.status(200)
            case 2: ScriptedSender.status(500)
            case 3: ScriptedSender.status(429, ["retry-after": "\(Int.random(in: 0...200_000, using: &generator))"])
            case 4: ScriptedSender.status(301)
            case 5: .failure(.connectionClosed)
            case 6: .failure(.timedOut(.read, afterMilliseconds: 15_000))
            case 7: ScriptedSender.status(504)
            default:
                Int.random(in: 0..<20, using: &generator) == 0 ? ScriptedSender.status(410) : ScriptedSender.status(400)
            }
        }
        let notices = Fixture.notices(keys: ["a", "b", "c", "d"])
        let outbox = MemoryOutbox(notices)
        let clock = ManualClock(Fixture.start)
        let dispatcher = Self.dispatcher(outbox, [Self.webhook(ScriptedSender(answers))], clock: clock, concurrency: 2)
        _ = try await Self.drain(dispatcher, outbox, clock: clock)
        let isDisabled = await !outbox.disabled.isEmpty
        let letters = Set(await outbox.letters.map(\.notice.id))
        for entry in await outbox.entries {
            switch entry.state {
            case .delivered:
                #expect((entry.tries.last?.status).map { (200..<300).contains($0) } == true, "seed \(seed)")
            case .dead: #expect(letters.contains(entry.notice.id), "seed \(seed)")
            case .waiting: #expect(isDisabled, "seed \(seed)")
            case .silenced: Issue.record("nothing is silenced here, seed \(seed)")
            }
            #expect(
                entry.tries.map(\.number) == Array(1...max(1, entry.tries.count)).prefix(entry.tries.count).map { $0 })
            #expect(entry.tries.count <= 10, "seed \(seed)")
            #expect(zip(entry.tries, entry.tries.dropFirst()).allSatisfy { $0.at < $1.at }, "seed \(seed)")
        }
    }
}
