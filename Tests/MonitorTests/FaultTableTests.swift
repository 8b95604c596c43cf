import Alerting
import Directory
import Monitor
import OneLoginSimulator
import Store
import Sync
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

    /// Faults that the rows inject together at least; each must come to its share.
    static let least = 500

    /// Rules that speak of somebody or something gone, or of fewer than there were.
    static let rulesOfLoss: Set<String> = [
        "mass-deletion-by-actor", "user-deletion-spike", "group-deleted", "mass-group-change",
        "mass-group-change-by-actor", "mass-role-removal-by-actor", "mfa-device-removed", "privilege-revoked",
        "user-without-mfa", "privileged-user-without-mfa", "too-few-super-users", "empty-group", "empty-role",
        "account-without-group",
    ]

    /// Each page of each list that a whole sync asks for: the path and the page's number.
    ///
    /// Of the lists below a role, privilege or user, the first of each kind stands for all.
    static func pages(_ asked: [String]) -> [(path: String, page: Int)] {
        var counts: [String: Int] = [:]
        var stands: [String: String] = [:]
        for target in asked {
            let path = String(target.prefix { $0 != "?" })
            guard path.hasPrefix("/api/") else { continue }
            let parts = path.split(separator: "/")
            if parts.count >= 5 {
                // The list of something's members, holders or factors: the last part but one is whose.
                let kind = "\(parts.dropLast(2).joined(separator: "/"))/\(parts[parts.count - 1])"
                guard stands[kind, default: path] == path else { continue }
                stands[kind] = path
            } else if target.hasSuffix("/api/2/users?limit=1") {
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
        let watch = ConnectionWatch(
            connection: "acme", book: try SimulatedTenant.shippedBook(), facts: bench.store, alerts: bench.store,
            routing: NoticeRouting(defaultReceivers: []), superUsers: SuperUserResolver.standard,
            lateness: .minutes(5), clock: bench.clock)
        let first = try await bench.runner.runOnce()
        #expect(first.status == .connected)
        let pages = Self.pages(bench.log.take())
        #expect(pages.count > 20)
        #expect(pages.contains { $0.path.hasSuffix("/devices") }, "factors are read")
        let whole = try #require(try await bench.directory())
        _ = try await watch.evaluate()
        let alertsBefore = Set(try await bench.store.alerts(AlertQuery()).map(\.id))
        var count = 0
        // An empty list of one user's factors has no count to be held against: it is what it says.
        for (path, page) in pages where kind.effect != .noRows || !path.hasSuffix("/devices") {
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
            // A copy that did not become current cannot be seen by a rule.
            if hurt.directoryChanged { _ = try await watch.evaluate() }
            await bench.simulator.setFaults(FaultPlan())
            bench.clock.advance(by: .hours(1))
            let healed = try await bench.runner.runOnce()
            _ = bench.log.take()
            #expect(healed.status == .connected, "\(place) was not recovered from: \(healed.failures)")
            #expect(healed.directoryChanged && healed.failures.isEmpty, "\(place)")
            #expect(try await bench.directory() == whole, "\(place) stayed")
        }
        #expect(try await bench.derived() == [:])
        _ = try await watch.evaluate()
        let news = try await bench.store.alerts(AlertQuery()).filter { !alertsBefore.contains($0.id) }
        let losses = news.filter { Self.rulesOfLoss.contains($0.binding.rule) }
        #expect(losses.isEmpty, "\(losses.map { "\($0.binding.rule): \($0.message)" })")
        print("\(count) faults injected with \(kind.testDescription); new alerts: \(Set(news.map(\.binding.rule)))")
        #expect(count * Self.kinds.count >= Self.least)
    }
}

extension SyncCadence {
    /// Everything once an hour, factors with it.
    static var hourly: SyncCadence {
        var cadence = SyncCadence()
        cadence.activities = .hours(1)
        cadence.directory = .hours(1)
        cadence.factors = .hours(1)
        return cadence
    }
}
