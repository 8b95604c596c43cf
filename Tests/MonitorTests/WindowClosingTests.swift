import Directory
import Evaluation
import Testing
import Timekeeping

@testable import Monitor

/// An audit holds no more than it may: windows close sooner in a flood, and what then comes too late is noticed.
@Suite struct WindowClosingTests {
    /// Twenty failures a second for 200 seconds; the engine and the most that waited.
    static func flood(limit: Int, isKnown: Bool) throws -> (engine: ActivityEngine, most: Int) {
        let engine = EngineFaultTests.engine(EngineFaultTests.failures)
        var closing = WindowClosing(disorder: WindowClosing.usual, isKnown: isKnown)
        var most = 0
        for start in stride(from: 0, to: 4000, by: 200) {
            let records = (start..<start + 200).map { number in
                EngineFaultTests.record(number, Double(number) / 20, type: 6, user: number)
            }
            _ = engine.process(try EngineFaultTests.batch(records))
            let latest = EngineFaultTests.noon + .milliseconds(Int64(start + 199) * 50)
            _ = closing.close(engine, latest: latest, limit: limit)
            most = max(most, engine.counts.pending)
        }
        return (engine, most)
    }

    @Test func windowsCloseSoonerWhenTooMuchWaits() throws {
        let (engine, most) = try Self.flood(limit: 1000, isKnown: false)
        #expect(most <= 1000 && most > 0)
        #expect(engine.counts.late == 0)
        // One that is older than what had to be closed is late, so the pass would begin anew.
        _ = engine.process(try EngineFaultTests.batch([EngineFaultTests.record(9999, 1, type: 6)]))
        #expect(engine.counts.late == 1)
    }

    @Test func whatIsKnownToComeIsWaitedFor() throws {
        let (_, most) = try Self.flood(limit: 1000, isKnown: true)
        #expect(most == 4000)
    }

    @Test func whatFitsIsHeld() throws {
        let (_, most) = try Self.flood(limit: 4000, isKnown: false)
        #expect(most == 4000)
    }
}
