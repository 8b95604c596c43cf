import Testing
import Timekeeping

@testable import OneLoginSimulator

/// What a timeline asks for happens when it says, in the history or as the clock runs.
@Suite struct TimelineTests {
    static let start = ManualClock().now()

    static func desk(_ steps: [SimulatedStep], seed: UInt64 = 5) throws -> Desk {
        try Desk { options in
            options.seed = seed
            options.planted = []
            options.timeline = steps
        }
    }

    @Test func anAttackOfThePastIsInTheHistoryAndOneOfTheFutureComes() throws {
        var desk = try Self.desk([
            SimulatedStep(at: Self.start - .hours(2), .plant(.bruteForce, within: .minutes(2))),
            SimulatedStep(at: Self.start + .hours(1), .plant(.passwordSpray, within: .minutes(5))),
        ])
        let cases = desk.service.world.truth.cases
        #expect(cases.map(\.rule) == ["brute-force", "password-spray"])
        #expect(cases[0].eventIDs.count == 26 && cases[1].eventIDs.isEmpty)
        let rising = desk.service.world.log.events.map(\.time)
        #expect(rising == rising.sorted())
        desk.clock.advance(by: .hours(1) + .minutes(5))
        _ = desk.get("/api/1/events")
        #expect(desk.service.world.truth.cases[1].eventIDs.count == 41)
    }

    @Test func theSameTimelineGivesTheSameTenant() throws {
        let steps = [
            SimulatedStep(at: Self.start - .hours(5), .plant(.massDeletionByActor, within: nil)),
            SimulatedStep(at: Self.start + .minutes(1), .moveUsers(30)),
        ]
        var texts: Set<String> = []
        for seed in [9, 9, 10] as [UInt64] {
            var desk = try Self.desk(steps, seed: seed)
            desk.clock.advance(by: .hours(1))
            texts.insert(desk.get("/api/1/events?limit=1000").text + desk.service.world.truth.json)
        }
        #expect(texts.count == 2)
    }

    @Test func aFaultHoldsForItsTimeOnly() throws {
        var desk = try Self.desk([
            SimulatedStep(
                at: Self.start + .minutes(10),
                .fault(Fault("/api/1/events", .always, .status(429)), until: Self.start + .minutes(20)))
        ])
        var statuses: [Int] = []
        for _ in 0..<4 {
            statuses.append(desk.get("/api/1/events").status)
            #expect(desk.get("/api/1/groups").status == 200)
            desk.clock.advance(by: statuses.count == 2 ? .milliseconds(599_999) : .minutes(10))
        }
        // At 0, 10, just before 20 and just before 30 minutes.
        #expect(statuses == [200, 429, 429, 200])
    }

    @Test func aScenariosClockBeginsWhereItSaysAndRunsFaster() async throws {
        let base = ManualClock(Self.start)
        let begin = Timestamp(seconds: 1_000_000)
        let clock = ScenarioClock(base, start: begin, speed: 60)
        #expect(clock.now() == begin)
        base.advance(by: .seconds(2))
        #expect(clock.now() == begin + .minutes(2))
        try await clock.sleep(for: .minutes(1))
        #expect(base.now() == Self.start + .seconds(3))
    }
}
