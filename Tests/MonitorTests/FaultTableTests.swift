import Directory
import OneLoginSimulator
import Sync
import Synchronization
import Testing
import Timekeeping

/// A fault at every page of every collection: nothing is taken for deleted, and the next sync is whole again.
@Suite struct FaultTableTests {
    /// What goes wrong, and whether a right answer is behind it that the client may still get.
    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let effect: Fault.Effect
        /// It may be that nothing is wrong with this page: a wait below the deadline, a total that this list has not.
        var mayBeHarmless = false
    }

    static let kinds: [Kind] = [
        Kind(testDescription: "401", effect: .status(401)),
        Kind(testDescription: "403", effect: .status(403)),
        Kind(testDescription: "404", effect: .status(404)),
        Kind(testDescription: "429 as JSON", effect: .status(429)),
        Kind(testDescription: "429 as a page", effect: .html(429)),
        Kind(testDescription: "400 rate_limit_exceeded", effect: .status(400)),
        Kind(testDescription: "500", effect: .status(500)),
        Kind(testDescription: "502 as a page", effect: .html(502)),
        Kind(testDescription: "no answer", effect: .timeout),
        Kind(testDescription: "JSON cut in the middle", effect: .cutBody),
        Kind(testDescription: "an empty body", effect: .emptyBody),
        Kind(testDescription: "its own cursor again", effect: .repeatedCursor, mayBeHarmless: true),
        Kind(testDescription: "the first cursor again", effect: .loopingCursor, mayBeHarmless: true),
        Kind(testDescription: "rows of the page before", effect: .duplicateRows, mayBeHarmless: true),
        Kind(testDescription: "no rows", effect: .noRows, mayBeHarmless: true),
        Kind(testDescription: "a changed total", effect: .changedTotal, mayBeHarmless: true),
        Kind(testDescription: "a slow body", effect: .delay(.seconds(20)), mayBeHarmless: true),
    ]

    /// Faults injected by all rows, for the line that is printed.
    static let injected = Mutex(0)

    /// Each page of each list that a whole sync asks for: the path and the page's number.
    ///
    /// Of the lists below a role or privilege, the first of each kind stands for all.
    static func pages(_ asked: [String]) -> [(path: String, page: Int)] {
        var counts: [String: Int] = [:]
        var stands: [String: String] = [:]
        for target in asked {
            let path = String(target.prefix { $0 != "?" })
            guard path.hasPrefix("/api/") else { continue }
            let parts = path.split(separator: "/")
            if parts.count == 5 {
                let kind = "\(parts[2])/\(parts[4])"
                guard stands[kind, default: path] == path else { continue }
                stands[kind] = path
            } else if parts.count > 5 || target.hasSuffix("/api/2/users?limit=1") {
                continue
            }
            counts[path, default: 0] += 1
        }
        return counts.sorted { $0.key < $1.key }.flatMap { entry in (1...entry.value).map { (entry.key, $0) } }
    }

    @Test(arguments: kinds)
    func nothingIsTakenForDeleted(_ kind: Kind) async throws {
        var cadence = SyncCadence.hourly
        cadence.gapThreshold = .days(100)
        let bench = try SyncBench(cadence: cadence)
        let first = try await bench.runner.runOnce()
        #expect(first.status == .connected)
        let pages = Self.pages(bench.log.take())
        #expect(pages.count > 20)
        let whole = try #require(try await bench.directory())
        var count = 0
        for (path, page) in pages {
            var fault = Fault(path, .page(page), kind.effect)
            fault.isWholePath = true
            await bench.simulator.setFaults(FaultPlan([fault]))
            bench.clock.advance(by: .hours(1))
            let hurt = try await bench.runner.runOnce()
            // Later polls of events have fewer pages than the first.
            let asked = bench.log.take().filter { $0.prefix { $0 != "?" } == path }
            let further = asked.filter { $0.contains("cursor=") || $0.contains("page=") }
            let isHit = page == 1 ? !asked.isEmpty : further.count >= page - 1
            count += isHit ? 1 : 0
            let place = "\(kind.testDescription) at page \(page) of \(path)"
            #expect(kind.mayBeHarmless || !isHit || !hurt.failures.isEmpty, "\(place) was not noticed")
            #expect(hurt.failures.isEmpty || hurt.status.word != "connected", "\(place)")
            #expect(try await bench.directory() == whole, "\(place) changed the directory")
            await bench.simulator.setFaults(FaultPlan())
            bench.clock.advance(by: .hours(1))
            let healed = try await bench.runner.runOnce()
            _ = bench.log.take()
            #expect(healed.status == .connected, "\(place) was not recovered from: \(healed.failures)")
            #expect(healed.directoryChanged && healed.failures.isEmpty, "\(place)")
            #expect(try await bench.directory() == whole, "\(place) stayed")
        }
        #expect(try await bench.derived() == [:])
        let total = Self.injected.withLock { [count] sum in
            sum += count
            return sum
        }
        print("faults injected so far: \(total), \(count) with \(kind.testDescription)")
    }
}

extension SyncCadence {
    /// Everything once an hour, and factors only once.
    static var hourly: SyncCadence {
        var cadence = SyncCadence()
        cadence.activities = .hours(1)
        cadence.directory = .hours(1)
        cadence.factors = .days(10_000)
        return cadence
    }
}
