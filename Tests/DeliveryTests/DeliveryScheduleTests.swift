import Alerting
import Delivery
import Testing
import Timekeeping

@Suite struct DeliveryScheduleTests {
    static let schedule = DeliverySchedule()

    static func step(
        _ outcome: DeliveryOutcome, attempt: Int = 1, random: Double = 0.5
    ) -> DeliveryStep? {
        schedule.step(after: outcome, attempt: attempt, at: Fixture.start, random: random)
    }

    @Test func theTableIsThatOfStandardWebhooks() {
        let sum = DeliverySchedule.standardWaits.reduce(TimeSpan.zero, +)
        #expect(DeliverySchedule.standardWaits.count == 10)
        #expect(sum == .hours(75) + .minutes(35) + .seconds(5))
        for attempt in 1..<10 {
            let wait = DeliverySchedule.standardWaits[attempt]
            #expect(
                Self.step(.refused(status: 500, retryAfter: nil), attempt: attempt)
                    == .retry(at: Fixture.start + wait, pausedUntil: nil))
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let outcome: DeliveryOutcome
        var attempt = 1
        var random = 0.5
        /// Seconds from the start; the first wait is 5 s.
        let retryAt: Int64
        var pausedUntil: Int64?
    }

    @Test(arguments: [
        Row(testDescription: "least jitter", outcome: .unanswered(cause: "x"), random: 0, retryAt: 4),
        Row(testDescription: "most jitter", outcome: .unanswered(cause: "x"), random: 1, retryAt: 6),
        Row(testDescription: "a redirect", outcome: .refused(status: 301, retryAfter: nil), retryAt: 5),
        Row(testDescription: "a client's fault", outcome: .refused(status: 400, retryAfter: nil), retryAt: 5),
        Row(testDescription: "a wait asked for", outcome: .refused(status: 503, retryAfter: .seconds(90)), retryAt: 90),
        Row(
            testDescription: "a shorter wait than ours", outcome: .refused(status: 503, retryAfter: .seconds(1)),
            retryAt: 5),
        Row(
            testDescription: "too many, no wait named", outcome: .refused(status: 429, retryAfter: nil), retryAt: 5,
            pausedUntil: 60),
        Row(
            testDescription: "too many, a wait named", outcome: .refused(status: 429, retryAfter: .seconds(300)),
            retryAt: 300, pausedUntil: 300),
        Row(
            testDescription: "bad gateway", outcome: .refused(status: 502, retryAfter: nil), retryAt: 5,
            pausedUntil: 60),
        Row(testDescription: "unavailable", outcome: .refused(status: 503, retryAfter: nil), retryAt: 5),
        Row(
            testDescription: "gateway timeout", outcome: .refused(status: 504, retryAfter: nil), retryAt: 5,
            pausedUntil: 60),
        Row(
            testDescription: "a day is the longest wait",
            outcome: .refused(status: 429, retryAfter: .hours(24)), retryAt: 86_400, pausedUntil: 86_400),
        Row(
            testDescription: "more than a day is a day",
            outcome: .refused(status: 429, retryAfter: .hours(24) + .seconds(1)), retryAt: 86_400,
            pausedUntil: 86_400),
    ])
    func retries(_ row: Row) {
        #expect(
            Self.step(row.outcome, attempt: row.attempt, random: row.random)
                == .retry(at: Fixture.at(row.retryAt), pausedUntil: row.pausedUntil.map(Fixture.at)))
    }

    @Test func theLastTryIsTheLast() {
        let failure = DeliveryOutcome.refused(status: 500, retryAfter: .seconds(1))
        guard case .retry = Self.step(failure, attempt: 9) else {
            Issue.record("try 9 of 10 is not the last")
            return
        }
        #expect(Self.step(failure, attempt: 10) == .deadLetter(reason: "gave up after try 10 of 10: answered 500"))
    }

    @Test func goneDisablesAtOnce() {
        guard case .disable = Self.step(.refused(status: 410, retryAfter: nil)) else {
            Issue.record("410 disables")
            return
        }
    }

    @Test func whatWeStoppedOurselvesDoesNotCount() {
        #expect(Self.step(.cancelled) == nil)
        #expect(Self.step(.delivered(status: 200)) == .delivered)
    }
}
