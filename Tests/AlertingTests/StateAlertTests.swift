import Alerting
import Testing
import Timekeeping

@Suite struct StateAlertTests {
    struct Edge: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The generation, a minute after the one before; the state was first seen at 1, the hold is 5 minutes.
        let generation: Int64
        let status: Alert.Status
    }

    @Test(arguments: [
        Edge(testDescription: "a minute short of the hold", generation: 5, status: .pending),
        Edge(testDescription: "exactly the hold", generation: 6, status: .open),
        Edge(testDescription: "longer than the hold", generation: 7, status: .open),
    ])
    func opensAfterTheHold(_ edge: Edge) {
        var machine = AlertMachine()
        #expect(machine.evaluate(Sample.evaluation(1, [Sample.state(1, hold: .minutes(5))])).kinds == [.pending])
        let changes = machine.evaluate(
            Sample.evaluation(edge.generation, [Sample.state(edge.generation, hold: .minutes(5))]))
        #expect(changes.kinds == (edge.status == .open ? [.opened] : []))
        #expect(machine.alerts.map(\.status) == [edge.status])
        #expect(machine.alerts.first?.episode == .generation(1))
        #expect(machine.alerts.first?.openedAt == (edge.status == .open ? Sample.at(edge.generation * 60) : nil))
    }

    @Test func withoutHoldItOpensAtOnceAndResolvesWithTheNextCleanEvaluation() {
        var machine = AlertMachine()
        #expect(machine.evaluate(Sample.evaluation(1, [Sample.state(1)])).kinds == [.opened])
        let changes = machine.evaluate(Sample.evaluation(2, []))
        #expect(changes.kinds == [.resolved])
        #expect(changes.transitions.first?.at == Sample.at(120))
        #expect(changes.transitions.first?.reason == .cleared)
    }

    @Test func aPendingStateThatGoesIsWithdrawn() {
        var machine = AlertMachine()
        _ = machine.evaluate(Sample.evaluation(1, [Sample.state(1, hold: .minutes(5))]))
        let changes = machine.evaluate(Sample.evaluation(2, []))
        #expect(changes.kinds == [.withdrawn])
        #expect(changes.alerts.first?.openedAt == nil)
        _ = machine.evaluate(Sample.evaluation(3, [Sample.state(3, hold: .minutes(5))]))
        #expect(machine.alerts.first?.firstSeenAt == Sample.at(180))
    }

    @Test func onlyKeysThatNoLongerViolateResolve() {
        var machine = AlertMachine()
        _ = machine.evaluate(Sample.evaluation(1, [Sample.state(1, key: "a"), Sample.state(1, key: "b")]))
        let changes = machine.evaluate(Sample.evaluation(2, [Sample.state(2, key: "b")]))
        #expect(changes.transitions.map(\.alert.dedupKey.key) == [[.text("a")]])
        #expect(machine.alerts.map(\.dedupKey.key) == [[.text("b")]])
    }

    @Test(arguments: [
        Verdict.unknown(reasons: ["no resolver for super users"]), .error(causes: ["division by zero"]),
    ])
    func unknownAndErrorChangeNothing(_ verdict: Verdict) {
        var machine = AlertMachine()
        _ = machine.evaluate(Sample.evaluation(1, [Sample.state(1)]))
        let before = machine.alerts
        #expect(machine.evaluate(Sample.evaluation(2, [], verdict: verdict)).isEmpty)
        #expect(machine.alerts == before)
        var empty = AlertMachine()
        #expect(empty.evaluate(Sample.evaluation(2, [Sample.state(2)], verdict: verdict)).isEmpty)
    }

    @Test func keysThatCouldNotBeDecidedStay() {
        var machine = AlertMachine()
        _ = machine.evaluate(Sample.evaluation(1, [Sample.state(1, key: "a"), Sample.state(1, key: "b")]))
        let undecided = DedupKey(binding: Sample.stateBinding, key: [.text("a")])
        let changes = machine.evaluate(Sample.evaluation(2, [], undecided: [undecided]))
        #expect(changes.transitions.map(\.alert.dedupKey.key) == [[.text("b")]])
    }

    @Test func severityGoesDownAndUpButIsRaisedOnlyAboveThePeak() {
        var machine = AlertMachine()
        _ = machine.evaluate(Sample.evaluation(1, [Sample.state(1, severity: .medium)]))
        #expect(machine.evaluate(Sample.evaluation(2, [Sample.state(2, severity: .high)])).kinds == [.raised])
        #expect(machine.evaluate(Sample.evaluation(3, [Sample.state(3, severity: .low)])).kinds == [.refreshed])
        #expect(machine.evaluate(Sample.evaluation(4, [Sample.state(4, severity: .high)])).kinds == [.refreshed])
        #expect(machine.evaluate(Sample.evaluation(5, [Sample.state(5, severity: .critical)])).kinds == [.raised])
    }

    @Test func anOlderGenerationChangesNothing() {
        var machine = AlertMachine()
        _ = machine.evaluate(Sample.evaluation(5, [Sample.state(5)]))
        #expect(machine.evaluate(Sample.evaluation(4, [])).isEmpty)
        var restarted = AlertMachine(machine.alerts)
        #expect(restarted.evaluate(Sample.evaluation(4, [])).isEmpty)
        #expect(restarted.evaluate(Sample.evaluation(6, [])).kinds == [.resolved])
    }

    @Test func aRuleEditedTwiceWithinAGenerationOpensItsAlertAgain() throws {
        var machine = AlertMachine()
        let opened = machine.evaluate(Sample.evaluation(1, [Sample.state(1)]))
        let resolved = machine.evaluate(Sample.evaluation(1, []))
        let again = machine.evaluate(Sample.evaluation(1, [Sample.state(1)]))
        #expect(again.kinds == [.opened])
        let steps = opened.transitions + resolved.transitions + again.transitions
        #expect(Set(steps.map(\.alert.id)).count == 1)
        #expect(steps.map(\.alert.sequence) == [1, 2, 3])
        let notices = NoticeRouting(defaultReceivers: ["r"]).notices(for: steps)
        #expect(Set(notices.map(\.id)).count == 3)
    }

    @Test func aBindingThatIsGoneEndsItsAlerts() {
        var machine = AlertMachine()
        _ = machine.evaluate(Sample.evaluation(1, [Sample.state(1, key: "a"), Sample.state(1, key: "b")]))
        _ = machine.observe([Sample.activity(0)])
        let changes = machine.retire(Sample.stateBinding, at: Sample.at(90))
        #expect(changes.kinds == [.resolved, .resolved])
        #expect(changes.transitions.allSatisfy { $0.reason == .unbound && $0.at == Sample.at(90) })
        #expect(machine.alerts.map(\.binding) == [Sample.binding])
    }
}
