import Alerting
import Testing
import Timekeeping

@Suite struct ActivityAlertTests {
    struct Edge: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Seconds after the first finding; the cooldown is 600.
        let second: Int64
        let kinds: [Transition.Kind]
    }

    @Test(arguments: [
        Edge(testDescription: "the same moment", second: 0, kinds: []),
        Edge(testDescription: "a second before the cooldown ends", second: 599, kinds: []),
        Edge(testDescription: "the cooldown's last moment", second: 600, kinds: []),
        Edge(testDescription: "a second after it", second: 601, kinds: [.resolved, .opened]),
    ])
    func findingsJoinWithinTheCooldown(_ edge: Edge) {
        var machine = AlertMachine()
        #expect(machine.observe([Sample.activity(0, id: "a")]).kinds == [.opened])
        let changes = machine.observe([Sample.activity(edge.second, id: "b")])
        #expect(changes.kinds == edge.kinds)
        #expect(machine.alerts.count == 1)
        #expect(machine.alerts.first?.activityIDs == (edge.kinds.isEmpty ? ["a", "b"] : ["b"]))
    }

    @Test(arguments: [
        Edge(testDescription: "before the end", second: 599, kinds: []),
        Edge(testDescription: "at the end, which still joins", second: 600, kinds: []),
        Edge(testDescription: "past it", second: 601, kinds: [.resolved]),
    ])
    func theWatermarkResolves(_ edge: Edge) {
        var machine = AlertMachine()
        _ = machine.observe([Sample.activity(0)])
        let changes = machine.advance(connection: "acme", watermark: Sample.at(edge.second))
        #expect(changes.kinds == edge.kinds)
        #expect(changes.transitions.allSatisfy { $0.at == Sample.at(600) && $0.reason == .quiet })
        #expect(machine.alerts.isEmpty == !edge.kinds.isEmpty)
    }

    @Test func theWatermarkOfOneConnectionLeavesOthersAlone() {
        let other = RuleBinding(connection: "other", policy: "baseline", rule: "mfa-removed")
        var machine = AlertMachine()
        _ = machine.observe([Sample.activity(0), Sample.activity(0, binding: other)])
        #expect(machine.advance(connection: "acme", watermark: Sample.at(10_000)).kinds == [.resolved])
        #expect(machine.alerts.map(\.binding) == [other])
    }

    @Test func eachFindingMovesTheEnd() {
        var machine = AlertMachine()
        for second in stride(from: Int64(0), through: 3000, by: 600) { _ = machine.observe([Sample.activity(second)]) }
        #expect(machine.alerts.first?.findingCount == 6)
        #expect(machine.advance(connection: "acme", watermark: Sample.at(3600)).isEmpty)
        #expect(machine.advance(connection: "acme", watermark: Sample.at(3601)).kinds == [.resolved])
    }

    @Test func aHigherSeverityRaisesOnceAndALowerOneDoesNotTakeItBack() {
        var machine = AlertMachine()
        _ = machine.observe([Sample.activity(0, severity: .medium)])
        #expect(machine.observe([Sample.activity(1, severity: .critical)]).kinds == [.raised])
        #expect(machine.observe([Sample.activity(2, severity: .low)]).kinds == [])
        #expect(machine.observe([Sample.activity(3, severity: .critical)]).kinds == [])
        #expect(machine.alerts.first?.severity == .critical)
    }

    @Test func anotherMessageIsTakenOverWithoutATransition() {
        var machine = AlertMachine()
        _ = machine.observe([Sample.activity(0, message: "1 removed")])
        let other = machine.observe([Sample.activity(1, message: "2 removed")])
        #expect(other.kinds == [])
        #expect(other.alerts.first?.message == "2 removed")
        let same = machine.observe([Sample.activity(2, message: "2 removed")])
        #expect(same.kinds == [])
        #expect(same.alerts.first?.lastSeenAt == Sample.at(2))
    }

    @Test func aLateFindingJoinsTheEpisodeItFallsInto() {
        var machine = AlertMachine()
        _ = machine.observe([Sample.activity(0)])
        _ = machine.advance(connection: "acme", watermark: Sample.at(601))
        let late = machine.observe([Sample.activity(300, id: "late")])
        #expect(late.kinds == [])
        #expect(late.alerts.first?.activityIDs == ["e0", "late"])
        #expect(late.alerts.first?.status == .resolved)
        #expect(machine.observe([Sample.activity(300, id: "late")]).isEmpty)
    }

    @Test func aLateFindingFromLongBeforeIsAnAlertOfItsOwnAndOver() {
        var machine = AlertMachine()
        _ = machine.observe([Sample.activity(5000)])
        let changes = machine.observe([Sample.activity(0)])
        #expect(changes.kinds == [.opened, .resolved])
        #expect(changes.transitions.map(\.at) == [Sample.at(0), Sample.at(600)])
        #expect(machine.alerts.map(\.firstSeenAt) == [Sample.at(5000)])
        #expect(machine.observe([Sample.activity(0)]).isEmpty)
    }

    @Test func whatIsOlderThanTheLateLimitIsForgotten() {
        var machine = AlertMachine(lateLimit: .hours(1))
        _ = machine.observe([Sample.activity(0)])
        _ = machine.advance(connection: "acme", watermark: Sample.at(601))
        _ = machine.advance(connection: "acme", watermark: Sample.at(600 + 3600))
        #expect(machine.observe([Sample.activity(0)]).isEmpty)
        _ = machine.advance(connection: "acme", watermark: Sample.at(601 + 3600))
        // The id is the same, so the store keeps what it has: see StoreTests.
        #expect(machine.observe([Sample.activity(0)]).kinds == [.opened])
    }

    @Test func keysOfDifferentSpellingAreDifferentAlerts() {
        var machine = AlertMachine()
        let changes = machine.observe([Sample.activity(0, key: "\u{e9}"), Sample.activity(0, key: "e\u{301}")])
        #expect(changes.kinds == [.opened, .opened])
        #expect(Set(machine.alerts.map(\.id)).count == 2)
    }

    @Test func activityIDsAreHeldAtTheLimit() {
        var machine = AlertMachine()
        for second in 0..<Int64(Alert.activityIDLimit) { _ = machine.observe([Sample.activity(second)]) }
        #expect(machine.alerts.first?.activityIDs.count == 100)
        let one = machine.observe([Sample.activity(100)])
        #expect(one.alerts.first?.activityIDs.count == 100)
        #expect(one.alerts.first?.findingCount == 101)
    }

    static func machine(openings count: Int) -> (machine: AlertMachine, alerts: [Alert]) {
        var machine = AlertMachine()
        for number in 0..<count { _ = machine.observe([Sample.activity(Int64(number), key: "user\(number)")]) }
        return (machine, machine.alerts)
    }

    @Test(arguments: [(1000, 1000, 0), (1001, 1001, 1), (1300, 1001, 300)])
    func pastTheLimitARuleHasOneSummaryAnHour(_ findings: Int, _ alerts: Int, _ counted: Int) {
        let (machine, made) = Self.machine(openings: findings)
        #expect(made.count == alerts)
        let summary = made.first { $0.dedupKey.key.first == .text("more alerts than the limit") }
        #expect(summary?.findingCount ?? 0 == counted)
        // A machine that goes on from kept alerts counts on.
        var next = AlertMachine(machine.alerts)
        let more = next.observe([Sample.activity(1400, key: "another")])
        #expect(more.kinds == (counted == 0 ? [.opened] : []))
        #expect(next.observe([Sample.activity(3600 * 2, key: "later")]).kinds.contains(.opened))
    }

    @Test(arguments: [(2, 2), (3, 3), (5, 3)])
    func theLimitOfAnHourIsASetting(_ findings: Int, _ alerts: Int) {
        var machine = AlertMachine(hourLimit: 2)
        for number in 0..<findings { _ = machine.observe([Sample.activity(Int64(number), key: "user\(number)")]) }
        #expect(machine.alerts.count == alerts)
        let summary = machine.alerts.first { $0.dedupKey.key.first == .text("more alerts than the limit") }
        #expect((summary == nil) == (findings == 2))
        #expect(summary?.message.hasPrefix("more than 2 alerts in the hour") != false)
    }

    @Test func findingsOfStateRulesAreAMistake() async {
        await #expect(processExitsWith: .failure) {
            var machine = AlertMachine()
            _ = machine.observe([Sample.state(1)])
        }
    }
}
