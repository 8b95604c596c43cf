import Alerting
import Testing
import Timekeeping

@Suite struct NoticeTests {
    /// One transition of each kind.
    static var transitions: [Transition] {
        var machine = AlertMachine()
        var all: [Transition] = []
        all += machine.evaluate(Sample.evaluation(1, [Sample.state(1, hold: .minutes(1))])).transitions
        all += machine.evaluate(Sample.evaluation(2, [Sample.state(2, hold: .minutes(1))])).transitions
        all += machine.evaluate(Sample.evaluation(3, [Sample.state(3, message: "5 super users")])).transitions
        all += machine.evaluate(Sample.evaluation(4, [Sample.state(4, severity: .critical)])).transitions
        all += machine.evaluate(Sample.evaluation(5, [])).transitions
        all += machine.evaluate(Sample.evaluation(6, [Sample.state(6, hold: .minutes(1))])).transitions
        all += machine.evaluate(Sample.evaluation(7, [])).transitions
        return all
    }

    @Test func openedRaisedAndResolvedAreTold() {
        #expect(
            Self.transitions.map(\.kind)
                == [.pending, .opened, .refreshed, .raised, .resolved, .pending, .withdrawn])
        let notices = NoticeRouting(defaultReceivers: ["a"]).notices(for: Self.transitions)
        #expect(notices.map(\.transition.kind) == [.opened, .raised, .resolved])
        #expect(Set(notices.map(\.id)).count == 3)
        #expect(notices == NoticeRouting(defaultReceivers: ["a"]).notices(for: Self.transitions))
    }

    @Test func receiversMayLeaveResolvedOut() {
        let routing = NoticeRouting(defaultReceivers: ["a", "b"], receiversWithoutResolved: ["a"])
        let notices = routing.notices(for: Self.transitions)
        #expect(notices.filter { $0.receiver == "a" }.map(\.transition.kind) == [.opened, .raised])
        #expect(notices.filter { $0.receiver == "b" }.map(\.transition.kind) == [.opened, .raised, .resolved])
    }

    @Test(arguments: [([], ["x", "y"]), (["soc"], ["soc"]), (["soc", "soc"], ["soc"])])
    func thePolicysReceiversComeBeforeTheDefaultOnes(_ named: [String], _ expected: [String]) {
        let finding = Finding(
            dedupKey: DedupKey(binding: Sample.binding, key: []), origin: .activity(id: "1", cooldown: .hours(1)),
            severity: .low, time: Sample.start, title: "t", message: "m", receivers: named)
        var machine = AlertMachine()
        let transitions = machine.observe([finding]).transitions
        let notices = NoticeRouting(defaultReceivers: ["x", "y"]).notices(for: transitions)
        #expect(notices.map(\.receiver) == expected)
        #expect(Set(notices.map(\.id)).count == expected.count)
    }
}
